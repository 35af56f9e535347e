"""« Aides utilisables ici » on a territory's page: what firms and local authorities can file for today."""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from funding.catalogue.filters import USABLE
from funding.catalogue.loading import Catalogue, current
from funding.catalogue.selection import usable_here
from funding.eligibility.codes import AudienceCode
from funding.presenters.open_calls import Line, lines
from funding.section_mark import DATA, key_of
from territories.enums import Wave
from territories.kept_sections import KeptSections
from territories.models import Territory
from territories.sections import Section, register

SHOWN = 5
# Title, audiences, and the one that the catalogue is opened with.
_GROUPS = (
    ("Pour les entreprises", (AudienceCode.FIRM,), AudienceCode.FIRM),
    ("Pour les intercommunalités et les communes", (AudienceCode.EPCI, AudienceCode.COMMUNE), AudienceCode.EPCI),
)


class Group(NamedTuple):
    title: str
    lines: list[Line]
    count: int
    audience: str


_kept = KeptSections()


def load_open_calls(territory: Territory, user: Any, today: date) -> dict[str, Any] | None:
    """None where nothing is open, and for a territory of the first wave. No query when the section is kept."""
    if territory.wave != Wave.CURRENT:
        return None
    at = timezone.now()
    catalogue = current(key_of(territory))
    moment = catalogue.index.moment(at.timestamp())
    key = (catalogue.key, territory.place.code, moment.begins, today)
    return _kept.get(key, lambda: _section(territory, catalogue, at))


def _section(territory: Territory, catalogue: Catalogue, at: datetime) -> SafeString | None:
    place = territory.place
    found = [
        usable_here(catalogue, place.ancestor_codes, at.timestamp(), audiences, SHOWN) for _, audiences, _ in _GROUPS
    ]
    # One reading for all the groups: they often show the same schemes.
    known = lines((row for shown, _ in found for row in shown), at)
    groups = [
        Group(title, [known[row.listing_id] for row in shown if row.listing_id in known], count, opened_with)
        for (title, _, opened_with), (shown, count) in zip(_GROUPS, found, strict=True)
        if count
    ]
    if not groups:
        return None
    context = {"groups": groups, "place": place, "shown": SHOWN, "states": USABLE}
    return SafeString(render_to_string("funding/sections/_territory_calls.html", context))


def register_open_calls() -> None:
    register(
        Section(
            key="aides",
            title="Aides ouvertes ici",
            template="territories/sections/_kept.html",
            load=load_open_calls,
            order=160,
            mark=DATA,
        )
    )
