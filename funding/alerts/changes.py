"""What is to be told when a call is no longer what its followers knew. Pure.

| what was known            | what is                                            | fact                                |
|---------------------------|----------------------------------------------------|-------------------------------------|
| nothing                   | one can file                                       | opening                             |
| nothing                   | it will open, or is announced                      | announced                           |
| a round to come or open   | other dates of opening, closing or results         | moved                               |
| a round over              | it opens again after its end                       | new round                           |
| a round over              | its closing is not past any more                   | reopened                            |
| a round without a date    | it has dates                                       | new round                           |
| a round to come or open   | it is not there any more                           | cancelled                           |
| –                         | a round that is not over; without a date           | new round; announced                |
| money left                | spent; and the other way                           | exhausted; reopened                 |
| not suspended             | suspended; the other way; suspended for longer     | cancelled; reopened; moved          |
| in the catalogue          | archived or ended, while something was to be hoped | cancelled                           |
| archived or ended         | one can file                                       | reopened                            |

A round that goes while another one comes is that round, moved. What only corrects the past is not told. A change
written in advance (« suspendu à partir de… ») is told when it begins: see `moments`.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from funding.alerts import moments
from funding.alerts.known import Fact, KnownCall, KnownRound
from funding.eligibility import calls
from funding.eligibility.codes import CallState
from funding.enums import NewsKind


def changes(
    before: KnownCall | None, after: KnownCall, at: datetime, stamp: str = "", written_at: datetime | None = None
) -> tuple[Fact, ...]:
    """Facts of a comparison made at `at`, each told at once. `stamp` names what was known, for their keys.

    `written_at`: when the change was made. A closing put off before it came is a move, though it is found later.
    """
    found: dict[str, Fact] = {}
    for kind, why, round_, said_before, said_after in _found(before, after, at, written_at or at):
        key = f"{kind}:{round_.id if round_ else ''}:{why}:{stamp}"
        found.setdefault(
            key,
            Fact(kind, key, at, round_.id if round_ else None, said_before, said_after | ({"why": why} if why else {})),
        )
    return tuple(found.values())


_Found = tuple[NewsKind, str, KnownRound | None, dict[str, Any], dict[str, Any]]


def _found(before: KnownCall | None, after: KnownCall, at: datetime, written_at: datetime) -> Iterator[_Found]:
    if not after.is_published:
        if before is not None and before.is_live(at):
            yield NewsKind.CANCELLED, "archived", None, before.told(at), {}
    elif before is None:
        yield from _first_seen(after, at)
    elif not before.is_published or _has_ended(before, at):
        if after.is_usable(at):
            yield NewsKind.REOPENED, "back", None, {}, after.told(at)
        elif after.is_live(at):
            yield NewsKind.ANNOUNCED, "back", None, {}, after.told(at)
    elif _has_ended(after, at):
        if before.is_live(at):
            yield NewsKind.CANCELLED, "ended", None, before.told(at), after.told(at)
    else:
        yield from _of_call(before, after, at)
        yield from _of_rounds(before, after, at, written_at)


def _first_seen(call: KnownCall, at: datetime) -> Iterator[_Found]:
    state = call.state(at)
    if state in CallState.usable:
        yield NewsKind.OPENING, "new", None, {}, call.told(at)
    elif state in (CallState.UPCOMING, CallState.ANNOUNCED):
        yield NewsKind.ANNOUNCED, "new", None, {}, call.told(at)


def _of_call(before: KnownCall, after: KnownCall, at: datetime) -> Iterator[_Found]:
    was, now = before.told(at), after.told(at)
    if _suspension(before) != _suspension(after):
        yield from _of_suspension(before, after, at)
    if before.exhausted_from != after.exhausted_from:
        if after.state(at) is CallState.EXHAUSTED and before.state(at) is not CallState.EXHAUSTED:
            yield NewsKind.EXHAUSTED, "", None, was, now
        elif before.state(at) is CallState.EXHAUSTED and after.is_usable(at):
            yield NewsKind.REOPENED, "envelope", None, was, now
    if before.is_permanent != after.is_permanent:
        if after.is_usable(at) and not before.is_usable(at):
            yield NewsKind.OPENING, "permanent", None, was, now
        elif before.is_usable(at) and not after.is_live(at):
            yield NewsKind.CANCELLED, "not_permanent", None, was, now
    elif before.valid_until != after.valid_until and after.is_usable(at):
        ends = [moments.closing_with_its_scheme(call) for call in (before, after)]
        if ends[0] != ends[1]:
            was, now = (
                told | {"closes_at": end.isoformat() if end else None, "zone": calls.PARIS}
                for told, end in zip((was, now), ends, strict=True)
            )
            yield NewsKind.MOVED, "end", None, was, now


def _of_suspension(before: KnownCall, after: KnownCall, at: datetime) -> Iterator[_Found]:
    was, now = before.told(at), after.told(at)
    was |= {"resumes_at": before.suspended_until and before.suspended_until.isoformat()}
    now |= {"resumes_at": after.suspended_until and after.suspended_until.isoformat()}
    if after.is_suspended(at):
        if not before.is_suspended(at):
            yield NewsKind.CANCELLED, "suspended", None, was, now
        elif before.suspended_until != after.suspended_until:
            yield NewsKind.MOVED, "suspended", None, was, now
    elif before.is_suspended(at) and after.is_usable(at):
        yield NewsKind.REOPENED, "resumed", None, was, now


def _of_rounds(before: KnownCall, after: KnownCall, at: datetime, written_at: datetime) -> Iterator[_Found]:
    olds = {round_.id: round_ for round_ in before.rounds}
    news = {round_.id: round_ for round_ in after.rounds}
    gone = [round_ for round_ in before.rounds if round_.id not in news and not round_.is_over(at)]
    come = [round_ for round_ in after.rounds if round_.id not in olds and not round_.is_over(at)]
    pairs = [(olds[round_.id], round_) for round_ in after.rounds if round_.id in olds]
    for old, new in (*pairs, *zip(gone, come, strict=False)):
        yield from _of_dates(old, new, at, written_at)
        if old.exhausted_from != new.exhausted_from and new.is_running(at):
            if new.is_spent(at) and not old.is_spent(at):
                yield NewsKind.EXHAUSTED, "", new, old.told(), new.told()
            elif old.is_spent(at) and not new.is_spent(at):
                yield NewsKind.REOPENED, "envelope", new, old.told(), new.told()
    for old in gone[len(come) :]:
        yield NewsKind.CANCELLED, "round", old, old.told(), {}
    for new in come[len(gone) :]:
        yield NewsKind.NEW_ROUND if new.is_dated else NewsKind.ANNOUNCED, "", new, {}, new.told()


def _of_dates(old: KnownRound, new: KnownRound, at: datetime, written_at: datetime) -> Iterator[_Found]:
    said = old.told(), new.told()
    if old.closes_at is not None and old.is_over(written_at) and not new.is_over(at):
        if not new.is_dated:
            yield NewsKind.ANNOUNCED, "", new, *said
        elif new.opens_at is not None and new.opens_at > old.closes_at:
            yield NewsKind.NEW_ROUND, "", new, *said
        else:
            yield NewsKind.REOPENED, "extended", new, *said
    elif not old.is_dated and new.is_dated:
        if not new.is_over(at):
            yield NewsKind.NEW_ROUND, "dated", new, *said
    elif _is_moved(old, new, at, written_at):
        yield NewsKind.MOVED, "", new, *said


def _is_moved(old: KnownRound, new: KnownRound, at: datetime, written_at: datetime) -> bool:
    if old.results_on != new.results_on and any(
        day is not None and moments.morning(day, new.zone) > at for day in (old.results_on, new.results_on)
    ):
        return True
    if old.is_over(written_at):
        return False
    if not old.is_dated and not new.is_dated:
        return old.announced_for != new.announced_for
    if old.closes_at != new.closes_at or old.is_dated != new.is_dated:
        return True
    return old.opens_at != new.opens_at and any(
        opens_at is not None and opens_at > at for opens_at in (old.opens_at, new.opens_at)
    )


def _suspension(call: KnownCall) -> tuple[datetime | None, datetime | None]:
    return call.suspended_from, call.suspended_until


def _has_ended(call: KnownCall, at: datetime) -> bool:
    return call.ends_at is not None and call.ends_at < at
