"""Zones written out for calendars tell the hour that the IANA base tells, for years."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Timezone

from funding.calendars.zones import timezone
from funding.models.calls import FRENCH_ZONES

ELSEWHERE = ("Australia/Lord_Howe", "Europe/London")
CHANGES = [
    datetime(year, month, day, hour, tzinfo=UTC)
    for year in (2015, 2026, 2027, 2036)
    for month in range(1, 13)
    for day in (1, 8, 15, 25, 28)
    for hour in (0, 12)
]


@pytest.mark.parametrize("name", [*(name for name, _ in FRENCH_ZONES), *ELSEWHERE])
def test_a_zone_tells_the_right_hour(name):
    read = Timezone.from_ical(timezone(name).to_ical()).to_tz()
    for instant in CHANGES:
        # A calendar holds local hours: what they are worth is what matters.
        local = instant.astimezone(ZoneInfo(name)).replace(tzinfo=None)
        found = local.replace(tzinfo=read).utcoffset()
        assert found == local.replace(tzinfo=ZoneInfo(name)).utcoffset(), (name, local)
        assert isinstance(found, timedelta)
