"""What every page shows. No query here: it runs for each page."""

from dataclasses import dataclass
from functools import cache
from urllib.parse import urljoin

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

MENU = (
    ("Trouver mon territoire", "territories:search"),
    ("Les territoires", "territories:list"),
    ("La carte", "territories:map"),
    ("Les aides", "funding:catalogue"),
    ("Calendrier", "funding:calendar"),
    ("Tester mon projet", "funding:check"),
    ("Rencontres", "events:list"),
)
FOOTER = (
    ("Plan du site", "home:site_plan"),
    ("Accessibilité : non conforme", "home:accessibility"),
    ("Mentions légales", "home:legal"),
    ("Données personnelles", "home:privacy"),
    ("Sources et licences", "home:sources"),
)
THEMES = (("light", "Thème clair"), ("dark", "Thème sombre"), ("system", "Comme mon appareil"))


@dataclass(frozen=True)
class MenuEntry:
    title: str
    url: str
    # The value of aria-current: "page" on the page itself, "true" below it.
    current: str


@cache
def addresses(entries: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((title, reverse(name)) for title, name in entries)


def site(request: HttpRequest) -> dict[str, object]:
    base = settings.SITE_URL or request.build_absolute_uri("/")
    return {
        "SITE_NAME": settings.SITE_NAME,
        "IS_DEMONSTRATION": settings.IS_DEMONSTRATION,
        "canonical_url": urljoin(base, request.path),
        "navigation": _navigation(request),
        "footer_links": addresses(FOOTER),
    }


def _navigation(request: HttpRequest) -> tuple[MenuEntry, ...]:
    entries = addresses(MENU)
    # The longest address that begins the path: « /territoires/carte/ » is the map, not the list.
    below = max((url for _, url in entries if request.path.startswith(url)), key=len, default="")
    return tuple(
        MenuEntry(title, url, "page" if url == request.path else "true" if url == below else "")
        for title, url in entries
    )
