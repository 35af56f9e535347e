"""« Prochaines rencontres » and « Bonnes pratiques » on a territory's page.

Each territory's are rendered once for what all of them are made of, and kept; the visit tells what that is.
"""

from datetime import date
from typing import Any

from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from events.enums import Visibility
from events.models import Event, Testimony
from events.presenters.lines import line
from events.presenters.moments import day_in_words
from funding.section_mark import key_of
from territories.enums import Wave
from territories.kept_sections import KeptSections
from territories.models import Place, Territory
from territories.presenters.pages import FIRST_WAVE_TERRITORY
from territories.sections import Mark, Section, register

SHOWN_EVENTS = 3
SHOWN_TESTIMONIES = 6

# What PostgreSQL says of each version of a row (what wrote it, where it lies): whatever wrote it, that changes.
_MARK = Mark(
    "events",
    (
        """(SELECT md5(string_agg(concat_ws('.', id, xmin, ctid), ' ' ORDER BY id)) FROM events_event
             WHERE state = 'published' AND visibility = 'public' AND ends_at >= %(at)s)""",
        """(SELECT md5(string_agg(concat_ws('.', t.id, t.xmin, t.ctid, e.xmin, e.ctid), ' ' ORDER BY t.id))
              FROM events_testimony t JOIN events_event e ON e.id = t.event_id
             WHERE t.moderation = 'accepted' AND t.is_practice AND NOT t.is_rehearsal
               AND e.state IN ('published', 'finished') AND e.visibility = 'public')""",
    ),
)
_kept_events, _kept_practices = KeptSections(), KeptSections()


def load_next_events(territory: Territory, user: Any, today: date) -> dict[str, Any] | None:
    """None where nothing is announced, and for a territory of the first wave."""
    coming, _ = _MARK.of(territory)
    if territory.wave != Wave.CURRENT or coming is None:
        return None
    return _kept_events.get((coming, _places_key(territory)), lambda: _next_events(territory))


def load_practices(territory: Territory, user: Any, today: date) -> dict[str, Any] | None:
    """What was told of this territory, and of those of the first wave that it comes from. None when nothing was."""
    _, told = _MARK.of(territory)
    return told and _kept_practices.get((told, _places_key(territory)), lambda: _practices(territory))


def _places_key(territory: Territory) -> tuple:
    """The territory and the version of the places, whatever happens to the schemes."""
    database, _version, *loads = key_of(territory)
    return database, *loads, territory.place.code


def _next_events(territory: Territory) -> SafeString | None:
    place, at = territory.place, timezone.now()
    here = Q(place=None) | Q(place__code__in=place.ancestor_codes or [place.code])
    coming = Event.objects.upcoming(at).filter(here, visibility=Visibility.PUBLIC).select_related("place")
    lines = [line(event, at) for event in coming.order_by("starts_at", "pk")[:SHOWN_EVENTS]]
    if not lines:
        return None
    return SafeString(render_to_string("events/sections/_next_events.html", {"lines": lines, "place": place}))


def _practices(territory: Territory) -> SafeString | None:
    found = (
        Testimony.objects.practices()
        .filter(territory__place__code__in=[territory.place.code, *_first_wave(territory)])
        .select_related("event", "territory__place")
        .order_by("-event__starts_at", "position", "pk")[:SHOWN_TESTIMONIES]
    )
    lines = [
        {
            "testimony": one,
            "event": one.event,
            "signed": " – ".join(dict.fromkeys(filter(None, (one.author, one.organisations)))),
            "day": day_in_words(one.event.local_start),
            # « Témoignage de … (2018-2022) », when it is that of a territory before this one.
            "before": one.territory.place if one.territory_id != territory.pk else None,
        }
        for one in found
    ]
    return SafeString(render_to_string("events/sections/_practices.html", {"lines": lines})) if lines else None


def _first_wave(territory: Territory) -> tuple[str, ...]:
    """Codes of the territories of the first wave of which a member is one of this territory's."""
    if territory.wave != Wave.CURRENT:
        return ()
    members = Place.objects.within(territory.place.code).values_list("ancestor_codes", flat=True)
    return tuple(sorted({one for codes in members for one in codes if one.startswith(FIRST_WAVE_TERRITORY)}))


def forget() -> None:
    """Forget what is kept: for tests, which change in a transaction what lists alone change."""
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
            mark=_MARK,
        )
    )
    register(
        Section(
            key="rencontres",
            title="Prochaines rencontres",
            template="territories/sections/_kept.html",
            load=load_next_events,
            order=190,
            mark=_MARK,
        )
    )
