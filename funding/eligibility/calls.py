"""The one definition of a call's status, used by pages, API, exports, admin, feeds and queries.

Truth table, read from the top; the first line that fits decides. « Now » is an instant.

| flags and rounds                                                   | state        | next moment       |
|--------------------------------------------------------------------|--------------|-------------------|
| now > exists_until                                                 | closed       | none              |
| now < exists_from                                                  | upcoming     | first usable day  |
| suspended_from <= now < suspended_until (null: no end)             | suspended    | resumption        |
| permanent, envelope of the call not spent                          | permanent    | next closing      |
| a round is open and not spent, and now >= soon_from                | closing_soon | its closing       |
| a round is open and not spent                                      | open         | its closing       |
| a round is open and spent, or the call is permanent and spent      | exhausted    | next opening      |
| a round has now < opens_at                                         | upcoming     | the first opening |
| a round has no date at all                                         | announced    | none              |
| no round: envelope of the call spent                               | exhausted    | none              |
| no round                                                           | announced    | none              |
| otherwise: every round has now > closes_at                         | closed       | none              |

A round is open when  (opens_at is null or opens_at <= now) and (closes_at is null or now <= closes_at)  and at least
one date is known: the closing day counts until its closing instant, that instant included. It is spent from its own
`exhausted_from`, or from the call's when it was opened before: a round that opens later has a new envelope.
`soon_from` is midnight, in the round's own zone, thirty calendar days before the closing day (« J-30 »). Of several
open rounds, the one that closes last counts (no closing date being the last), then the one that opened first.

For the same in SQL, keep either the instants of `boundaries` in columns, the table above then only comparing columns
with « now » without any time zone, or the whole story of `phases`, of which the last that has begun counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from funding.eligibility.codes import CallState
from funding.eligibility.errors import Refusal, RuleError
from funding.eligibility.places import Perimeter

PARIS = "Europe/Paris"
SOON_DAYS = 30
TICK = timedelta(microseconds=1)  # the resolution of an instant: « after t » is « from t plus one tick »
_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Round:
    """One intake of a call. Instants are aware; `zone` is where the deadline is lived (« America/Cayenne »).

    opens_at None with a closing date: already open, its opening is not known. Neither date: announced, `announced_for`
    says for when in the source's words (« début 2021 »).
    """

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    zone: str = PARIS
    exhausted_from: datetime | None = None
    announced_for: str = ""

    def __post_init__(self):
        zone_of(self.zone)
        _read_instants(self, "opens_at", "closes_at", "exhausted_from")
        if self.opens_at is not None and self.closes_at is not None and self.closes_at < self.opens_at:
            raise RuleError(Refusal.CLOSES_BEFORE_OPENING, "closes_at", self.closes_at)

    @property
    def is_dated(self) -> bool:
        return self.opens_at is not None or self.closes_at is not None


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a scheme.

    perimeter                where it can be answered; None means wherever the scheme applies
    variant_of               key of the call that it hides wherever it applies, open or closed; it then has a perimeter
    suspended_from, suspended_until, exhausted_from
                             instants, so that the status is right at any date, past ones included
    exists_from, exists_until
                             life of the call (or of its scheme), for a permanent one above all
    end_is_known             False when exists_until only says from when it is held to be over: then no date is told
    """

    key: str
    rounds: tuple[Round, ...] = ()
    is_permanent: bool = False
    suspended_from: datetime | None = None
    suspended_until: datetime | None = None
    exhausted_from: datetime | None = None
    exists_from: datetime | None = None
    exists_until: datetime | None = None
    end_is_known: bool = True
    perimeter: Perimeter | None = None
    variant_of: str | None = None

    def __post_init__(self):
        object.__setattr__(self, "rounds", tuple(sorted(self.rounds, key=_round_order)))
        _read_instants(self, "suspended_from", "suspended_until", "exhausted_from", "exists_from", "exists_until")
        if self.variant_of is not None and self.perimeter is None:
            raise RuleError(Refusal.NO_VALUES, "perimeter", self.key)

    def as_row(self) -> dict[str, Any]:
        """The call in plain JSON types, for `versioning.fingerprint`."""
        return {
            "key": self.key,
            "is_permanent": self.is_permanent,
            "suspended": [_iso(self.suspended_from), _iso(self.suspended_until)],
            "exhausted_from": _iso(self.exhausted_from),
            "exists": [_iso(self.exists_from), _iso(self.exists_until), *([] if self.end_is_known else ["unknown"])],
            "rounds": [
                [_iso(r.opens_at), _iso(r.closes_at), r.zone, _iso(r.exhausted_from), r.announced_for]
                for r in self.rounds
            ],
            "perimeter": self.perimeter and [sorted(self.perimeter.included), sorted(self.perimeter.excluded)],
            "variant_of": self.variant_of,
        }


@dataclass(frozen=True, slots=True)
class CallStatus:
    """State of a call at an instant. It only changes at one of the instants of `changes`.

    opens_at, closes_at  dates of the round that decides, in UTC; show them in `zone`
    next_at              what to watch: closing of an open call, opening or resumption of another
    """

    call_key: str
    state: CallState
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    next_at: datetime | None = None
    zone: str = PARIS
    announced_for: str = ""

    @property
    def is_usable(self) -> bool:
        return self.state in CallState.usable


NO_CALL = CallStatus("", CallState.NO_CALL)


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The three instants that the truth table compares with « now », in UTC; store them beside the round."""

    opens_at: datetime | None
    soon_from: datetime | None
    closes_at: datetime | None


@cache
def zone_of(name: str) -> ZoneInfo:
    """The time zone of a name of the IANA base. Raises RuleError(BAD_ZONE)."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise RuleError(Refusal.BAD_ZONE, "zone", name) from error


def check_instant(instant: object, field: str) -> None:
    """Refuse what is not an aware datetime of these centuries, where every time zone can be computed."""
    if not isinstance(instant, datetime) or instant.utcoffset() is None or not 1900 <= instant.year <= 9000:
        raise RuleError(Refusal.BAD_INSTANT, field, instant)


@lru_cache(maxsize=65536)
def boundaries(round_: Round) -> Boundaries:
    """When a round opens, is closing soon, and closes."""
    soon_from = None
    if round_.closes_at is not None:
        zone = zone_of(round_.zone)
        day = round_.closes_at.astimezone(zone).date()
        soon_from = datetime.combine(day - timedelta(days=SOON_DAYS), time.min, zone).astimezone(UTC)
    return Boundaries(round_.opens_at, soon_from, round_.closes_at)


def last_instant(day: date, zone: str = PARIS) -> datetime:
    """Closing instant of a deadline given as a day alone: 23:59:59 there, in UTC."""
    return datetime.combine(day, time(23, 59, 59), zone_of(zone)).astimezone(UTC)


def first_instant(day: date, zone: str = PARIS) -> datetime:
    """Opening instant of a date given as a day alone: midnight there, in UTC."""
    return datetime.combine(day, time.min, zone_of(zone)).astimezone(UTC)


def status(call: Call, at: datetime) -> CallStatus:
    """State of a call at an aware instant, by the table of this module."""
    check_instant(at, "at")
    at = at.astimezone(UTC)
    running = [r for r in call.rounds if is_running(r, at)]
    to_open = min((r for r in call.rounds if r.opens_at is not None and at < r.opens_at), key=_opening, default=None)
    next_opening = to_open.opens_at if to_open else None
    if call.exists_until is not None and at > call.exists_until:
        known_end = call.exists_until if call.end_is_known else None
        return CallStatus(call.key, CallState.CLOSED, closes_at=known_end, zone=_zone(call))
    if call.exists_from is not None and at < call.exists_from:
        first = max(call.exists_from, next_opening) if next_opening and not running else call.exists_from
        return CallStatus(call.key, CallState.UPCOMING, opens_at=first, next_at=first, zone=_zone(call))
    if _has_begun(call.suspended_from, at) and (call.suspended_until is None or at < call.suspended_until):
        return _status(call, CallState.SUSPENDED, None, call.suspended_until)
    is_spent = _has_begun(call.exhausted_from, at)
    if call.is_permanent and not is_spent:
        closing = min((r for r in running if r.closes_at is not None), key=_closing, default=None)
        return _status(call, CallState.PERMANENT, closing, closing.closes_at if closing else next_opening)
    fundable = [r for r in running if not _is_spent(r, call, at)]
    if fundable:
        lasting = max(fundable, key=_closing)
        soon_from = boundaries(lasting).soon_from
        is_soon = soon_from is not None and at >= soon_from
        return _status(call, CallState.CLOSING_SOON if is_soon else CallState.OPEN, lasting, lasting.closes_at)
    if running or call.is_permanent:
        return _status(call, CallState.EXHAUSTED, max(running, key=_closing, default=None), next_opening)
    if to_open:
        return _status(call, CallState.UPCOMING, to_open, next_opening)
    undated = [r for r in call.rounds if not r.is_dated]
    if undated:
        return _status(call, CallState.ANNOUNCED, undated[0], None)
    if not call.rounds:
        return _status(call, CallState.EXHAUSTED if is_spent else CallState.ANNOUNCED, None, None)
    return _status(call, CallState.CLOSED, max(call.rounds, key=_closing), None)


def is_running(round_: Round, at: datetime) -> bool:
    """Whether an instant lies between the dates of a round, both included; a spent envelope does not count here."""
    if not round_.is_dated or (round_.opens_at is not None and at < round_.opens_at):
        return False
    return round_.closes_at is None or at <= round_.closes_at


def changes(call: Call) -> tuple[datetime, ...]:
    """Every instant from which the status may be another one, in order; between two of them it is constant."""
    begins = [call.suspended_from, call.suspended_until, call.exhausted_from, call.exists_from]
    ends = [call.exists_until]
    for round_ in call.rounds:
        begins += [round_.opens_at, boundaries(round_).soon_from, round_.exhausted_from]
        ends.append(round_.closes_at)
    instants = {instant for instant in begins if instant is not None}
    return tuple(sorted(instants | {instant + TICK for instant in ends if instant is not None}))


def phases(call: Call) -> tuple[tuple[datetime | None, CallStatus], ...]:
    """The whole story of a call: each status with the instant from which it counts, None for the first."""
    story: list[tuple[datetime | None, CallStatus]] = []
    instants = changes(call)
    before = instants[0] - TICK if instants else _EPOCH
    for since, at in [(None, before), *((instant, instant) for instant in instants)]:
        found = status(call, at)
        if not story or story[-1][1] != found:
            story.append((since, found))
    return tuple(story)


_PREFERENCE = {
    state: rank
    for rank, state in enumerate(
        (
            CallState.PERMANENT,
            CallState.OPEN,
            CallState.CLOSING_SOON,
            CallState.UPCOMING,
            CallState.ANNOUNCED,
            CallState.EXHAUSTED,
            CallState.SUSPENDED,
            CallState.CLOSED,
            CallState.NO_CALL,
        )
    )
}


def best(statuses: Iterable[CallStatus]) -> CallStatus:
    """The most useful of several calls of one scheme: open first, then most time left; NO_CALL without any."""
    return min(statuses, key=_usefulness, default=NO_CALL)


def _usefulness(status_: CallStatus) -> tuple:
    is_upcoming = status_.state is CallState.UPCOMING
    moment = (status_.next_at or _FAR) if is_upcoming else (status_.closes_at or _FAR)
    distance = (moment - _EPOCH) if is_upcoming else (_EPOCH - moment)
    return _PREFERENCE[status_.state], distance, status_.call_key


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _status(call: Call, state: CallState, round_: Round | None, next_at: datetime | None) -> CallStatus:
    if round_ is None:
        return CallStatus(call.key, state, next_at=next_at, zone=_zone(call))
    return CallStatus(call.key, state, round_.opens_at, round_.closes_at, next_at, round_.zone, round_.announced_for)


def _zone(call: Call) -> str:
    return call.rounds[0].zone if call.rounds else PARIS


def _has_begun(since: datetime | None, at: datetime) -> bool:
    return since is not None and since <= at


def _is_spent(round_: Round, call: Call, at: datetime) -> bool:
    if _has_begun(round_.exhausted_from, at):
        return True
    if call.exhausted_from is None or at < call.exhausted_from:
        return False
    return round_.opens_at is None or round_.opens_at <= call.exhausted_from


def _read_instants(thing: Any, *names: str) -> None:
    for name in names:
        instant = getattr(thing, name)
        if instant is not None:
            check_instant(instant, name)
            object.__setattr__(thing, name, instant.astimezone(UTC))


def _opening(round_: Round) -> tuple:
    return round_.opens_at or _FAR, _round_order(round_)


def _closing(round_: Round) -> tuple[datetime, float, str, str]:
    """Order by closing, no closing date being the last, then the latest opened first in `min` and last in `max`."""
    opened = round_.opens_at.timestamp() if round_.opens_at is not None else float("-inf")
    return round_.closes_at or _FAR, -opened, round_.zone, round_.announced_for


def _round_order(round_: Round) -> tuple:
    opens_at, closes_at = round_.opens_at or _FAR, round_.closes_at or _FAR
    return opens_at, closes_at, round_.zone, round_.exhausted_from or _FAR, round_.announced_for


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()
