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
)
COMMUNITY_MENU = (("L’annuaire", "territories:directory"),)
FOOTER = (
    ("Plan du site", "home:site_plan"),
    ("Accessibilité : non conforme", "home:accessibility"),
    ("Mentions légales", "home:legal"),
    ("Données personnelles", "home:privacy"),
    ("Sources et licences", "home:sources"),
)
THEMES = (("light", "Thème clair", "light"), ("dark", "Thème sombre", "dark"), ("system", "Comme mon appareil", "system"))


@dataclass(frozen=True)
class MenuEntry:
    title: str
    url: str
    # The value of aria-current: "page" on the page itself, "true" below it.
    current: str


@cache
def _addresses(entries: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    from django.urls import NoReverseMatch

    found = []
    for title, name in entries:
        try:
            found.append((title, reverse(name)))
        except NoReverseMatch:  # TEMPORARY while the pages are being written
            continue
    return tuple(found)


def site(request: HttpRequest) -> dict[str, object]:
    canonical = urljoin(settings.SITE_URL, request.path) if settings.SITE_URL else request.build_absolute_uri(request.path)
    entries = _addresses(MENU)
    if getattr(request, "user", None) is not None and request.user.is_authenticated:
        entries += _addresses(COMMUNITY_MENU)
    # The longest address that begins the path: « /territoires/carte/ » is the map, not the list.
    below = max((url for _, url in entries if request.path.startswith(url)), key=len, default="")
    return {
        "SITE_NAME": settings.SITE_NAME,
        "canonical_url": canonical,
        "navigation": [
            MenuEntry(title, url, "page" if url == request.path else "true" if url == below else "")
            for title, url in entries
        ],
        "footer_links": _addresses(FOOTER),
        "themes": THEMES,
    }
