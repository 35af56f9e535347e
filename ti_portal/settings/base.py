"""What every assembly shares. Nothing here reads a secret."""

from pathlib import Path

import dj_database_url

from ti_portal.settings.environment import Environment
from ti_portal.settings.integrations.accounts import *  # noqa: F403 - settings modules are lists of names
from ti_portal.settings.integrations.api import *  # noqa: F403
from ti_portal.settings.integrations.celery import *  # noqa: F403
from ti_portal.settings.integrations.events import *  # noqa: F403
from ti_portal.settings.integrations.firms import *  # noqa: F403
from ti_portal.settings.integrations.links import *  # noqa: F403
from ti_portal.settings.integrations.security import *  # noqa: F403
from ti_portal.settings.integrations.sources import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = Environment()

INSTALLED_APPS = [
    "ti_portal.core",
    "ti_portal.accounts",
    "territories",
    "funding",
    "events",
    "ti_portal.home",
    "ti_portal.administration.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "ti_portal.accounts.proconnect",
    "csp",
    "django_htmx",
    "django_prose_editor",
    # Before django.forms: its field templates are the ones that forms use.
    "dsfr",
    "django.forms",
    "widget_tweaks",
    "import_export",
    "simple_history",
]

MIDDLEWARE = [
    "ti_portal.core.middleware.BadInputMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ti_portal.accounts.middleware.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "ti_portal.core.middleware.ReadOnlyGetMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "ti_portal.accounts.middleware.DelegationMfaMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "ti_portal.urls"
WSGI_APPLICATION = "ti_portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ti_portal.home.context.site",
            ],
            "builtins": ["ti_portal.core.templatetags.portal", "ti_portal.home.templatetags.constants"],
        },
    }
]


def database(url: str) -> dict:
    """Return Django's DATABASES for `url`, with a psycopg pool instead of one connection per thread."""
    default = dj_database_url.parse(url, conn_max_age=0)
    default.setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 8, "timeout": 10}
    return {"default": default}


def cache(url: str) -> dict:
    return {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": url,
            "KEY_PREFIX": "ti",
        }
    }


LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"

SITE_NAME = "Territoires d’industrie"
# Read by `manage.py up`, in this order; each command does nothing when its work is done already.
OPENING_COMMANDS: list[str] = ["load_reference", "load_schemes", "load_events"]
DEMO_ACCOUNTS_NOTICE = ""
# True where fictitious people may sign in and mails stay on the machine, to be read by all: local settings only.
IS_DEMONSTRATION = False

EMAIL_BACKEND = "ti_portal.core.mail.OutboxBackend"
# Where the outbox hands its messages over. "kept" leaves them in the outbox, to be read in the administration.
OUTBOX_TRANSPORT = "kept"
DEFAULT_FROM_EMAIL = "Territoires d’industrie <ne-pas-repondre@territoires-industrie.test>"
SERVER_EMAIL = DEFAULT_FROM_EMAIL

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_SKIP_ADMIN_LOG = False
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_TMP_STORAGE_CLASS = "import_export.tmp_storages.CacheStorage"
SIMPLE_HISTORY_REVERT_DISABLED = True

# Addresses that may write while answering GET, by URL name: the return from ProConnect signs in; allauth writes the
# missing row of an address there when an account was made without it, and notes that recovery codes were seen.
WRITES_UNDER_GET = frozenset(
    {
        "proconnect_callback",
        "account_email",
        "account_reset_password_from_key",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
    }
)
SITE_URL = ""
# Where the portal is reached when SITE_URL is empty and nobody asks (a worker writes a mail).
FALLBACK_SITE_URL = "http://127.0.0.1:8000"

# Who runs the portal, for the legal pages. Production reads its own from the environment.
OPERATOR = {
    "name": "Délégation aux Territoires d’industrie",
    "address": "Portail en démonstration : il tourne sur cette machine et n’a pas d’adresse postale.",
    "host": "Cette machine.",
    "publisher": "sans objet en démonstration.",
    "dpo": "donnees@territoires-industrie.test",
    "contact": "contact@territoires-industrie.test",
    "security": "securite@territoires-industrie.test",
}
