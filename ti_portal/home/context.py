"""What every page shows. No query here: it runs for each page."""

from urllib.parse import urljoin

from django.conf import settings


def site(request) -> dict[str, object]:
    canonical = urljoin(settings.SITE_URL, request.path) if settings.SITE_URL else request.build_absolute_uri(request.path)
    return {"SITE_NAME": settings.SITE_NAME, "canonical_url": canonical}
