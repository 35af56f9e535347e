"""When each thing is to be told of a call that does not change. Pure.

| fact            | when                                                                      | told late if          |
|-----------------|---------------------------------------------------------------------------|-----------------------|
| opening         | the opening instant                                                       | one can still file    |
| J-30, J-15, J-3 | 7:00 that many calendar days before the closing day                       | one can still file    |
| last day        | 7:00 on the closing day; the day before if the closing comes before 10:00 | one can still file    |
| results         | 7:00 on the day they are announced for                                    | always                |
| exhausted       | the instant the envelope is said to be spent from                         | it is still spent     |
| cancelled       | the instant a suspension begins                                           | it is still suspended |
| reopened        | the instant a suspension ends                                             | one can still file    |

Hours and days are those of the round's own zone. No reminder of a closing comes before the opening. A call that stays
open until its scheme ends closes with it, where that end is published. Of several overdue reminders of one closing,
only the nearest is told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from funding.alerts.known import Fact, KnownCall, KnownRound
from funding.eligibility import calls
from funding.eligibility.codes import CallState
from funding.enums import NewsKind

DAYS_BEFORE = {NewsKind.J30: 30, NewsKind.J15: 15, NewsKind.J3: 3}
REMINDERS = frozenset({*DAYS_BEFORE, NewsKind.LAST_DAY})

MORNING = time(7)
TOO_EARLY = time(10)  # who reads at 7:00 what closes before that hour has no time left
LATE_AFTER = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Moment:
    """Something to tell at an instant. `key` says what: another date makes another key. `round` None: the call."""

    kind: NewsKind
    due_at: datetime
    key: str
    round: KnownRound | None = None
    closing: str = ""


def moments(call: KnownCall) -> tuple[Moment, ...]:
    """Everything that will be told of a call, and was, in time order."""
    found = [*_of_call(call)]
    for round_ in call.rounds:
        found += _of_round(call, round_)
    return tuple(sorted(found, key=lambda moment: (moment.due_at, moment.key)))


def due(call: KnownCall, since: datetime | None, at: datetime, known: Iterable[str] | None = None) -> list[Fact]:
    """What is to be told at `at` of the moments from `since` on; without `since`, nothing.

    `known` keeps only moments of these keys.
    """
    if since is None or not call.is_published:
        return []
    keys = None if known is None else frozenset(known)
    overdue = [
        moment
        for moment in moments(call)
        if since <= moment.due_at <= at and (keys is None or moment.key in keys) and _still_holds(moment, call, at)
    ]
    nearest = {moment.closing: moment for moment in overdue if moment.closing}
    return [_fact(moment, call, at) for moment in overdue if not moment.closing or nearest[moment.closing] is moment]


def next_moment(call: KnownCall, at: datetime) -> datetime | None:
    """The first moment after `at`."""
    return min((moment.due_at for moment in moments(call) if moment.due_at > at), default=None)


def morning(day: date, zone: str) -> datetime:
    """The instant at which what concerns a day is told, there."""
    return datetime.combine(day, MORNING, calls.zone_of(zone)).astimezone(UTC)


def _of_round(call: KnownCall, round_: KnownRound) -> Iterator[Moment]:
    if round_.opens_at is not None:
        yield Moment(NewsKind.OPENING, round_.opens_at, f"opening:{round_.id}:{_iso(round_.opens_at)}", round_)
    if round_.closes_at is not None and (call.ends_at is None or round_.closes_at <= call.ends_at):
        yield from _before_closing(round_.closes_at, round_.zone, round_.opens_at, round_)
    if round_.results_on is not None:
        due_at = morning(round_.results_on, round_.zone)
        yield Moment(NewsKind.RESULTS, due_at, f"results:{round_.id}:{round_.results_on}", round_)
    if round_.exhausted_from is not None:
        yield Moment(
            NewsKind.EXHAUSTED, round_.exhausted_from, f"spent:{round_.id}:{_iso(round_.exhausted_from)}", round_
        )


def _of_call(call: KnownCall) -> Iterator[Moment]:
    if call.exhausted_from is not None:
        yield Moment(NewsKind.EXHAUSTED, call.exhausted_from, f"spent::{_iso(call.exhausted_from)}")
    if call.suspended_from is not None:
        yield Moment(NewsKind.CANCELLED, call.suspended_from, f"suspended::{_iso(call.suspended_from)}")
        if call.suspended_until is not None:
            yield Moment(NewsKind.REOPENED, call.suspended_until, f"resumed::{_iso(call.suspended_until)}")
    if end := closing_with_its_scheme(call):
        yield from _before_closing(end, calls.PARIS, call.rule.exists_from, None)


def closing_with_its_scheme(call: KnownCall) -> datetime | None:
    """The end of the scheme, where it is published and one could file until then."""
    end = call.ends_at if call.end_is_known else None
    return end if end and (call.is_permanent or any(round_.is_running(end) for round_ in call.rounds)) else None


def _before_closing(
    closes_at: datetime, zone: str, opens_at: datetime | None, round_: KnownRound | None
) -> Iterator[Moment]:
    closing = f"{round_.id if round_ else ''}:{_iso(closes_at)}"
    local = closes_at.astimezone(calls.zone_of(zone))
    days = dict(DAYS_BEFORE) | {NewsKind.LAST_DAY: 1 if local.time() < TOO_EARLY else 0}
    for kind, before in days.items():
        due_at = morning(local.date() - timedelta(days=before), zone)
        if opens_at is None or due_at > opens_at:
            yield Moment(kind, due_at, f"{kind}:{closing}", round_, closing)


def _still_holds(moment: Moment, call: KnownCall, at: datetime) -> bool:
    if moment.kind == NewsKind.RESULTS:
        return True
    if moment.kind == NewsKind.CANCELLED:
        return call.is_suspended(at)
    if moment.kind == NewsKind.EXHAUSTED:
        if moment.round is None:
            return call.state(at) is CallState.EXHAUSTED
        return moment.round.is_running(at) and call.is_live(at)
    if not call.is_usable(at):
        return False
    return moment.round is None or (moment.round.is_running(at) and not moment.round.is_spent(at))


def _fact(moment: Moment, call: KnownCall, at: datetime) -> Fact:
    told = moment.round.told() if moment.round else call.told(at)
    if moment.round is None and moment.closing and call.ends_at is not None:
        told |= {"closes_at": call.ends_at.isoformat(), "zone": calls.PARIS}
    if moment.kind == NewsKind.CANCELLED:
        told |= {"why": "suspended", "resumes_at": call.suspended_until and call.suspended_until.isoformat()}
    if moment.kind == NewsKind.REOPENED:
        told |= {"why": "resumed"}
    is_late = at - moment.due_at > LATE_AFTER
    return Fact(
        moment.kind, moment.key, moment.due_at, moment.round.id if moment.round else None, after=told, is_late=is_late
    )


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
