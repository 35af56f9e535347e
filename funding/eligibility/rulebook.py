"""All schemes at once. Gives exactly what `verdict.verdict` gives for each, in a few milliseconds for tens of
thousands.

Each distinct criterion is judged once. Schemes are numbered, and every set of schemes is one whole number with one bit
per scheme: « who bears this criterion », « who has failed once ». A failed criterion then adds itself to all its
schemes in two operations. Place criteria, of which there are thousands, are not judged at all for the state: an index
from place codes to criteria finds those that hold the place. Statuses of calls only change at known instants, so they
are kept from one instant to the next. `Verdict` objects are made when they are read, from findings that all schemes
share.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import NamedTuple

from funding.eligibility import calls as call_rules
from funding.eligibility import versioning
from funding.eligibility.calls import Call, CallStatus
from funding.eligibility.codes import CriterionKind, Truth, VerdictState
from funding.eligibility.criteria import Criterion
from funding.eligibility.errors import Refusal, RuleError
from funding.eligibility.findings import Finding, evaluate
from funding.eligibility.questions import QuestionCode, ranked
from funding.eligibility.quick import Bearers, Judged, Quick
from funding.eligibility.situation import Situation
from funding.eligibility.verdict import CALL_DEPENDS_ON_PLACE, Opening, Terms, Verdict, opening_of

_KEPT_TIMES = 16
_PARIS = call_rules.zone_of(call_rules.PARIS)


class _Timeline(NamedTuple):
    """What the calls of one scheme give. `openings[i]` counts from `ticks[i - 1]` until just before `ticks[i]`.

    When a call has a perimeter, the opening depends on the place too: `statuses[i]` then holds the status of each call.
    """

    ticks: tuple[int, ...]
    openings: tuple[Opening, ...] = ()
    statuses: tuple[tuple[CallStatus, ...], ...] = ()

    @classmethod
    def of(cls, calls: tuple[Call, ...]) -> "_Timeline":
        instants = sorted({instant for call in calls for instant in call_rules.changes(call)})
        ticks = tuple(_ticks(instant) for instant in instants)
        before = instants[0] - call_rules.TICK if instants else _EPOCH
        statuses = tuple(tuple(call_rules.status(call, at) for call in calls) for at in (before, *instants))
        if any(call.perimeter for call in calls):
            return cls(ticks, statuses=statuses)
        return cls(ticks, openings=tuple(opening_of(calls, these, None) for these in statuses))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _ticks(instant: datetime) -> int:
    """Microseconds since 1970: whole numbers compare faster than instants."""
    return (instant - _EPOCH) // call_rules.TICK


@dataclass(slots=True)
class Rulebook:
    """Compiled terms. Build it with `Rulebook.compile`, keep it, ask it `verdicts`. Safe to share between threads."""

    terms: tuple[Terms, ...]
    fingerprint: str
    _numbers: dict[str, int]
    _criteria: list[Criterion]
    _signatures: list[tuple[int, ...]]
    _bearers: list[Bearers]
    _quick: Quick
    _sole_places: "_SolePlaces"
    _timelines: list[_Timeline]
    _by_place: list[int]
    _ticks: list[int]
    _usable: dict[int, int] = field(default_factory=dict)

    @classmethod
    def compile(cls, terms: Iterable[Terms]) -> "Rulebook":
        """Number schemes, criteria and calls. Raises RuleError(DUPLICATE_KEY) when two schemes share a key."""
        kept = tuple(terms)
        numbers = {one.key: number for number, one in enumerate(kept)}
        if len(numbers) < len(kept):
            raise RuleError(Refusal.DUPLICATE_KEY, "key")
        criteria: dict[Criterion, int] = {}
        signatures = [tuple(criteria.setdefault(c, len(criteria)) for c in one.criteria) for one in kept]
        listed = list(criteria)
        timelines = [_Timeline.of(one.calls) for one in kept]
        bearers, sole_places = _share_out(listed, signatures)
        quick, bearers = Quick.of(listed, bearers)
        return cls(
            terms=kept,
            fingerprint=versioning.fingerprint(kept),
            _numbers=numbers,
            _criteria=listed,
            _signatures=signatures,
            _bearers=bearers,
            _quick=quick,
            _sole_places=sole_places,
            _timelines=timelines,
            _by_place=[number for number, timeline in enumerate(timelines) if timeline.statuses],
            _ticks=sorted({tick for timeline in timelines for tick in timeline.ticks}),
        )

    def __len__(self) -> int:
        return len(self.terms)

    def verdicts(self, situation: Situation, at: datetime) -> "Verdicts":
        """Judge every scheme at an aware instant. States are there at once; reasons when they are asked for."""
        call_rules.check_instant(at, "at")
        tick = _ticks(at)
        findings: list[Finding | None] = [None] * len(self._criteria)
        on = at.astimezone(_PARIS).date()
        failed_twice = 0
        criteria = self._criteria
        judged = self._quick.judge(situation)
        unknown, failed, out_of_reach = judged.unknown, judged.out_of_reach, judged.out_of_reach
        for mask in judged.failed:
            failed_twice |= failed & mask
            failed |= mask
        for bearers in (*self._bearers, *judged.left):
            finding = findings[bearers.number] = evaluate(criteria[bearers.number], situation, on)
            if finding.truth is Truth.MET:
                continue
            mask = bearers.mask
            if finding.truth is Truth.UNKNOWN:
                unknown |= mask
                continue
            failed_twice |= failed & mask
            failed |= mask
            if finding.change is None:
                out_of_reach |= mask
        if situation.place is None:
            unknown |= self._sole_places.everyone
        else:
            outside = self._sole_places.outside(situation.place)
            failed |= outside
            out_of_reach |= outside
        usable, doubtful, special = self._usable_at(tick, situation.place)
        unknown |= doubtful
        not_eligible = out_of_reach | failed_twice
        near = failed & ~not_eligible
        to_specify = unknown & ~failed
        eligible = ((1 << len(self.terms)) - 1) & ~(failed | unknown)
        otherwise = {
            VerdictState.ELIGIBLE: eligible,
            VerdictState.TO_SPECIFY: to_specify,
            VerdictState.NEAR: near,
            VerdictState.NOT_OPEN: 0,
            VerdictState.NOT_ELIGIBLE: not_eligible,
        }
        can_file = usable | doubtful
        states = {
            VerdictState.ELIGIBLE: eligible & can_file,
            VerdictState.TO_SPECIFY: to_specify & can_file,
            VerdictState.NEAR: near & can_file,
            VerdictState.NOT_OPEN: (eligible | to_specify | near) & ~can_file,
            VerdictState.NOT_ELIGIBLE: not_eligible,
        }
        return Verdicts(self, situation, at, states, otherwise, findings, tick, special, judged, on)

    def _usable_at(self, tick: int, place: frozenset[str] | None) -> tuple[int, int, dict[int, Opening]]:
        """Schemes that one can use, those of which that depends on the place, and the openings that depend on it."""
        usable, doubtful = [], []
        openings = {}
        for number in self._by_place:
            timeline = self._timelines[number]
            statuses = timeline.statuses[bisect_right(timeline.ticks, tick)]
            opening = openings[number] = opening_of(self.terms[number].calls, statuses, place)
            if opening.truth is Truth.MET:
                usable.append(number)
            elif opening.truth is Truth.UNKNOWN:
                doubtful.append(number)
        size = len(self.terms)
        return self._usable_anywhere(tick) | _mask(usable, size), _mask(doubtful, size), openings

    def _usable_anywhere(self, tick: int) -> int:
        """Schemes that one can use whatever the place; the same until a call changes, so a few answers are kept."""
        slot = bisect_right(self._ticks, tick)
        usable = self._usable.get(slot)
        if usable is None:
            met = Truth.MET
            timelines = enumerate(self._timelines)
            numbers = [n for n, (ticks, o, _) in timelines if o and o[bisect_right(ticks, tick)].truth is met]
            usable = _mask(numbers, len(self.terms))
            kept = {} if len(self._usable) >= _KEPT_TIMES else self._usable
            self._usable = {**kept, slot: usable}
        return usable


@dataclass(frozen=True, slots=True)
class _SolePlaces:
    """Hard place criteria of the schemes that have just one: found by code, never judged one by one."""

    everyone: int
    masks: dict[int, int]
    including: dict[str, list[int]]
    excluding: dict[str, list[int]]
    anywhere: frozenset[int]  # criteria that only exclude

    def outside(self, place: frozenset[str]) -> int:
        """Schemes that the place rules out."""
        holding = set(self.anywhere)
        for code in place:
            holding.update(self.including.get(code, ()))
        for code in place:
            holding.difference_update(self.excluding.get(code, ()))
        inside = 0
        for number in holding:
            inside |= self.masks[number]
        return self.everyone & ~inside


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Verdicts of all schemes for one situation at one instant."""

    rulebook: Rulebook
    situation: Situation
    at: datetime
    _states: dict[VerdictState, int]
    _otherwise: dict[VerdictState, int]
    _findings: list[Finding | None]
    _tick: int
    _special: dict[int, Opening]
    _judged: Judged
    _on: date

    @property
    def counts(self) -> dict[VerdictState, int]:
        """How many schemes are in each state; they add up to all of them."""
        return {state: mask.bit_count() for state, mask in self._states.items()}

    def keys(self, state: VerdictState, otherwise: VerdictState | None = None) -> list[str]:
        """Keys of the schemes in a state, in the rulebook's order; `otherwise` narrows « not_open »."""
        mask = self._states[state]
        if otherwise is not None:
            mask &= self._otherwise[otherwise]
        terms = self.rulebook.terms
        return [terms[number].key for number in _numbers(mask)]

    def some_keys(self, state: VerdictState, start: int, stop: int) -> list[str]:
        """A slice of `keys(state)`: a page of a group of thousands does not name them all."""
        terms = self.rulebook.terms
        return [terms[number].key for number in _numbers(self._states[state])[start:stop]]

    def states(self) -> dict[str, VerdictState]:
        """State of every scheme by key."""
        terms = self.rulebook.terms
        return {terms[number].key: state for state, mask in self._states.items() for number in _numbers(mask)}

    def state_of(self, key: str) -> VerdictState:
        """State of one scheme. Raises KeyError for an unknown key."""
        return _state(self._states, self.rulebook._numbers[key])  # noqa: SLF001 - same module

    def __getitem__(self, key: str) -> Verdict:
        """The whole verdict of one scheme. Raises KeyError for an unknown key."""
        number = self.rulebook._numbers[key]  # noqa: SLF001 - same module
        return self._verdict(number, _state(self._states, number), _state(self._otherwise, number))

    def __len__(self) -> int:
        return len(self.rulebook)

    def __iter__(self) -> Iterator[Verdict]:
        """Every verdict, in the rulebook's order."""
        size = len(self)
        return map(self._verdict, range(size), _spread(self._states, size), _spread(self._otherwise, size))

    def of(self, state: VerdictState) -> Iterator[Verdict]:
        """Every verdict in a state, in the rulebook's order."""
        for number in _numbers(self._states[state]):
            yield self._verdict(number, state, _state(self._otherwise, number))

    def by_closing(self, state: VerdictState) -> list[str]:
        """Keys of the schemes in a state: what closes first comes first, without closing date last, then by number.

        No verdict is made: thousands of schemes are put in order in the time of a page.
        """
        rulebook, tick = self.rulebook, self._tick
        found = []
        for number in _numbers(self._states[state]):
            opening = self._special.get(number)
            if opening is None:
                ticks, openings, _ = rulebook._timelines[number]  # noqa: SLF001 - same module
                opening = openings[bisect_right(ticks, tick)]
            closes_at = opening.status.closes_at
            found.append((closes_at is None, closes_at or _EPOCH, number))
        found.sort()
        terms = rulebook.terms
        return [terms[number].key for _, _, number in found]

    def questions(self) -> tuple[QuestionCode, ...]:
        """Questions by the number of open schemes still to be specified that each one touches."""
        pending = self._states[VerdictState.TO_SPECIFY]
        touched: dict[QuestionCode, int] = defaultdict(int, self._judged.asked)
        rulebook = self.rulebook
        for bearers in (*rulebook._bearers, *self._judged.left):  # noqa: SLF001 - same module
            finding = self._findings[bearers.number]
            for question in finding.questions if finding else ():
                touched[question] |= bearers.mask
        if self.situation.place is None:
            touched[QuestionCode.PLACE] |= rulebook._sole_places.everyone  # noqa: SLF001 - same module
            doubtful = [number for number, opening in self._special.items() if opening.truth is Truth.UNKNOWN]
            touched[CALL_DEPENDS_ON_PLACE.questions[0]] |= _mask(doubtful, len(rulebook))
        return ranked({question: (mask & pending).bit_count() for question, mask in touched.items()})

    def _verdict(self, number: int, state: VerdictState, otherwise: VerdictState) -> Verdict:
        rulebook, findings = self.rulebook, self._findings
        signature = rulebook._signatures[number]  # noqa: SLF001 - same module
        shared = tuple([findings[c] or self._finding(c) for c in signature])
        opening = self._special.get(number)
        if opening is None:
            ticks, openings, _ = rulebook._timelines[number]  # noqa: SLF001 - same module
            opening = openings[bisect_right(ticks, self._tick)]
        elif opening.truth is Truth.UNKNOWN:
            shared = (*shared, CALL_DEPENDS_ON_PLACE)
        return Verdict(rulebook.terms[number].key, state, otherwise, opening.status, shared)

    def _finding(self, number: int) -> Finding:
        criterion = self.rulebook._criteria[number]  # noqa: SLF001 - same module
        finding = self._findings[number] = evaluate(criterion, self.situation, self._on)
        return finding


def _share_out(criteria: list[Criterion], signatures: list[tuple[int, ...]]) -> tuple[list[Bearers], _SolePlaces]:
    """Give each hard criterion its schemes; a scheme's only place criterion goes to the index by code instead."""
    is_place = [c.hard and c.kind is CriterionKind.PLACE and not c.applies_to for c in criteria]
    schemes: dict[int, list[int]] = defaultdict(list)
    sole: dict[int, list[int]] = defaultdict(list)
    for number, signature in enumerate(signatures):
        places = [c for c in signature if is_place[c]]
        for criterion in signature:
            if not criteria[criterion].hard:
                continue
            (sole if len(places) == 1 and is_place[criterion] else schemes)[criterion].append(number)
    size = len(signatures)
    bearers = [Bearers(number, _mask(numbers, size)) for number, numbers in sorted(schemes.items())]
    including, excluding = defaultdict(list), defaultdict(list)
    for number in sole:
        for code in criteria[number].values:
            including[code].append(number)
        for code in criteria[number].excluded:
            excluding[code].append(number)
    masks = {number: _mask(numbers, size) for number, numbers in sole.items()}
    everyone = _mask([n for numbers in sole.values() for n in numbers], size)
    anywhere = frozenset(number for number in sole if not criteria[number].values)
    return bearers, _SolePlaces(everyone, masks, dict(including), dict(excluding), anywhere)


def _mask(numbers: list[int], size: int) -> int:
    bits = bytearray(size // 8 + 1)
    for number in numbers:
        bits[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(bits, "little")


def _numbers(mask: int) -> list[int]:
    """Positions of the bits that are set, in order."""
    return [number for number, bit in enumerate(reversed(f"{mask:b}")) if bit == "1"] if mask else []


def _state(masks: dict[VerdictState, int], number: int) -> VerdictState:
    """The state of one scheme; every scheme has exactly one."""
    return next(state for state, mask in masks.items() if mask >> number & 1)


def _spread(masks: dict[VerdictState, int], size: int) -> list[VerdictState]:
    """The state of every scheme, by number."""
    states = [VerdictState.NOT_ELIGIBLE] * size
    for state, mask in masks.items():
        if state is not VerdictState.NOT_ELIGIBLE:
            for number in _numbers(mask):
                states[number] = state
    return states
