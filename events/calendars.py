"""Events as calendars (iCalendar, RFC 5545): one event, or a feed. Never an access link, never who comes.

A UID never changes; SEQUENCE is the event's `calendar_sequence`, which grows when what a calendar shows changes; a
cancelled event stays, with STATUS:CANCELLED.
"""

from collections.abc import Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Timezone
from icalendar import Event as Entry

from events.changes import where_of
from events.enums import EventState
from events.models import Event
from ti_portal.accounts.links import absolute_url

# Part of each UID: an address that never changes, whatever the host of the portal.
UID_DOMAIN = "rencontres.territoires-industrie"
PRODUCT = "-//Territoires d’industrie//Rencontres//FR"
CONTENT_TYPE = "text/calendar; charset=utf-8"


def calendar_of(events: Iterable[Event], *, name: str, with_alarm: bool = False) -> bytes:
    """The calendar of these events, their time zones included. `with_alarm`: a reminder the day before."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for event in events:
        calendar.add_component(_entry(event, with_alarm=with_alarm))
    calendar.add_missing_timezones()
    if not calendar.subcomponents:
        # A calendar holds at least one component (RFC 5545, 3.6): some readers refuse an empty one.
        calendar.add_component(Timezone.from_tzid("Europe/Paris"))
    return calendar.to_ical()


def uid_of(event: Event) -> str:
    return f"rencontre-{event.pk}@{UID_DOMAIN}"


def _entry(event: Event, *, with_alarm: bool) -> Entry:
    zone = ZoneInfo(event.zone)
    is_cancelled = event.state == EventState.CANCELLED
    entry = Entry()
    entry.add("uid", uid_of(event))
    entry.add("dtstamp", event.updated_at or event.starts_at)
    entry.add("last-modified", event.updated_at or event.starts_at)
    entry.add("sequence", event.calendar_sequence)
    entry.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    entry.add("summary", f"Annulé : {event.title}" if is_cancelled else event.title)
    entry.add("dtstart", event.starts_at.astimezone(zone))
    entry.add("dtend", event.ends_at.astimezone(zone))
    if where := where_of(event):
        entry.add("location", where)
    page = absolute_url("events:event", event.slug)
    reason = event.cancelled_because if is_cancelled else event.summary
    entry.add("description", f"{reason}\n\n{page}" if reason else page)
    entry.add("url", page)
    if with_alarm and not is_cancelled:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", event.title)
        alarm.add("trigger", timedelta(days=-1))
        entry.add_component(alarm)
    return entry
