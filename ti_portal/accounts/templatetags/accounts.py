"""One's own space: its menu, the same beside each page, and one's data in words."""

from dataclasses import dataclass
from datetime import date, datetime

from django import template
from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime

from ti_portal.accounts.permissions import is_delegation

register = template.Library()

MENU = (
    ("Vue d’ensemble", "home:my_space"),
    ("Mes suivis", "funding:my_follows"),
    ("Adresse électronique", "account_email"),
    ("Mot de passe", "account_change_password"),
    ("Double authentification", "mfa_index"),
    ("Identités rattachées", "socialaccount_connections"),
    ("Mes données", "account_personal_data"),
)
DELEGATION_MENU = (("Invitations", "territories:invitations"),)


@dataclass(frozen=True)
class Entry:
    title: str
    url: str
    # The value of aria-current: "page" on the page itself, "true" below it.
    current: str


@register.simple_tag(takes_context=True)
def account_menu(context) -> list[Entry]:
    """Entries of the side menu; one whose page does not exist on this portal is left out."""
    request = context["request"]
    menu = MENU + (DELEGATION_MENU if is_delegation(request.user) else ())
    if not settings.SOCIALACCOUNT_PROVIDERS["proconnect"]["APPS"]:
        menu = tuple(entry for entry in menu if entry[1] != "socialaccount_connections")
    pages = [(title, url) for title, name in menu if (url := _address(name))]
    top = reverse("home:my_space")
    below = max((url for _, url in pages if url != top and request.path.startswith(url)), key=len, default="")
    return [
        Entry(title, url, "page" if url == request.path else "true" if url == below else "") for title, url in pages
    ]


def _address(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


@register.simple_tag
def demo_mails_url() -> str:
    """Address of the page that shows the mails kept on this machine; empty outside the demonstration."""
    return _address("home:demo_mails") or "" if settings.IS_DEMONSTRATION else ""


@register.filter
def is_list(value: object) -> bool:
    return isinstance(value, list)


@register.filter
def in_words(value: object) -> str:
    """A value of an export as people read it: « oui », « 24 novembre 2026 », « – » for nothing."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return date_format(localtime(value), "j F Y à G:i")
    if isinstance(value, date):
        return date_format(value, "j F Y")
    return str(value)
