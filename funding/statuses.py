"""The one door to a call's status for pages, API, exports and admin. The rule itself is `funding.eligibility.calls`.

Where a status comes from: `status_of` for one call, `status_here` for a scheme at a place (the regional variant hiding
the national call), `phase_at` for a row of the catalogue. All three give the same answer; a test holds them to it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from funding.eligibility import calls
from funding.eligibility.calls import CallStatus
from funding.eligibility.codes import CallState
from funding.eligibility.labels import CALL_STATES
from funding.eligibility.verdict import opening_of
from funding.eligibility.wording import call_text
from funding.models import Call, Scheme
from funding.terms import call_of

Phases = list[list[str | None]]


def status_of(call: Call, at: datetime) -> CallStatus:
    """State of one call at an aware instant, wherever it is answered."""
    return calls.status(call_of(call), at)


def status_here(scheme: Scheme, at: datetime, place: Iterable[str] | None = None) -> CallStatus:
    """State of the call of a scheme that counts at a place (its ancestor codes), or at no place in particular."""
    of_scheme = sorted((call_of(call, scheme) for call in scheme.calls.all()), key=lambda call: call.key)
    codes = None if place is None else frozenset(place)
    return opening_of(of_scheme, [calls.status(call, at) for call in of_scheme], codes).status


def label(status: CallStatus | CallState) -> str:
    """The state in a word or two: « Bientôt clos »."""
    return CALL_STATES[status.state if isinstance(status, CallStatus) else status]


def sentence(status: CallStatus) -> str:
    """The state with the date that matters, told in the call's own zone."""
    return call_text(status)


@dataclass(frozen=True, slots=True)
class Phase:
    """A status as the catalogue keeps it. `call` is the slug of the call that decides, empty without any."""

    state: CallState
    closes_at: datetime | None
    call: str


def phase_at(phases: Phases, at: datetime) -> Phase:
    """The phase of a catalogue row at an aware instant."""
    since = [_read(phase[0]) for phase in phases[1:]]
    _, state, closes_at, call = phases[bisect_right(since, at)]
    return Phase(CallState(state), _read(closes_at), call or "")


def phases_of(shown: Sequence[calls.Call]) -> Phases:
    """The whole story of calls shown together at one place: a list of [since, state, closing, call], in time order.

    `since` and `closing` are instants in UTC in one form of fixed length, so that they compare as texts; the first
    `since` is null: it counts from always. The call that decides is the best of those shown.
    """
    instants = sorted({instant for call in shown for instant in calls.changes(call)})
    story: Phases = []
    before = instants[0] - calls.TICK if instants else _ANY
    for since, at in [(None, before), *((instant, instant) for instant in instants)]:
        best = calls.best(calls.status(call, at) for call in shown)
        row = [str(best.state), written(best.closes_at), best.call_key]
        if not story or story[-1][1:] != row:
            story.append([written(since), *row])
    return story


def written(instant: datetime | None) -> str | None:
    """The form of an instant in `Listing.phases`: UTC, to the microsecond."""
    return None if instant is None else instant.astimezone(calls.UTC).isoformat(timespec="microseconds")


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


_ANY = datetime(2000, 1, 1, tzinfo=calls.UTC)
