"""One scheme against one situation at one instant: the plain path, which the rulebook must equal.

State of a scheme, read from the top; obstacles are hard criteria that fail, open points hard criteria that are unknown:

| obstacles                                      | open points | call     | state                                     |
|------------------------------------------------|-------------|----------|-------------------------------------------|
| two or more, or one that is out of reach       | any         | any      | not_eligible                              |
| one, within reach                              | any         | open     | near                                      |
| none                                           | one or more | open     | to_specify                                |
| none                                           | none        | open     | eligible                                  |
| none, or one within reach                      | any         | not open | not_open, `otherwise` being the line above |

A scheme that would be refused anyway is « non éligible », not « pas ouvert »: waiting for its opening would be vain.
Advisory criteria are said and count for nothing here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from funding.eligibility import calls as call_rules
from funding.eligibility.calls import Call, CallStatus
from funding.eligibility.codes import ReasonCode, Truth, VerdictState
from funding.eligibility.criteria import Criterion
from funding.eligibility.errors import Refusal, RuleError
from funding.eligibility.findings import Finding, evaluate
from funding.eligibility.questions import QuestionCode, by_usefulness
from funding.eligibility.reach import Change
from funding.eligibility.situation import Situation

_PARIS = call_rules.zone_of(call_rules.PARIS)

CALL_DEPENDS_ON_PLACE = Finding(None, Truth.UNKNOWN, ReasonCode.CALL_DEPENDS_ON_PLACE, questions=(QuestionCode.PLACE,))


@dataclass(frozen=True, slots=True)
class Terms:
    """What the rules know of a scheme. Criteria are put in one order and kept once, so their order never matters."""

    key: str
    criteria: tuple[Criterion, ...] = ()
    calls: tuple[Call, ...] = ()

    def __post_init__(self):
        if not isinstance(self.key, str) or not self.key:
            raise RuleError(Refusal.BAD_VALUE, "key", self.key)
        unique = dict.fromkeys(self.criteria)
        object.__setattr__(self, "criteria", tuple(sorted(unique, key=lambda criterion: criterion.sort_key)))
        object.__setattr__(self, "calls", tuple(sorted(self.calls, key=lambda call: call.key)))
        if len({call.key for call in self.calls}) < len(self.calls):
            raise RuleError(Refusal.DUPLICATE_KEY, "calls", self.key)
        _check_variants(self.calls)


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether one can file now at this place. UNKNOWN when it depends on a place that is not given."""

    truth: Truth
    status: CallStatus


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a scheme stands for a situation.

    otherwise  what the state would be if the call were open; equal to `state` in every other case
    call       the call that counts at this place, and its dates
    findings   one per criterion, in the order in which reasons are read
    """

    key: str
    state: VerdictState
    otherwise: VerdictState
    call: CallStatus
    findings: tuple[Finding, ...]

    @property
    def obstacles(self) -> tuple[Finding, ...]:
        """Hard criteria that fail."""
        return tuple(f for f in self.findings if f.truth is Truth.NOT_MET and f.is_hard)

    @property
    def open_points(self) -> tuple[Finding, ...]:
        """Hard criteria that are unknown."""
        return tuple(f for f in self.findings if f.truth is Truth.UNKNOWN and f.is_hard)

    @property
    def met(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.truth is Truth.MET)

    @property
    def advice(self) -> tuple[Finding, ...]:
        """Advisory criteria that fail or are unknown."""
        return tuple(f for f in self.findings if not f.is_hard and f.truth is not Truth.MET)

    @property
    def questions(self) -> tuple[QuestionCode, ...]:
        """Questions that would settle the open points, the one that settles most of them first."""
        return by_usefulness(question for finding in self.open_points for question in finding.questions)

    @property
    def checks(self) -> tuple[Finding, ...]:
        """Open points that no answer settles: a person of the instructing service decides."""
        return tuple(f for f in self.open_points if not f.questions)

    @property
    def change(self) -> Change | None:
        """What would change the answer, for a scheme that is near (or would be, once open)."""
        return self.obstacles[0].change if self.otherwise is VerdictState.NEAR else None


def verdict(terms: Terms, situation: Situation, at: datetime) -> Verdict:
    """Judge one scheme at an aware instant; ages are counted on the day it is then in Paris."""
    on = at.astimezone(_PARIS).date()
    findings = tuple(evaluate(criterion, situation, on) for criterion in terms.criteria)
    opening = opening_of(terms.calls, [call_rules.status(call, at) for call in terms.calls], situation.place)
    return assemble(terms.key, findings, opening)


def assemble(key: str, findings: tuple[Finding, ...], opening: Opening) -> Verdict:
    """Put findings and opening together; the one place where a `Verdict` is made."""
    if opening.truth is Truth.UNKNOWN:
        findings = (*findings, CALL_DEPENDS_ON_PLACE)
    otherwise = combine(findings)
    is_shut = opening.truth is Truth.NOT_MET and otherwise is not VerdictState.NOT_ELIGIBLE
    return Verdict(key, VerdictState.NOT_OPEN if is_shut else otherwise, otherwise, opening.status, findings)


def combine(findings: Iterable[Finding]) -> VerdictState:
    """State of a scheme whose call is open, by the table of this module."""
    obstacle, is_open = None, False
    for finding in findings:
        if finding.truth is Truth.MET or not finding.is_hard:
            continue
        if finding.truth is Truth.UNKNOWN:
            is_open = True
        elif obstacle is None and finding.change is not None:
            obstacle = finding
        else:
            return VerdictState.NOT_ELIGIBLE
    if obstacle is not None:
        return VerdictState.NEAR
    return VerdictState.TO_SPECIFY if is_open else VerdictState.ELIGIBLE


def opening_of(calls: Sequence[Call], statuses: Sequence[CallStatus], place: frozenset[str] | None) -> Opening:
    """Which call counts at a place, given the status of each.

    Calls whose perimeter holds the place count, less those of which a variant holds it too, open or closed. When the
    place is not known, the opening is known only when it would be the same everywhere.
    """
    if all(call.perimeter is None for call in calls):
        return _known(call_rules.best(statuses))
    found = dict(zip((call.key for call in calls), statuses, strict=True))
    if place is not None:
        here = [call for call in calls if call.perimeter is None or call.perimeter.covers(place)]
        hidden = {call.variant_of for call in here}
        return _known(call_rules.best(found[call.key] for call in here if call.key not in hidden))
    anywhere = [call for call in calls if call.perimeter is None]
    shown = call_rules.best(found[call.key] for call in anywhere or calls)
    if not any(status.is_usable for status in statuses):
        return Opening(Truth.NOT_MET, shown)
    everywhere = any(_is_usable_with_variants(call, calls, found) for call in anywhere)
    return Opening(Truth.MET if everywhere else Truth.UNKNOWN, shown)


def _is_usable_with_variants(call: Call, calls: Sequence[Call], found: dict[str, CallStatus]) -> bool:
    variants = (other for other in calls if other.variant_of == call.key)
    return found[call.key].is_usable and all(_is_usable_with_variants(other, calls, found) for other in variants)


def _check_variants(calls: Sequence[Call]) -> None:
    """Refuse a variant of a call that is not there, and variants that hide each other in a ring."""
    hidden_by = {call.key: call.variant_of for call in calls}
    for key in hidden_by:
        seen = set()
        current: str | None = key
        while current is not None:
            if current in seen or current not in hidden_by:
                raise RuleError(Refusal.BAD_VALUE, "variant_of", key)
            seen.add(current)
            current = hidden_by[current]


def _known(status: CallStatus) -> Opening:
    return Opening(Truth.MET if status.is_usable else Truth.NOT_MET, status)
