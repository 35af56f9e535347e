"""Addresses that leave the portal, in mails: with scheme and host."""

from urllib.parse import urljoin

from allauth.core import context
from django.conf import settings
from django.urls import reverse


def absolute_url(name_or_path: str, *args) -> str:
    """Return the full address of a view or of a path that begins with `/`.

    SITE_URL decides where it is set; else the host of the request under way, which may be forged by its sender where
    ALLOWED_HOSTS lets it; else, in a task, FALLBACK_SITE_URL.
    """
    if "://" in name_or_path:
        if not settings.SITE_URL:
            return name_or_path
        name_or_path = "/" + name_or_path.split("://", 1)[1].partition("/")[2]
    path = name_or_path if name_or_path.startswith("/") else reverse(name_or_path, args=args)
    if settings.SITE_URL:
        return urljoin(settings.SITE_URL, path)
    return context.request.build_absolute_uri(path) if context.request else urljoin(settings.FALLBACK_SITE_URL, path)
