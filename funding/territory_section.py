"""« Aides utilisables ici » on a territory's page: what firms and local authorities can file for today."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from threading import Lock
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from funding.catalogue.filters import USABLE
from funding.catalogue.loading import current
from funding.catalogue.selection import usable_here
from funding.eligibility.codes import AudienceCode
from funding.presenters.open_calls import Line, lines
from territories.enums import Wave
from territories.models import Territory
from territories.sections import Section, register

SHOWN = 5
KEPT_SECTIONS = 400
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


_kept: OrderedDict[tuple, SafeString | None] = OrderedDict()
_lock = Lock()


def load_open_calls(territory: Territory, user: Any, today: date) -> dict[str, Any] | None:
    """None where nothing is open, and for a territory of the first wave. One query when the section is kept."""
    if territory.wave != Wave.CURRENT:
        return None
    at = timezone.now()
    catalogue = current()
    moment = catalogue.index.moment(at.timestamp())
    key = (catalogue.key, territory.place.code, moment.begins, today)
    if key not in _kept:
        html = _section(territory, catalogue, at)
        with _lock:
            _kept[key] = html
            while len(_kept) > KEPT_SECTIONS:
                _kept.popitem(last=False)
    html = _kept.get(key)
    return None if html is None else {"html": html}


def _section(territory: Territory, catalogue, at) -> SafeString | None:
    place = territory.place
    groups = [
        _group(title, audiences, opened_with, catalogue, place.ancestor_codes, at)
        for title, audiences, opened_with in _GROUPS
    ]
    groups = [group for group in groups if group.count]
    if not groups:
        return None
    context = {"groups": groups, "place": place, "shown": SHOWN, "states": USABLE}
    return SafeString(render_to_string("funding/sections/_territory_calls.html", context))


def _group(title: str, audiences: Sequence[str], opened_with: str, catalogue, codes: Sequence[str], at) -> Group:
    rows, count = usable_here(catalogue, codes, at.timestamp(), audiences, SHOWN)
    return Group(title, lines(rows, at), count, opened_with)


def register_open_calls() -> None:
    register(
        Section(
            key="aides",
            title="Aides ouvertes ici",
            template="territories/sections/_kept.html",
            load=load_open_calls,
            order=160,
        )
    )
