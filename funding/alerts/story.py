"""One look at a call: what to tell, and when to look again. Pure."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from funding.alerts import moments
from funding.alerts.changes import changes
from funding.alerts.known import Fact, KnownCall


class Told(NamedTuple):
    facts: tuple[Fact, ...]
    next_at: datetime | None


def tell(
    before: KnownCall | None,
    after: KnownCall,
    *,
    since: datetime | None,
    at: datetime,
    stamp: str = "",
    changed_at: datetime | None = None,
) -> Told:
    """What to tell at `at` of a call known as `before`, whose first moment not told yet is `since`.

    A moment that fell due meanwhile is told if it stood in what was known and still stands: what a change brings is
    told by the change. Looking again without a change tells nothing twice. `changed_at`: when the change was written,
    where that is known; found much later, it says so.
    """
    known = () if before is None else [moment.key for moment in moments.moments(before)]
    written_at = min(changed_at or at, at)
    is_late = at - written_at > moments.LATE_AFTER
    found = changes(before, after, at, stamp, written_at)
    found = tuple(replace(fact, due_at=written_at, is_late=is_late) for fact in found)
    return Told((*found, *moments.due(after, since, at, known)), moments.next_moment(after, at))


def baseline(call: KnownCall, at: datetime) -> Told:
    """The first look of all: nothing of what was there before is news."""
    return Told((), moments.next_moment(call, at))
