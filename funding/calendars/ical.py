"""iCalendar (RFC 5545, with the names of RFC 7986). Pure: entries in, bytes out, the same for the same entries.

Events are written out here: a library builds an object for each value, which took six seconds for ten thousand dates.
Tests read the result with that library, and with calendar programmes.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

from funding.calendars.zones import timezone
from funding.eligibility.calls import PARIS, zone_of
from funding.enums import CalendarMoment
from funding.models import CalendarEntry

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Territoires d'industrie//Calendrier des aides//FR"
REREAD_EVERY = "PT6H"
ALARMS = (15, 3)  # days before a closing
# A closing is an instant. An event without end lasts an hour for some programmes and nothing for others, and a
# quarter of an hour after 23:59 is the next day: one second says it alike everywhere.
_INSTANT = timedelta(seconds=1)
_WIDEST = 75  # octets of a line; the next ones begin with a space


def write(
    entries: Iterable[CalendarEntry], *, name: str, site: str, source: str = "", with_alarms: bool = False
) -> bytes:
    """A calendar of these entries, in the order given.

    `site` begins the addresses of pages; `source` is where the calendar is read again, empty for a file that one keeps.
    With alarms, each closing to come rings fifteen and three days before.
    """
    entries = list(entries)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    lines += [f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}"]
    if source:
        lines += [f"REFRESH-INTERVAL;VALUE=DURATION:{REREAD_EVERY}", f"X-PUBLISHED-TTL:{REREAD_EVERY}"]
        lines.append(f"SOURCE;VALUE=URI:{source}")
    zones = sorted({entry.zone for entry in entries if not entry.is_all_day})
    if not entries:
        # A calendar holds at least one component (RFC 5545, 3.6): some programmes refuse an empty one.
        zones = [PARIS]
    parts = [_folded(lines), *(timezone(zone).to_ical() for zone in zones)]
    parts += [_folded(_event(entry, site, with_alarms)) for entry in entries]
    return b"".join([*parts, b"END:VCALENDAR\r\n"])


def _event(entry: CalendarEntry, site: str, with_alarms: bool) -> Iterator[str]:
    page = urljoin(site, entry.path)
    title = _text(entry.title)
    modified = _utc(entry.modified_at)
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.uid}"
    # Without METHOD, DTSTAMP is the instant of the last revision (RFC 5545, 3.8.7.2): the same file twice is the same.
    yield f"DTSTAMP:{modified}"
    yield f"CREATED:{_utc(entry.created_at)}"
    yield f"LAST-MODIFIED:{modified}"
    yield f"SEQUENCE:{entry.sequence}"
    yield f"STATUS:{'CANCELLED' if entry.is_cancelled else 'CONFIRMED'}"
    if entry.is_all_day:
        yield f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}"
    else:
        local = entry.instant.astimezone(zone_of(entry.zone))
        yield f"DTSTART;TZID={entry.zone}:{local:%Y%m%dT%H%M%S}"
        yield f"DTEND;TZID={entry.zone}:{local + _INSTANT:%Y%m%dT%H%M%S}"
    yield f"SUMMARY:{'Annulé – ' if entry.is_cancelled else ''}{title}"
    yield f"DESCRIPTION:{_text(entry.text)}\\n{_text(page)}"
    yield f"URL:{page}"
    yield f"CATEGORIES:{_text(CalendarMoment(entry.moment).label)}"
    yield "TRANSP:TRANSPARENT"
    yield "CLASS:PUBLIC"
    if with_alarms and entry.moment == CalendarMoment.CLOSING and not entry.is_cancelled:
        for days in ALARMS:
            yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:Dans {days} jours – {title}")
            yield from (f"TRIGGER:-P{days}D", "END:VALARM")
    yield "END:VEVENT"


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


_ESCAPED = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}
# Control signs have no place in a value, but the tab.
_SIGNS = str.maketrans({chr(code): None for code in (*range(9), *range(10, 32), 127)} | _ESCAPED)


def _text(value: str) -> str:
    """A value of type TEXT."""
    return value.translate(_SIGNS)


def _folded(lines: Iterable[str]) -> bytes:
    return b"".join(_fold(line.encode()) + b"\r\n" for line in lines)


def _fold(line: bytes) -> bytes:
    """Cut a line at 75 octets, never within a sign."""
    if len(line) <= _WIDEST:
        return line
    pieces, start, room = [], 0, _WIDEST
    while start < len(line):
        end = min(start + room, len(line))
        while end < len(line) and line[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(line[start:end])
        start, room = end, _WIDEST - 1
    return b"\r\n ".join(pieces)
