"""What is within reach: a failed criterion is « presque » only when the person could meet it by a small step.

Out of reach by nature, whatever the gap, and why:
* place: one does not move a factory for a grant, and every regional scheme of France would be « presque » for
  everybody;
* audience, legal form, activity, EU size, a staff or age ceiling: they describe who one is;
* nature of the project: another nature is another project;
* work already started: the aid must have made one decide, and that cannot be undone (incentive effect).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from funding.eligibility.bands import Band, Number
from funding.eligibility.codes import ChangeCode

Parameters = tuple[tuple[str, Any], ...]

# Small steps. Hiring: a tenth of the bound, or two people. Money and jobs: half of the bound, or two jobs, or twice the
# ceiling. Waiting: a year. They are editorial choices of the portal, not law.
_HIRE_SHARE, _HIRE_PEOPLE, _JOBS = 10, 2, 2
_WAIT = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Change:
    """What the person could do so that a failed criterion is met."""

    code: ChangeCode
    parameters: Parameters = ()


def raising(code: ChangeCode | None, figure: Band, lower: Number | None) -> Change | None:
    """The step that brings a figure that is too low up to `lower`, or None when it is too long."""
    if code is None or lower is None or figure.upper is None:
        return None
    missing = lower - figure.upper
    if code is ChangeCode.HIRE:
        is_small = missing <= _HIRE_PEOPLE or missing * _HIRE_SHARE <= lower
    elif code is ChangeCode.CREATE_JOBS:
        is_small = missing <= _JOBS or missing * 2 <= lower
    else:
        is_small = missing * 2 <= lower
    return Change(code, (("missing", missing), ("lower", lower))) if is_small else None


def lowering(code: ChangeCode | None, figure: Band, upper: Number | None) -> Change | None:
    """The step that brings a figure that is too high down to `upper`, or None when it is too long."""
    if code is None or upper is None or figure.lower > 2 * upper:
        return None
    return Change(code, (("excess", figure.lower - upper), ("upper", upper)))


def waiting(created_on: date, years: int, on: date) -> Change | None:
    """The day when a firm has existed for so many complete years, or None when it is more than a year away."""
    if created_on.year + years > date.max.year:
        return None
    until = anniversary(created_on, years)
    return Change(ChangeCode.WAIT, (("until", until),)) if until - on <= _WAIT else None


def complete_years(start: date, on: date) -> int:
    """Complete years from `start` to `on`, negative before it; 29 February counts from 1 March in common years."""
    return on.year - start.year - ((on.month, on.day) < (start.month, start.day))


def anniversary(start: date, years: int) -> date:
    """The day when `complete_years` reaches `years`."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)
