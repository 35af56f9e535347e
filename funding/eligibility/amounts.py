"""How much a scheme gives, with the computation kept line by line so that it can be written out.

Amounts are euros; results are rounded to the cent, halves up. A rate is a share of one (20 % is Decimal("0.20")).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from funding.eligibility.bands import Number, as_band, check_number
from funding.eligibility.codes import Truth
from funding.eligibility.criteria import Criterion
from funding.eligibility.errors import FactError, Refusal, RuleError
from funding.eligibility.findings import evaluate
from funding.eligibility.questions import QuestionCode, by_usefulness
from funding.eligibility.reach import Parameters
from funding.eligibility.situation import Situation

_CENT = Decimal("0.01")


class AmountLine(StrEnum):
    """One step of a computation. Worded in `sums.step_text`."""

    FLAT = "flat"
    MONTHLY = "monthly"
    RATE = "rate"
    RATE_OF_BAND = "rate_of_band"
    RATE_WITHOUT_BASE = "rate_without_base"
    BASE_CAPPED = "base_capped"
    RATE_BONUS = "rate_bonus"
    RATE_BONUS_UNCERTAIN = "rate_bonus_uncertain"
    RAISED_TO_FLOOR = "raised_to_floor"
    BROUGHT_TO_CAP = "brought_to_cap"
    BONUS = "bonus"
    BONUS_UNCERTAIN = "bonus_uncertain"
    SPAN = "span"
    NOT_PUBLISHED = "not_published"


@dataclass(frozen=True, slots=True)
class Flat:
    """The same sum for all (VTE: 4,000 €)."""

    amount: Number
    is_ceiling: bool = False

    def __post_init__(self):
        _check_amount(self.amount, "amount")


@dataclass(frozen=True, slots=True)
class Monthly:
    """So much a month for so many months (Mobili-Jeune: up to 100 € a month, twelve months)."""

    amount: Number
    months: int
    is_ceiling: bool = True

    def __post_init__(self):
        _check_amount(self.amount, "amount")
        if not isinstance(self.months, int) or isinstance(self.months, bool) or self.months < 1:
            raise RuleError(Refusal.BAD_NUMBER, "months", self.months)


@dataclass(frozen=True, slots=True)
class RateBonus:
    """Points added to a rate when a condition is met (small firm, ecological transition…)."""

    rate: Decimal
    condition: Criterion

    def __post_init__(self):
        _check_rate(self.rate)


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of the project's amount, the base being capped first, then the aid brought within its floor and cap."""

    rate: Decimal
    floor: Number | None = None
    cap: Number | None = None
    base_cap: Number | None = None
    bonuses: tuple[RateBonus, ...] = ()
    is_ceiling: bool = True

    def __post_init__(self):
        _check_rate(self.rate)
        for name in ("floor", "cap", "base_cap"):
            if getattr(self, name) is not None:
                _check_amount(getattr(self, name), name)
        if self.floor is not None and self.cap is not None and self.cap < self.floor:
            raise RuleError(Refusal.REVERSED_BOUNDS, "cap", (self.floor, self.cap))


@dataclass(frozen=True, slots=True)
class Bonus:
    """A sum added to the rest when a condition is met (VTE vert: 8,000 €)."""

    amount: Number
    condition: Criterion

    def __post_init__(self):
        _check_amount(self.amount, "amount")


@dataclass(frozen=True, slots=True)
class Span:
    """Only the least and the most are published."""

    lower: Number | None = None
    upper: Number | None = None

    def __post_init__(self):
        for name in ("lower", "upper"):
            if getattr(self, name) is not None:
                _check_amount(getattr(self, name), name)
        if self.lower is None and self.upper is None:
            raise RuleError(Refusal.NO_BOUND, "lower")
        if self.lower is not None and self.upper is not None and self.upper < self.lower:
            raise RuleError(Refusal.REVERSED_BOUNDS, "upper", (self.lower, self.upper))


AmountRule = Flat | Monthly | Rate | Bonus | Span


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the computation, with the figures that go into its sentence."""

    code: AmountLine
    parameters: Parameters = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the scheme could give. It commits nobody: the instructing service decides.

    lower, upper  euros; equal when the sum is known; None when there is no such limit or it is not known
    is_ceiling    « jusqu’à »: the real sum may be less
    questions     what would make the estimate finer
    """

    lower: Decimal | None
    upper: Decimal | None
    is_ceiling: bool
    steps: tuple[Step, ...]
    questions: tuple[QuestionCode, ...] = ()


def estimate(rules: Iterable[AmountRule], situation: Situation, on: date) -> Estimate:
    """Add up the rules of a scheme for a situation. Without any rule the amount is « not published »."""
    parts = [_ESTIMATES[type(rule)](rule, situation, on) for rule in rules]
    if not parts:
        return Estimate(None, None, False, (Step(AmountLine.NOT_PUBLISHED),))
    return Estimate(
        _sum([part.lower for part in parts]),
        _sum([part.upper for part in parts]),
        any(part.is_ceiling for part in parts),
        tuple(step for part in parts for step in part.steps),
        by_usefulness(question for part in parts for question in part.questions),
    )


def _sum(amounts: list[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None


def _estimate_flat(rule: Flat, situation: Situation, on: date) -> Estimate:
    amount = _cents(rule.amount)
    step = Step(AmountLine.FLAT, (("amount", amount), ("is_ceiling", rule.is_ceiling)))
    return Estimate(amount, amount, rule.is_ceiling, (step,))


def _estimate_monthly(rule: Monthly, situation: Situation, on: date) -> Estimate:
    total = _cents(Decimal(rule.amount) * rule.months)
    parameters = (
        ("amount", _cents(rule.amount)),
        ("months", rule.months),
        ("total", total),
        ("is_ceiling", rule.is_ceiling),
    )
    return Estimate(total, total, rule.is_ceiling, (Step(AmountLine.MONTHLY, parameters),))


def _estimate_bonus(rule: Bonus, situation: Situation, on: date) -> Estimate:
    finding = evaluate(rule.condition, situation, on)
    amount = _cents(rule.amount)
    parameters = (("amount", amount), ("condition", rule.condition))
    if finding.truth is Truth.MET:
        return Estimate(amount, amount, False, (Step(AmountLine.BONUS, parameters),))
    if finding.truth is Truth.NOT_MET:
        return Estimate(Decimal(0), Decimal(0), False, ())
    step = Step(AmountLine.BONUS_UNCERTAIN, parameters)
    return Estimate(Decimal(0), amount, True, (step,), finding.questions)


def _estimate_span(rule: Span, situation: Situation, on: date) -> Estimate:
    lower = _cents(rule.lower) if rule.lower is not None else None
    upper = _cents(rule.upper) if rule.upper is not None else None
    return Estimate(lower, upper, False, (Step(AmountLine.SPAN, (("lower", lower), ("upper", upper))),))


def _estimate_rate(rule: Rate, situation: Situation, on: date) -> Estimate:
    low_rate = high_rate = Decimal(rule.rate)
    steps: list[Step] = []
    questions: list[QuestionCode] = []
    for bonus in rule.bonuses:
        finding = evaluate(bonus.condition, situation, on)
        if finding.truth is Truth.NOT_MET:
            continue
        high_rate += bonus.rate
        is_sure = finding.truth is Truth.MET
        low_rate += bonus.rate if is_sure else 0
        code = AmountLine.RATE_BONUS if is_sure else AmountLine.RATE_BONUS_UNCERTAIN
        steps.append(Step(code, (("rate", bonus.rate), ("condition", bonus.condition))))
        questions.extend(finding.questions)
    low_rate, high_rate = min(low_rate, Decimal(1)), min(high_rate, Decimal(1))
    if situation.project_amount is None:
        floor, cap = _cents_or_none(rule.floor), _cents_or_none(rule.cap)
        if cap is None and rule.base_cap is not None:
            cap = _within(high_rate, rule.base_cap, rule)
        step = Step(AmountLine.RATE_WITHOUT_BASE, (("rate", high_rate), ("floor", floor), ("cap", cap)))
        return Estimate(floor, cap, True, (*steps, step), (QuestionCode.PROJECT_AMOUNT, *questions))
    base = as_band(situation.project_amount)
    lower = _within(low_rate, base.lower, rule)
    upper = _within(high_rate, base.upper, rule) if base.upper is not None else _limit(high_rate, rule)
    steps.extend(_written_out(rule, high_rate, base.lower, base.upper, upper))
    if lower != upper and not base.is_exact:
        questions.append(QuestionCode.PROJECT_AMOUNT)
    return Estimate(lower, upper, rule.is_ceiling or lower != upper, tuple(steps), tuple(questions))


def _written_out(
    rule: Rate, rate: Decimal, lowest: Number, highest: Number | None, upper: Decimal | None
) -> Iterable[Step]:
    """The computation of the highest sum, step by step; for a base that is only banded, in one line."""
    if lowest != highest or highest is None:
        kept = (("rate", rate), ("lower", Decimal(lowest)), ("upper", _decimal(highest)), ("total", upper))
        yield Step(AmountLine.RATE_OF_BAND, kept)
        return
    base = Decimal(highest)
    if rule.base_cap is not None and base > rule.base_cap:
        yield Step(AmountLine.BASE_CAPPED, (("base", _cents(base)), ("base_cap", _cents(rule.base_cap))))
        base = Decimal(rule.base_cap)
    raw = _cents(rate * base)
    yield Step(AmountLine.RATE, (("rate", rate), ("base", _cents(base)), ("total", raw)))
    if rule.floor is not None and raw < rule.floor:
        yield Step(AmountLine.RAISED_TO_FLOOR, (("floor", _cents(rule.floor)),))
    if rule.cap is not None and raw > rule.cap:
        yield Step(AmountLine.BROUGHT_TO_CAP, (("cap", _cents(rule.cap)),))


def _within(rate: Decimal, base: Number, rule: Rate) -> Decimal:
    counted = Decimal(base) if rule.base_cap is None else min(Decimal(base), Decimal(rule.base_cap))
    amount = _cents(rate * counted)
    if rule.floor is not None:
        amount = max(amount, _cents(rule.floor))
    return amount if rule.cap is None else min(amount, _cents(rule.cap))


def _limit(rate: Decimal, rule: Rate) -> Decimal | None:
    """The most that a rule gives when the base has no known limit."""
    if rule.base_cap is not None:
        return _within(rate, rule.base_cap, rule)
    return _cents_or_none(rule.cap)


def _cents(amount: Number) -> Decimal:
    return Decimal(amount).quantize(_CENT, ROUND_HALF_UP)


def _cents_or_none(amount: Number | None) -> Decimal | None:
    return None if amount is None else _cents(amount)


def _decimal(amount: Number | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)


def _check_amount(amount: object, field: str) -> None:
    try:
        check_number(amount, field)
    except FactError as error:
        raise RuleError(error.code, field, amount) from error


def _check_rate(rate: object) -> None:
    if not isinstance(rate, Decimal) or not rate.is_finite() or not 0 < rate <= 1:
        raise RuleError(Refusal.BAD_RATE, "rate", rate)


_ESTIMATES: dict[type, Callable[[Any, Situation, date], Estimate]] = {
    Flat: _estimate_flat,
    Monthly: _estimate_monthly,
    Rate: _estimate_rate,
    Bonus: _estimate_bonus,
    Span: _estimate_span,
}
