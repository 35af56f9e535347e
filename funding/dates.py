"""The date switch: catalogue and check as they were, or will be, on a day given in the address."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

PARAMETER = "au"
FIRST_DAY, LAST_DAY = date(2015, 1, 1), date(2099, 12, 31)
_PARIS = ZoneInfo("Europe/Paris")
_NOON = time(12)


@dataclass(frozen=True, slots=True)
class AsOf:
    """What the switch gives. `day` is None when the page shows things as they are now; `error` is said at the field.

    `others` are the other parameters of the address, to be kept by the form of the switch.
    """

    at: datetime
    day: date | None
    typed: str
    error: str
    others: tuple[tuple[str, str], ...]

    @property
    def today(self) -> date:
        """The day of `at`, in Paris."""
        return self.at.astimezone(_PARIS).date()


def as_of(request: HttpRequest) -> datetime:
    """The instant to show things at: noon in Paris on the day of `?au=2020-12-15`, or now.

    A day that cannot be read leaves today and a French message. Both are kept in `request.as_of` for the fragment
    `funding/fragments/_as_of.html`.
    """
    request.as_of = read(request.GET, timezone.now())
    return request.as_of.at


def read(parameters, now: datetime) -> AsOf:
    """The same from the parameters of an address and the present instant."""
    typed = parameters.get(PARAMETER, "").strip()
    others = tuple(
        (name, value)
        for name, values in parameters.lists()
        for value in values
        if name not in (PARAMETER, "page") and value
    )
    if not typed:
        return AsOf(now, None, "", "", others)
    day = _day(typed)
    if day is None:
        return AsOf(now, None, typed[:40], f"Cette date n’est pas lisible : écrivez-la ainsi, {_example(now)}.", others)
    if not FIRST_DAY <= day <= LAST_DAY:
        limits = f"entre {FIRST_DAY.year} et {LAST_DAY.year}"
        return AsOf(now, None, typed[:40], f"Choisissez une date {limits}.", others)
    return AsOf(datetime.combine(day, _NOON, _PARIS), day, day.isoformat(), "", others)


def _day(typed: str) -> date | None:
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(typed, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _example(now: datetime) -> str:
    return now.astimezone(_PARIS).strftime("%d/%m/%Y")
