"""Production. Every value comes from the environment; a missing or bad one stops the start and names itself."""

from ti_portal.core.engines import layout
from ti_portal.settings.base import *  # noqa: F403
from ti_portal.settings.integrations.logging import json_logging

SECRET_KEY = env.text("SECRET_KEY", wanted="une clé secrète d’au moins 50 caractères")
if SECRET_KEY and (len(SECRET_KEY) < 50 or SECRET_KEY.startswith("local-only")):
    env.problems.append("SECRET_KEY est trop faible : une clé secrète d’au moins 50 caractères.")
DEBUG = False
ALLOWED_HOSTS = env.listing("ALLOWED_HOSTS", wanted="les noms de domaine servis, séparés par des virgules")
SITE_URL = env.url("SITE_URL", ("https", "http"))
CSRF_TRUSTED_ORIGINS = [SITE_URL]

_database_url = env.url("DATABASE_URL", ("postgres", "postgresql"))
DATABASES = database(_database_url) if _database_url else {}
REDIS_URL = env.url("REDIS_URL", ("redis", "rediss", "unix"))
CACHES = cache(REDIS_URL)
CELERY_BROKER_URL = layout.broker_url_for(REDIS_URL) if REDIS_URL else ""

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

OUTBOX_TRANSPORT = "smtp"
EMAIL_HOST = env.text("EMAIL_HOST", wanted="le nom du serveur d’envoi")
EMAIL_PORT = env.integer("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.boolean("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", wanted="l’adresse d’expédition")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

OPERATOR = {
    "name": env.text("OPERATOR_NAME", wanted="le nom du service qui édite le portail"),
    "address": env.text("OPERATOR_ADDRESS", wanted="son adresse postale"),
    "host": env.text("OPERATOR_HOST", wanted="le nom et l’adresse de l’hébergeur"),
    "publisher": env.text("OPERATOR_PUBLISHER", wanted="le nom de qui dirige la publication"),
    "dpo": env.text("OPERATOR_DPO", wanted="l’adresse de qui protège les données"),
    "contact": env.text("OPERATOR_CONTACT", wanted="son adresse électronique"),
    "security": env.text("SECURITY_CONTACT", wanted="l’adresse où signaler une faille"),
}

# Limits count visitors by the address that the outermost of these proxies saw; 0 when nothing stands in front.
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 1)
SECURE_SSL_REDIRECT = env.boolean("SECURE_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^sante$", r"^sante/pret$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

LOGGING = json_logging(level=env.text("LOG_LEVEL", "INFO"))
env.check()
