"""Time zones as calendars want them: a VTIMEZONE with the rule that is in force, whatever the year."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard
from icalendar.prop import vRecur

from funding.eligibility.calls import zone_of

# Since 1996, the European Union: last Sundays of March and October at 01:00 UTC. Since 2007, North America: second
# Sunday of March, first of November at 02:00. The other zones of France never change their clocks.
_RULES = {
    "Europe/Paris": (
        (datetime.fromisoformat("1997-03-30T02:00"), "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
        (datetime.fromisoformat("1996-10-27T03:00"), "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"),
    ),
    "America/Miquelon": (
        (datetime.fromisoformat("2007-03-11T02:00"), "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"),
        (datetime.fromisoformat("2007-11-04T02:00"), "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"),
    ),
}
_ANY_YEAR = 2025
_FIRST_DAY, _LAST_DAY = date(2007, 1, 1), date(2100, 1, 1)


@cache
def timezone(name: str) -> Timezone:
    """The VTIMEZONE of a zone of the IANA base."""
    winter, summer = _offset(name, 1), _offset(name, 7)
    if name not in _RULES and winter != summer:
        return Timezone.from_tzid(name, first_date=_FIRST_DAY, last_date=_LAST_DAY)
    made = Timezone()
    made.add("TZID", name)
    if name not in _RULES:
        made.add_component(_part(TimezoneStandard(), datetime.fromisoformat("1970-01-01"), "", winter, winter, name))
        return made
    into_summer, into_winter = _RULES[name]
    made.add_component(_part(TimezoneDaylight(), *into_summer, winter, summer, name))
    made.add_component(_part(TimezoneStandard(), *into_winter, summer, winter, name))
    return made


def _part(part, since: datetime, rule: str, before: timedelta, after: timedelta, name: str):
    part.add("DTSTART", since)
    if rule:
        part.add("RRULE", vRecur.from_ical(rule))
    part.add("TZOFFSETFROM", before)
    part.add("TZOFFSETTO", after)
    month = 7 if isinstance(part, TimezoneDaylight) else 1
    part.add("TZNAME", datetime(_ANY_YEAR, month, 1, tzinfo=zone_of(name)).tzname())
    return part


def _offset(name: str, month: int) -> timedelta:
    return datetime(_ANY_YEAR, month, 1, tzinfo=UTC).astimezone(zone_of(name)).utcoffset()
