"""The sections that `territories` itself gives to a territory's page."""

from datetime import date

from territories.enums import Sector
from territories.models import Territory
from territories.presenters.territory_page import page_of
from territories.rich_text import sanitise
from territories.sections import Load, Section, register

FOLDER = "territories/sections"


def presentation(territory: Territory, user, today: date) -> dict | None:
    """What the people of the territory wrote. Cleaned again when shown, whatever wrote it."""
    profile = getattr(territory, "profile", None)
    if profile is None:
        return None
    content = {
        "presentation": sanitise(profile.presentation) if profile.presentation else "",
        "sectors": [Sector(code).label for code in profile.sectors if code in Sector.values],
        "links": [link for link in profile.links if str(link.get("url", "")).startswith(("https://", "http://"))],
    }
    return {**content, "updated_at": profile.updated_at} if any(content.values()) else None


def official(key: str) -> Load:
    """A section made of official facts only, rendered once for a version of the data."""

    def load(territory: Territory, user, today: date) -> dict | None:
        html = page_of(territory).sections[key]
        return None if html is None else {"html": html}

    return load


def register_sections() -> None:
    register(Section("presentation", "Présentation", f"{FOLDER}/_presentation.html", presentation, 100))
    for order, anchor, title, key in (
        (200, "membres", "Membres et communes", "members"),
        (300, "situation", "Région et départements", "place"),
        (800, "voisins", "Territoires voisins", "neighbours"),
        (900, "histoire", "Histoire", "history"),
    ):
        register(Section(anchor, title, f"{FOLDER}/_kept.html", official(key), order))
