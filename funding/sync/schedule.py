"""When a source is read again. Pure."""

from datetime import datetime, timedelta

from funding.enums import Rhythm

PERIODS = {
    Rhythm.HOURLY: timedelta(hours=1),
    Rhythm.DAILY: timedelta(days=1),
    Rhythm.WEEKLY: timedelta(days=7),
}
FIRST_RETRY = timedelta(minutes=15)


def next_after(rhythm: str, planned: datetime | None, *, at: datetime) -> datetime | None:
    """The next instant of a rhythm after `at`, at the hour that was planned; None for a source read by hand.

    After a stop, however long, one reading catches up for all those that were missed.
    """
    if rhythm == Rhythm.MANUAL:
        return None
    period = PERIODS[Rhythm(rhythm)]
    if planned is None or planned > at:
        return at + period
    return planned + period * ((at - planned) // period + 1)


def retry_after(
    rhythm: str, failures: int, *, at: datetime, planned: datetime | None = None, asked: float | None = None
) -> datetime | None:
    """When to try again after `failures` in a row: later each time, never later than the rhythm, unless the source
    itself `asked` for more seconds.
    """
    regular = next_after(rhythm, planned, at=at)
    if regular is None:
        return None
    wait = FIRST_RETRY * 2 ** min(failures - 1, 10)
    soonest = at + timedelta(seconds=asked or 0)
    return max(min(at + wait, regular), soonest)
