"""iCalendar (RFC 5545, with the names of RFC 7986). Pure: entries in, bytes out, the same for the same entries."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import timedelta
from threading import Lock
from urllib.parse import urljoin

from icalendar import Alarm, Calendar, Event

from funding.calendars.zones import timezone
from funding.eligibility.calls import zone_of
from funding.enums import CalendarMoment
from funding.models import CalendarEntry

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Territoires d'industrie//Calendrier des aides//FR"
REREAD_EVERY = timedelta(hours=6)
KEPT_EVENTS = 16_384  # about ten megabytes
ALARMS = (15, 3)  # days before a closing
# A closing is an instant. An event without end lasts an hour for some programmes and nothing for others, and a
# quarter of an hour after 23:59 is the next day: one second says it alike everywhere.
_INSTANT = timedelta(seconds=1)


def write(
    entries: Iterable[CalendarEntry], *, name: str, site: str, source: str = "", with_alarms: bool = False
) -> bytes:
    """A calendar of these entries, in the order given.

    `site` begins the addresses of pages; `source` is where the calendar is read again, empty for a file that one keeps.
    With alarms, each closing to come rings fifteen and three days before.
    """
    entries = list(entries)
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODUCT)
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("NAME", name)
    calendar.add("X-WR-CALNAME", name)
    if source:
        calendar.add("REFRESH-INTERVAL", REREAD_EVERY, parameters={"VALUE": "DURATION"})
        calendar.add("X-PUBLISHED-TTL", "PT6H")
        calendar.add("SOURCE", source, parameters={"VALUE": "URI"})
    for zone in sorted({entry.zone for entry in entries if not entry.is_all_day}):
        calendar.add_component(timezone(zone))
    head, end, _ = calendar.to_ical().rpartition(b"END:VCALENDAR")
    return b"".join([head, *(_kept_event(entry, site, with_alarms) for entry in entries), end, b"\r\n"])


_kept: OrderedDict[tuple, bytes] = OrderedDict()
_lock = Lock()


def _kept_event(entry: CalendarEntry, site: str, with_alarms: bool) -> bytes:
    """The lines of one event, kept for as long as its entry does not change."""
    key = (entry.uid, entry.modified_at, site, with_alarms)
    made = _kept.get(key)
    if made is None:
        made = _event(entry, site, with_alarms).to_ical()
        with _lock:
            _kept[key] = made
            while len(_kept) > KEPT_EVENTS:
                _kept.popitem(last=False)
    return made


def _event(entry: CalendarEntry, site: str, with_alarms: bool) -> Event:
    page = urljoin(site, entry.path)
    event = Event()
    event.add("UID", str(entry.uid))
    # Without METHOD, DTSTAMP is the instant of the last revision (RFC 5545, 3.8.7.2): the same file twice is the same.
    event.add("DTSTAMP", entry.modified_at)
    event.add("CREATED", entry.created_at)
    event.add("LAST-MODIFIED", entry.modified_at)
    event.add("SEQUENCE", entry.sequence)
    event.add("STATUS", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    if entry.is_all_day:
        event.add("DTSTART", entry.day)
        event.add("DTEND", entry.day + timedelta(days=1))
    else:
        local = entry.instant.astimezone(zone_of(entry.zone)).replace(microsecond=0)
        event.add("DTSTART", local)
        event.add("DTEND", local + _INSTANT)
    event.add("SUMMARY", f"Annulé – {entry.title}" if entry.is_cancelled else entry.title)
    event.add("DESCRIPTION", f"{entry.text}\n{page}")
    event.add("URL", page)
    event.add("CATEGORIES", [CalendarMoment(entry.moment).label])
    event.add("TRANSP", "TRANSPARENT")
    event.add("CLASS", "PUBLIC")
    if with_alarms and entry.moment == CalendarMoment.CLOSING and not entry.is_cancelled:
        for days in ALARMS:
            event.add_component(_alarm(entry, days))
    return event


def _alarm(entry: CalendarEntry, days: int) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", f"Dans {days} jours – {entry.title}")
    alarm.add("TRIGGER", -timedelta(days=days))
    return alarm
