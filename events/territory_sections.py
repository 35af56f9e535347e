"""« Prochaines rencontres » and « Bonnes pratiques » on a territory's page.

One query a visit, for both, asks which rows they are made of and PostgreSQL's marks of each version of a row (what
wrote it, where it lies: `xmin`, `ctid`); what is rendered from the same versions is kept.
"""

from datetime import date
from typing import Any, NamedTuple

from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from events.models import Event, Testimony
from events.presenters.lines import line
from events.presenters.moments import day_in_words
from funding.kept_sections import KeptSections, key_of
from territories.enums import Wave
from territories.models import Place, Territory
from territories.presenters.pages import FIRST_WAVE_TERRITORY
from territories.sections import Section, register

SHOWN_EVENTS = 3
SHOWN_TESTIMONIES = 6

# Written out: compiling it for each page would cost more than asking.
_ROWS = """
(SELECT 1, e.id, e.xmin::text || e.ctid::text, ''
   FROM events_event e LEFT JOIN territories_place p ON p.id = e.place_id
  WHERE e.state = 'published' AND e.visibility = 'public' AND e.ends_at >= %(at)s
    AND (p.id IS NULL OR p.code = ANY(%(codes)s))
  ORDER BY e.starts_at, e.id LIMIT %(events)s)
UNION ALL
(SELECT 2, t.id, t.xmin::text || t.ctid::text, e.xmin::text || e.ctid::text
   FROM events_testimony t
   JOIN events_event e ON e.id = t.event_id
   JOIN territories_territory o ON o.id = t.territory_id
   JOIN territories_place p ON p.id = o.place_id
  WHERE t.moderation = 'accepted' AND t.is_practice AND NOT t.is_rehearsal
    AND e.state IN ('published', 'finished') AND e.visibility = 'public' AND p.code = ANY(%(own)s)
  ORDER BY e.starts_at DESC, t.position, t.id LIMIT %(testimonies)s)
"""
_KEY = "_events_rows"
_kept_events, _kept_practices = KeptSections(), KeptSections()
# Codes of the territories of the first wave that share a member with a territory, for a version of the data.
_before: dict[tuple, tuple[str, ...]] = {}


class Rows(NamedTuple):
    """Ids and marks of what the two sections show."""

    events: tuple[tuple[int, str], ...]
    testimonies: tuple[tuple[int, str, str], ...]


def load_next_events(territory: Territory, user: Any, today: date) -> dict[str, Any] | None:
    """None where nothing is announced, and for a territory of the first wave."""
    if territory.wave != Wave.CURRENT:
        return None
    events = _rows_of(territory).events
    if not events:
        return None
    return _kept_events.get((events, territory.place.code), lambda: _next_events(events, territory))


def load_practices(territory: Territory, user: Any, today: date) -> dict[str, Any] | None:
    """What was told of this territory, and of those of the first wave that it comes from. None when nothing was."""
    testimonies = _rows_of(territory).testimonies
    if not testimonies:
        return None
    return _kept_practices.get((testimonies, territory.place.code), lambda: _practices(testimonies, territory))


def _rows_of(territory: Territory) -> Rows:
    if _KEY not in territory.__dict__:
        place = territory.place
        codes = place.ancestor_codes or [place.code]
        parameters = {
            "at": timezone.now(), "codes": codes, "own": [place.code, *_first_wave(territory)],
            "events": SHOWN_EVENTS, "testimonies": SHOWN_TESTIMONIES,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_ROWS, parameters)
            rows = cursor.fetchall()
        territory.__dict__[_KEY] = Rows(
            tuple(row[1:3] for row in rows if row[0] == 1), tuple(row[1:4] for row in rows if row[0] == 2)
        )
    return territory.__dict__[_KEY]


def _first_wave(territory: Territory) -> tuple[str, ...]:
    """Codes of the territories of the first wave of which a member is one of this territory's; kept."""
    if territory.wave != Wave.CURRENT:
        return ()
    code = territory.place.code
    database, _version, *loads = key_of(territory)
    key = (database, *loads, code)
    if key not in _before:
        if len(_before) > 1000:
            _before.clear()
        members = Place.objects.within(code).values_list("ancestor_codes", flat=True)
        found = {one for codes in members for one in codes if one.startswith(FIRST_WAVE_TERRITORY)}
        _before[key] = tuple(sorted(found))
    return _before[key]


def _next_events(rows: tuple, territory: Territory) -> SafeString:
    found = Event.objects.select_related("place").in_bulk([row[0] for row in rows])
    at = timezone.now()
    lines = [line(found[row[0]], at) for row in rows if row[0] in found]
    context = {"lines": lines, "place": territory.place}
    return SafeString(render_to_string("events/sections/_next_events.html", context))


def _practices(rows: tuple, territory: Territory) -> SafeString:
    found = Testimony.objects.select_related("event", "territory__place").in_bulk([row[0] for row in rows])
    lines = [
        {
            "testimony": one,
            "event": one.event,
            "day": day_in_words(timezone.localtime(one.event.starts_at)),
            # « Témoignage de … (2018-2022) », when it is that of a territory before this one.
            "before": one.territory.place if one.territory_id != territory.pk else None,
        }
        for one in (found[row[0]] for row in rows if row[0] in found)
    ]
    return SafeString(render_to_string("events/sections/_practices.html", {"lines": lines}))


def forget() -> None:
    """Forget what is kept: for tests, which change in a transaction what lists alone change."""
    _before.clear()
    _kept_events.clear()
    _kept_practices.clear()


def register_territory_sections() -> None:
    register(
        Section(
            key="bonnes-pratiques",
            title="Bonnes pratiques",
            template="territories/sections/_kept.html",
            load=load_practices,
            order=180,
        )
    )
    register(
        Section(
            key="rencontres",
            title="Prochaines rencontres",
            template="territories/sections/_kept.html",
            load=load_next_events,
            order=190,
        )
    )
