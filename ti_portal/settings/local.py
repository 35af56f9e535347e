"""`make run`: everything on this machine, nothing leaves it."""

from ti_portal.core.engines import layout
from ti_portal.settings.base import *  # noqa: F403

SECRET_KEY = "local-only-key-the-portal-in-production-refuses-to-start-with-it"  # noqa: S105
DEBUG = env.boolean("DJANGO_DEBUG", False)  # noqa: F405
ALLOWED_HOSTS = ["*"]
DATABASES = database(env.text("DATABASE_URL", layout.default_database_url()))  # noqa: F405
REDIS_URL = env.text("REDIS_URL", layout.default_redis_url())  # noqa: F405
CACHES = cache(REDIS_URL)  # noqa: F405
CELERY_BROKER_URL = layout.broker_url_for(REDIS_URL)
WHITENOISE_USE_FINDERS = True
# Static files are served from where they are written; nothing was collected.
STATIC_ROOT = None  # type: ignore[assignment]
OUTBOX_TRANSPORT = "kept"
IS_DEMONSTRATION = True
OPENING_COMMANDS = [*OPENING_COMMANDS, "seed_demo"]  # noqa: F405
DEMO_ACCOUNTS_NOTICE = "ti_portal.home.demo.notice"
# Browsers treat http://localhost as secure; passkeys may be tried there.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
env.check()  # noqa: F405
