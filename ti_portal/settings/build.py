"""Building the image: collects static files exactly as production will serve them, with no secret and no server."""

from ti_portal.settings.base import *  # noqa: F403

SECRET_KEY = "build-only-never-serves-a-request"  # noqa: S105
DATABASES: dict = {}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
