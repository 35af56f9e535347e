"""A territory's page: what is official is made once for a version of the data, the rest for what it depends on.

Made pages are kept in memory by each process and in the cache for all of them, under the version of the data: an
applied list or a load of the reference tables makes them all anew at their next visit.
"""

import hashlib
import logging
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

from django import get_version
from django.conf import settings
from django.core.cache import cache as shared_cache
from django.http import Http404
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from redis import RedisError

from territories import sections
from territories.enums import Wave
from territories.models import Territory
from territories.presenters.maps import drawing
from territories.presenters.pages import POPULATION_YEAR, link
from territories.presenters.territory import TerritoryFacts
from territories.presenters.version import COLUMNS, FROM, Version, data_version
from territories.search import of_name
from territories.sections import Mark
from ti_portal.core.prepared import PreparedSelect
from ti_portal.core.templatetags.portal import number

logger = logging.getLogger(__name__)

KEPT_PAGES = 400  # more than both waves together
KEPT_SECONDS = 30 * 24 * 3600


@cache
def _visit(marks: tuple[Mark, ...]) -> PreparedSelect:
    """All that a visit reads when everything is kept, in one round trip: the version of the data, and the marks of the
    sections. One row always. Written out and prepared: compiling and planning it would cost five times the answer.
    """
    values = [*COLUMNS.values(), *(value % {"at": "$2"} for mark in marks for value in mark.values)]
    sql = f"""
SELECT {", ".join(values)} FROM {FROM}
LEFT JOIN territories_place place ON place.code = $1
LEFT JOIN territories_territory territory ON territory.place_id = place.id
"""  # noqa: S608 - expressions of our own
    return PreparedSelect("territory_visit", sql, ("text", "timestamptz"))


def members(facts: TerritoryFacts) -> dict | None:
    if not facts.members:
        return None
    return {
        "members": facts.members,
        "commune_count": facts.commune_count,
        "has_communes": any(member.communes for member in facts.members),
        "edition": facts.edition,
        "population_year": POPULATION_YEAR,
        "map": drawn_map(facts),
        "has_discs": facts.has_discs,
    }


def drawn_map(facts: TerritoryFacts) -> dict | None:
    """The territory, its members numbered as in the table, and its neighbours around, each a link."""
    shapes = facts.map
    if shapes is None:
        return None
    return drawing(
        shapes,
        facts.territory.place_id if facts.has_discs else None,
        [(member.url, member.place.name, member.place.pk) for member in facts.members],
        around=[(place.get_absolute_url(), place.name, place.pk) for place in facts.neighbours],
        label=f"Carte des membres {of_name(facts.territory.place.name)} et des territoires voisins",
    )


def place_in_country(facts: TerritoryFacts) -> dict | None:
    if not facts.regions and not facts.departements:
        return None
    return {"regions": facts.regions, "departements": facts.departements}


def neighbours(facts: TerritoryFacts) -> dict | None:
    return {"neighbours": facts.neighbours} if facts.neighbours else None


def history(facts: TerritoryFacts) -> dict | None:
    is_current = facts.territory.wave == Wave.CURRENT
    content = {
        "first_wave": facts.other_wave if is_current else [],
        "successors": [] if is_current else facts.other_wave,
        "old_names": facts.old_names,
        "changes": facts.changes,
    }
    if any(content.values()) or is_current:
        return {**content, "is_new": is_current and not facts.other_wave}
    return None


# Key of a section of the page → its content; its template bears the same name.
OFFICIAL: dict[str, Callable[[TerritoryFacts], dict | None]] = {
    "members": members,
    "place": place_in_country,
    "neighbours": neighbours,
    "history": history,
}


@dataclass(frozen=True)
class OfficialPage:
    """The head of the page and its official sections, rendered; a section without content is None."""

    territory: Territory
    summary: str
    head: SafeString
    sections: dict[str, SafeString | None]


def make_page(facts: TerritoryFacts) -> OfficialPage:
    made: dict[str, SafeString | None] = {}
    for key, content in OFFICIAL.items():
        found = content(facts)
        template = f"territories/sections/_{key}.html"
        made[key] = None if found is None else SafeString(render_to_string(template, {"section": found}))
    head = {
        "territory": facts.territory,
        "place": facts.territory.place,
        "is_current": facts.territory.wave == Wave.CURRENT,
        "member_count": len(facts.members),
        "commune_count": facts.commune_count,
        "other_wave": [link(place) for place in facts.other_wave],
        "as_of": facts.edition.as_of if facts.edition else None,
        "population_year": POPULATION_YEAR,
    }
    return OfficialPage(
        territory=facts.territory,
        summary=summary(facts),
        head=SafeString(render_to_string("territories/sections/_head.html", head)),
        sections=made,
    )


def summary(facts: TerritoryFacts) -> str:
    """One sentence for search engines and previews."""
    territory = facts.territory
    kind = "Territoire d’industrie" if territory.wave == Wave.CURRENT else "Ancien Territoire d’industrie"
    members, communes = len(facts.members), facts.commune_count
    return (
        f"{kind} {territory.get_wave_display()}, {territory.main_region.name} : "
        f"{members} membre{'s' * (members > 1)}, {communes} commune{'s' * (communes > 1)}"
        f", {number(territory.place.population) or 'nombre inconnu'} habitants."
    )


def territory_for_page(code: str, at: datetime) -> Territory:
    """A territory of its own to each visit, with the marks of its sections as they are now. Raises Http404."""
    marks = sections.marks()
    row = iter(_visit(marks).fetchone(code, at) or ())
    page = _page(code, tuple(islice(row, len(COLUMNS))))
    territory = copy(page.territory)
    territory.__dict__["_page"] = page
    territory.__dict__["marks"] = {mark.name: tuple(islice(row, len(mark.values))) for mark in marks}
    return territory


def page_of(territory: Territory) -> OfficialPage:
    page = territory.__dict__.get("_page")
    if page is None:
        page = territory.__dict__["_page"] = _page(territory.place.code, data_version())
    return page


@lru_cache(maxsize=KEPT_PAGES)
def _page(code: str, version: Version) -> OfficialPage:
    key = ":".join(["territory-page", _code_digest(), code, *map(str, version)]).replace(" ", "_")
    page = _ask_cache(shared_cache.get, key)
    if page is None:
        territory = Territory.objects.select_related("place", "main_region").filter(place__code=code).order_by("pk")[:1]
        if not territory:
            raise Http404
        page = make_page(TerritoryFacts(territory[0], version))
        _ask_cache(shared_cache.set, key, page, KEPT_SECONDS)
    return page


@lru_cache(maxsize=1)
def _code_digest() -> str:
    """Digest of what makes the pages: after an update of the portal, none made by the code before is shown."""
    templates = Path(settings.BASE_DIR) / "templates" / "territories"
    sources = [*Path(__file__).parent.glob("*.py"), *templates.glob("sections/*"), *templates.glob("fragments/*")]
    digest = hashlib.sha256(get_version().encode())
    for source in sorted(sources):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _ask_cache(action: Callable, *arguments):
    """A page needs no cache to be made: without one it is only slower."""
    try:
        return action(*arguments)
    except RedisError as error:
        logger.warning("cache unavailable for territory pages: %s", type(error).__name__)
        return None
