"""`make run`: everything on this machine, nothing leaves it."""

from ti_portal.core.engines import layout
from ti_portal.settings.base import *  # noqa: F403

SECRET_KEY = "local-only-key-the-portal-in-production-refuses-to-start-with-it"  # noqa: S105
DEBUG = env.boolean("DJANGO_DEBUG", False)
ALLOWED_HOSTS = ["*"]
DATABASES = database(env.text("DATABASE_URL", layout.default_database_url()))
REDIS_URL = env.text("REDIS_URL", layout.default_redis_url())
CACHES = cache(REDIS_URL)
CELERY_BROKER_URL = layout.broker_url_for(REDIS_URL)
WHITENOISE_USE_FINDERS = True
# Static files are served from where they are written; nothing was collected.
STATIC_ROOT = None  # type: ignore[assignment]
OUTBOX_TRANSPORT = "kept"
IS_DEMONSTRATION = True
CHECK_PUBLISHED_LINKS = env.boolean("CHECK_PUBLISHED_LINKS", False)
# Given by `manage.py up` to what it starts.
FALLBACK_SITE_URL = env.text("TI_ADDRESS", FALLBACK_SITE_URL)
OPENING_COMMANDS = [*OPENING_COMMANDS, "seed_demo"]
DEMO_ACCOUNTS_NOTICE = "ti_portal.home.demo.notice"
# Browsers treat http://localhost as secure; passkeys may be tried there.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
env.check()
