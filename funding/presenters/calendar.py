"""The calendar page: a month in weeks, or its dates in a list."""

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from funding.dates import FIRST_DAY, LAST_DAY
from funding.eligibility import french
from funding.enums import CalendarMoment
from funding.models import CalendarEntry

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
# What a day of the month shows before it leads to the list: the page stays light however many calls there are.
SHOWN_A_DAY = 3


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar, within the years that the date switch knows."""

    first: date

    @classmethod
    def read(cls, text: str, today: date) -> "Month":
        """The month of « 2020-12 »; that of today when it cannot be read."""
        year, _, month = text.partition("-")
        known = {f"{number:02d}" for number in range(1, 13)}
        if year.isascii() and year.isdigit() and len(year) == 4 and month in known:
            first = date(max(int(year), 1), int(month), 1)
            if FIRST_DAY <= first <= LAST_DAY:
                return cls(first)
        return cls(today.replace(day=1))

    @property
    def last(self) -> date:
        return self.first.replace(day=calendar.monthrange(self.first.year, self.first.month)[1])

    @property
    def previous(self) -> "Month | None":
        before = self.first - timedelta(days=1)
        return Month(before.replace(day=1)) if before >= FIRST_DAY else None

    @property
    def following(self) -> "Month | None":
        after = self.last + timedelta(days=1)
        return Month(after) if after <= LAST_DAY else None

    @property
    def text(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def name(self) -> str:
        """« décembre 2020 »"""
        return french.day(self.first).split(french.NBSP, 1)[1]


class ShownDate(NamedTuple):
    title: str
    url: str
    time: str
    kind: str
    is_closing: bool


@dataclass(slots=True)
class Day:
    """A day of the table, or of the list. `more` is how many of its dates are not shown."""

    date: date
    is_today: bool = False
    dates: list[ShownDate] = field(default_factory=list)
    more: int = 0
    page: int = 1

    @property
    def weekday(self) -> str:
        return WEEKDAYS[self.date.weekday()]

    @property
    def name(self) -> str:
        return f"{self.weekday} {french.day(self.date)}"

    @property
    def month_name(self) -> str:
        return french.day(self.date).split(french.NBSP, 1)[1]


class Week(NamedTuple):
    """Monday first; None for a day of another month. A quiet week has nothing to show on a phone."""

    days: list[Day | None]

    @property
    def is_quiet(self) -> bool:
        return not any(day and (day.dates or day.is_today) for day in self.days)


def shown(entry: CalendarEntry, suffix: str) -> ShownDate:
    """A date as the page says it; the hour in its own zone, none where the whole day is meant."""
    time = "" if entry.is_all_day else french.moment(entry.instant, entry.zone).split(" à ", 1)[1]
    kind, _, title = entry.title.partition(f"{french.NBSP}: ")
    return ShownDate(title, f"{entry.path}{suffix}", time, kind, entry.moment == CalendarMoment.CLOSING)


def weeks(
    month: Month, entries: Sequence[CalendarEntry], counts: Mapping[date, int], today: date, suffix: str, page_size: int
) -> list[Week]:
    """The weeks of a month.

    `entries` are the first dates of each day, `counts` how many it has in all.
    """
    days = {day.date: day for day in by_day(entries, suffix, today)}
    before = 0
    table: list[Week] = []
    for week in calendar.Calendar().monthdatescalendar(month.first.year, month.first.month):
        table.append(Week([]))
        for on in week:
            if on.month != month.first.month:
                table[-1].days.append(None)
                continue
            day = days.get(on) or Day(on, is_today=on == today)
            day.more = counts.get(on, 0) - len(day.dates)
            day.page = (before + len(day.dates)) // page_size + 1
            before += counts.get(on, 0)
            table[-1].days.append(day)
    return table


def by_day(entries: Iterable[CalendarEntry], suffix: str, today: date) -> list[Day]:
    """Dates in the order given, put together by day."""
    days: dict[date, Day] = {}
    for entry in entries:
        day = days.setdefault(entry.day, Day(entry.day, is_today=entry.day == today))
        day.dates.append(shown(entry, suffix))
    return list(days.values())
