"""iCalendar feeds (RFC 5545): each event is a deadline, or the time during which a call is open."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import icalendar
from django import forms
from django.utils import timezone

from funding.models import Source
from funding.national_schema.texts import one_line, shortened
from funding.sources.deadlines import MAX_EVENTS, DeadlinesForm, Event, is_reasonable, reading_of
from funding.sources.kind import Kind, refuse_page
from funding.sources.reading import Reading, UnreadableSource

PARIS = ZoneInfo("Europe/Paris")
MAX_BYTES = 5 * 1024 * 1024
DEADLINE, PERIOD = "deadline", "period"


class ICalendarForm(DeadlinesForm):
    reading = forms.ChoiceField(
        label="Ce que dit un événement",
        choices=[
            (DEADLINE, "une date limite : il commence quand l’appel ferme"),
            (PERIOD, "une période : l’appel est ouvert du début à la fin"),
        ],
        initial=DEADLINE,
    )
    field_order = ["scheme", "reading", "mapping"]


class ICalendar(Kind):
    name: ClassVar[str] = "icalendar"
    label: ClassVar[str] = "Agenda de dates (iCalendar)"
    form_class: ClassVar[type[forms.Form]] = ICalendarForm
    file_name: ClassVar[str] = "agenda.ics"

    def read(self, data: bytes, source: Source, at: datetime | None = None) -> Reading:
        refuse_page(data)
        if len(data) > MAX_BYTES or b"BEGIN:VCALENDAR" not in data[:10_000].upper():
            raise UnreadableSource("not_a_calendar", "Ce n’est pas un agenda iCalendar, ou il est trop grand.")
        try:
            calendar = icalendar.Calendar.from_ical(data.decode("utf-8", "replace").removeprefix("\ufeff"))
            components = list(calendar.walk("VEVENT"))
        except Exception as error:
            raise UnreadableSource("not_a_calendar", "L’agenda est mal formé : rien n’en est gardé.") from error
        cut = len(components) > MAX_EVENTS
        events = list(_latest(_events(components[:MAX_EVENTS], source.options.get("reading", DEADLINE))))
        warnings = (f"L’agenda compte plus de {MAX_EVENTS} événements : les suivants ne sont pas lus.",) if cut else ()
        return reading_of(events, source, at or timezone.now(), warnings)


def _events(components: list[Any], reading: str) -> Iterator[tuple[int, Event]]:
    for position, component in enumerate(components, start=1):
        start, end = _date(component, "DTSTART"), _date(component, "DTEND")
        if end is None and start is not None and (length := _value(component, "DURATION")):
            end = start + length if isinstance(length, timedelta) else None
        remarks = (
            ("La répétition de l’événement n’est pas lue : seule sa première date l’est.",)
            if "RRULE" in component
            else ()
        )
        opens, closes = (None, start) if reading == DEADLINE else (start, _last(start, end))
        event = Event(
            position=position,
            uid=_text(component, "UID", 180),
            title=_text(component, "SUMMARY", 250) or "(sans titre)",
            url=_text(component, "URL", 1_000),
            opens=opens if opens is not None and is_reasonable(opens) else None,
            closes=closes if closes is not None and is_reasonable(closes) else None,
            is_cancelled=_text(component, "STATUS", 20).upper() == "CANCELLED",
            remarks=remarks,
        )
        sequence = _text(component, "SEQUENCE", 9)
        yield int(sequence) if sequence.isascii() and sequence.isdigit() else 0, event


def _latest(events: Iterator[tuple[int, Event]]) -> Iterator[Event]:
    """Of several versions of one event, the last one (RFC 5545, SEQUENCE)."""
    found: dict[str, tuple[int, Event]] = {}
    for sequence, event in events:
        key = event.uid or f"?{event.position}"
        if key not in found or sequence >= found[key][0]:
            found[key] = (sequence, event)
    return iter(sorted((event for _, event in found.values()), key=lambda event: event.position))


def _last(start: date | datetime | None, end: date | datetime | None) -> date | datetime | None:
    """The last day or instant of a period: an end that is a day is the day after (RFC 5545, DTEND)."""
    if end is None or isinstance(end, datetime):
        return end if end is not None else start
    return max(end - timedelta(days=1), start) if isinstance(start, date) and not isinstance(start, datetime) else end


def _date(component: Any, name: str) -> date | datetime | None:
    """A day, or an instant; a time without zone is one of Paris."""
    found = _value(component, name)
    if not isinstance(found, date):
        return None
    if isinstance(found, datetime):
        try:
            return found.replace(tzinfo=found.tzinfo or PARIS).astimezone(PARIS)
        except (OverflowError, ValueError):
            return None
    return found


def _value(component: Any, name: str) -> Any:
    try:
        return component.decoded(name, None)
    except Exception:  # noqa: BLE001 - one unreadable property is one that is not told
        return None


def _text(component: Any, name: str, length: int) -> str:
    found = component.get(name, "")
    if isinstance(found, list):
        found = found[0] if found else ""
    return shortened(one_line(str(found)[:5_000]), length)
