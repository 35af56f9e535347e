"""The sections that `territories` itself gives to a territory's page."""

from datetime import date

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from territories.enums import Sector
from territories.kept_sections import KeptSections
from territories.models import Territory, TerritoryProfile
from territories.presenters.territory_page import page_of
from territories.rich_text import sanitise
from territories.sections import Load, Mark, Section, register

FOLDER = "territories/sections"
KEPT = f"{FOLDER}/_kept.html"
# What PostgreSQL says of the version of the row (what wrote it, where it lies): whatever wrote it, that changes.
_WRITTEN = Mark(
    "profile",
    ("(SELECT xmin::text || ctid::text FROM territories_territoryprofile WHERE territory_id = territory.id)",),
)
_kept = KeptSections()


def load_presentation(territory: Territory, user, today: date) -> dict | None:
    """What the people of the territory wrote. None when they wrote nothing."""
    (written,) = _WRITTEN.of(territory)
    return written and _kept.get((territory.pk, written), lambda: _presentation(territory))


def _presentation(territory: Territory) -> SafeString | None:
    """Cleaned again when shown, whatever wrote it."""
    profile = TerritoryProfile.objects.filter(territory=territory).first()
    if profile is None:
        return None
    content = {
        "presentation": sanitise(profile.presentation) if profile.presentation else "",
        "sectors": [Sector(code).label for code in profile.sectors if code in Sector.values],
        "links": [link for link in profile.links if str(link.get("url", "")).startswith(("https://", "http://"))],
    }
    if not any(content.values()):
        return None
    section = {**content, "updated_at": profile.updated_at}
    return SafeString(render_to_string(f"{FOLDER}/_presentation.html", {"section": section}))


def official(key: str) -> Load:
    """A section made of official facts only, rendered once for a version of the data."""

    def load(territory: Territory, user, today: date) -> dict | None:
        html = page_of(territory).sections[key]
        return None if html is None else {"html": html}

    return load


def register_sections() -> None:
    register(Section("presentation", "Présentation", KEPT, load_presentation, 100, _WRITTEN))
    for order, anchor, title, key in (
        (200, "membres", "Membres et communes", "members"),
        (300, "situation", "Région et départements", "place"),
        (800, "voisins", "Territoires voisins", "neighbours"),
        (900, "histoire", "Histoire", "history"),
    ):
        register(Section(anchor, title, KEPT, official(key), order))
