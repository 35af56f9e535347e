"""The weeks of the calendar page."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from funding.models import CalendarEntry
from funding.presenters.calendar import Month, weeks

MARCH = Month(date(2027, 3, 1))


def entry(day: int) -> CalendarEntry:
    instant = datetime(2027, 3, day, 12, tzinfo=ZoneInfo("Europe/Paris"))
    return CalendarEntry(
        moment="closing",
        instant=instant,
        day=instant.date(),
        zone="Europe/Paris",
        title="Clôture\xa0: appel",
        path="/x/",
    )


def test_a_day_says_how_many_more_and_on_which_page_of_the_list():
    entries = [entry(2), entry(2), entry(30)]
    table = weeks(MARCH, entries, {date(2027, 3, 2): 9, date(2027, 3, 30): 4}, date(2027, 3, 10), "?au=x", page_size=5)
    days = {day.date.day: day for week in table for day in week.days if day}
    assert len(days) == 31
    assert [len(week.days) for week in table] == [7] * 5
    assert (days[2].more, days[2].page) == (7, 1)
    # Nine dates come before: what is not shown of the 30th begins on the third page of five.
    assert (days[30].more, days[30].page) == (3, 3)
    assert days[30].dates[0] == ("appel", "/x/?au=x", "12\xa0h", "Clôture", True)
    assert [day for day in days.values() if day.is_today] == [days[10]]
    assert [week.is_quiet for week in table] == [False, False, True, True, False]


def test_a_month_knows_its_name_and_its_neighbours():
    assert (MARCH.name, MARCH.text, MARCH.last) == ("mars 2027", "2027-03", date(2027, 3, 31))
    assert (MARCH.previous, MARCH.following) == (Month(date(2027, 2, 1)), Month(date(2027, 4, 1)))
