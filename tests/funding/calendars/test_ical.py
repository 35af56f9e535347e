"""The files that calendars read: the rules of RFC 5545 by hand, then another reader of them."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from funding.calendars import ical
from funding.models import CalendarEntry

SITE = "https://portail.example/"
WRITTEN = datetime(2026, 11, 24, 10, tzinfo=UTC)


def entry(moment: str = "closing", instant: str = "2027-03-31T12:00+02:00", zone: str = "Europe/Paris", **values):
    at = datetime.fromisoformat(instant)
    return CalendarEntry(
        moment=moment,
        instant=at,
        zone=zone,
        day=at.astimezone(ZoneInfo(zone)).date(),
        path="/aides/vta/appels/guichet/",
        created_at=WRITTEN,
        modified_at=values.pop("modified_at", WRITTEN),
        **{"title": "Clôture\xa0: appel", "text": "Dernier moment.", **values},
    )


def written(*entries: CalendarEntry, **sent) -> bytes:
    return ical.write(entries, name="Aides", site=SITE, **sent)


def events(content: bytes) -> list:
    return list(Calendar.from_ical(content).walk("VEVENT"))


def test_lines_end_and_fold_as_the_standard_wants():
    title = "Clôture : « appel à projets ; 1re relève, déchets \\ eaux » 🏭 " * 5
    content = written(entry(title=title.strip(), text="Ligne 1\nLigne 2 ; suite, fin"), source=f"{SITE}a.ics")
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()  # no sign is cut in two
    unfolded = content.replace(b"\r\n ", b"").decode()
    assert "SUMMARY:Clôture : « appel à projets \\; 1re relève\\, déchets \\\\ eaux » 🏭" in unfolded
    assert "DESCRIPTION:Ligne 1\\nLigne 2 \\; suite\\, fin\\nhttps://portail.example/aides/vta/" in unfolded
    assert str(events(content)[0]["SUMMARY"]) == title.strip()


def test_each_property_is_there_as_often_as_the_standard_wants():
    content = written(entry(), entry("opening", "2027-01-04T09:00+01:00"), source=f"{SITE}a.ics")
    text = content.replace(b"\r\n ", b"").decode()
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    for name in ("VERSION:2.0", "PRODID:", "CALSCALE:GREGORIAN", "NAME:", "X-WR-CALNAME:"):
        assert len(re.findall(f"^{name}", text, re.MULTILINE)) == 1, name
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in text
    assert f"SOURCE;VALUE=URI:{SITE}a.ics\r\n" in text
    for block in re.findall(r"BEGIN:VEVENT(.*?)END:VEVENT", text, re.DOTALL):
        for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "STATUS", "SUMMARY", "LAST-MODIFIED", "URL"):
            assert len(re.findall(rf"^{name}[;:]", block, re.MULTILINE)) == 1, name
    assert len(re.findall("^BEGIN:VTIMEZONE", text, re.MULTILINE)) == 1
    assert "TZID:Europe/Paris" in text


def test_a_closing_is_at_its_instant_in_its_zone():
    (event,) = events(written(entry(instant="2027-03-31T23:59:59-03:00", zone="America/Cayenne")))
    assert event["DTSTART"].params["TZID"] == "America/Cayenne"
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    assert start == datetime(2027, 3, 31, 23, 59, 59, tzinfo=ZoneInfo("America/Cayenne"))
    assert end - start == timedelta(seconds=1)
    assert event["TRANSP"] == "TRANSPARENT"


def test_an_opening_at_midnight_is_a_whole_day():
    content = written(entry("opening", "2027-01-04T00:00+01:00"))
    (event,) = events(content)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2027, 1, 4), date(2027, 1, 5))
    assert b"VTIMEZONE" not in content


def test_a_cancelled_date_stays_and_says_so():
    later = WRITTEN + timedelta(days=2)
    one = entry(uid=UUID(int=7), is_cancelled=True, sequence=3, modified_at=later)
    (event,) = events(written(one, with_alarms=True))
    assert (event["STATUS"], event["SEQUENCE"], event["UID"]) == ("CANCELLED", 3, str(UUID(int=7)))
    assert event["SUMMARY"] == "Annulé – Clôture\xa0: appel"
    assert (event["LAST-MODIFIED"].dt, event["DTSTAMP"].dt) == (later, later)
    assert event.walk("VALARM") == []


@pytest.mark.parametrize(
    ("moment", "expected"), [("closing", [timedelta(days=-15), timedelta(days=-3)]), ("opening", [])]
)
def test_alarms_ring_before_closings(moment, expected):
    (event,) = events(written(entry(moment), with_alarms=True))
    alarms = event.walk("VALARM")
    assert [alarm["TRIGGER"].dt for alarm in alarms] == expected
    assert all(alarm["ACTION"] == "DISPLAY" and alarm["DESCRIPTION"] for alarm in alarms)
    (event,) = events(written(entry(moment)))
    assert event.walk("VALARM") == []


def test_the_same_entries_make_the_same_file_and_a_revision_another():
    one = entry(uid=UUID(int=9))
    assert written(one) == written(entry(uid=UUID(int=9)))
    moved = entry(uid=UUID(int=9), instant="2027-04-15T12:00+02:00", modified_at=WRITTEN + timedelta(hours=1))
    assert written(moved) != written(one)


def test_control_signs_do_not_break_a_file():
    (event,) = events(written(entry(title="Un\x0b titre\r\nsur deux lignes\x00", text="a\tb")))
    assert event["SUMMARY"] == "Un titre\nsur deux lignes"
    assert str(event["DESCRIPTION"]).startswith("a\tb\n")


def test_an_empty_calendar_is_one_too():
    content = written()
    calendar = Calendar.from_ical(content)
    assert (calendar["X-WR-CALNAME"], [part.name for part in calendar.subcomponents]) == ("Aides", ["VTIMEZONE"])
    assert content.endswith(b"END:VCALENDAR\r\n")
