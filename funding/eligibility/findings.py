"""One criterion against one situation: met, not met or unknown, with its reason and what would settle or change it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from funding.eligibility import reach, size
from funding.eligibility.bands import as_band, is_below, within
from funding.eligibility.codes import AudienceCode, Caution, ChangeCode, CriterionKind, EuSize, ReasonCode, Truth
from funding.eligibility.criteria import Criterion
from funding.eligibility.places import is_covered
from funding.eligibility.questions import QuestionCode
from funding.eligibility.reach import Change, Parameters
from funding.eligibility.situation import Situation


@dataclass(frozen=True, slots=True)
class Finding:
    """What one criterion gives. `criterion` is None for what comes from the calls and not from a criterion.

    questions  what would settle an unknown, in the order to ask; empty when only a person can (free text)
    change     set on a failed criterion that the person can do something about
    """

    criterion: Criterion | None
    truth: Truth
    reason: ReasonCode
    parameters: Parameters = ()
    questions: tuple[QuestionCode, ...] = ()
    change: Change | None = None
    caution: Caution | None = None

    @property
    def is_hard(self) -> bool:
        return self.criterion is None or self.criterion.hard


def evaluate(criterion: Criterion, situation: Situation, on: date) -> Finding:
    """Judge one criterion on a day. An unknown fact gives UNKNOWN with its question: it neither passes nor rejects."""
    if criterion.applies_to and situation.audience in criterion.applies_to:
        return _JUDGES[criterion.kind](criterion, situation, on)
    if criterion.applies_to and situation.audience is not None:
        concerned = (("audiences", tuple(sorted(criterion.applies_to))),)
        return Finding(criterion, Truth.MET, ReasonCode.NOT_CONCERNED, concerned)
    finding = _JUDGES[criterion.kind](criterion, situation, on)
    if not criterion.applies_to or finding.truth is Truth.MET:
        return finding
    # Whom it concerns is not known: those whom it does not concern meet it, so a failure is not certain.
    if finding.truth is Truth.UNKNOWN:
        return replace(finding, questions=(QuestionCode.AUDIENCE, *finding.questions))
    concerned = (("audiences", tuple(sorted(criterion.applies_to))),)
    return Finding(criterion, Truth.UNKNOWN, ReasonCode.MAYBE_NOT_CONCERNED, concerned, (QuestionCode.AUDIENCE,))


def _met(criterion: Criterion, reason: ReasonCode, **parameters: Any) -> Finding:
    return Finding(criterion, Truth.MET, reason, tuple(parameters.items()))


def _failed(criterion: Criterion, reason: ReasonCode, change: Change | None = None, /, **parameters: Any) -> Finding:
    return Finding(criterion, Truth.NOT_MET, reason, tuple(parameters.items()), change=change)


def _open(criterion: Criterion, reason: ReasonCode, *questions: QuestionCode, **parameters: Any) -> Finding:
    return Finding(criterion, Truth.UNKNOWN, reason, tuple(parameters.items()), questions)


def _wanted(criterion: Criterion) -> dict[str, Any]:
    return {"wanted": criterion.wanted, "excluded": criterion.unwanted}


def _judge_place(criterion: Criterion, situation: Situation, on: date) -> Finding:
    if situation.place is None:
        return _open(criterion, ReasonCode.PLACE_UNKNOWN, QuestionCode.PLACE)
    if not criterion.excluded.isdisjoint(situation.place):
        excluded = tuple(sorted(criterion.excluded & situation.place))
        return _failed(criterion, ReasonCode.PLACE_EXCLUDED, excluded=excluded)
    if is_covered(situation.place, criterion.values, criterion.excluded):
        return _met(criterion, ReasonCode.PLACE_INSIDE, places=tuple(sorted(criterion.values & situation.place)))
    return _failed(criterion, ReasonCode.PLACE_OUTSIDE, wanted=tuple(sorted(criterion.values)))


def _judge_audience(criterion: Criterion, situation: Situation, on: date) -> Finding:
    wanted = _wanted(criterion)["wanted"] or tuple(
        audience for audience in AudienceCode if audience not in criterion.excluded
    )
    if situation.audience is None:
        return _open(criterion, ReasonCode.AUDIENCE_UNKNOWN, QuestionCode.AUDIENCE, wanted=wanted)
    served = situation.audience in wanted and situation.audience not in criterion.excluded
    make, reason = (_met, ReasonCode.AUDIENCE_SERVED) if served else (_failed, ReasonCode.AUDIENCE_NOT_SERVED)
    return make(criterion, reason, audience=situation.audience, wanted=wanted)


def _judge_size(criterion: Criterion, situation: Situation, on: date) -> Finding:
    answer = size.possible_sizes(situation)
    wanted = tuple(s for s in EuSize if (not criterion.values or s in criterion.values) and s not in criterion.excluded)
    fitting = set(answer.sizes) & set(wanted)
    parameters: dict[str, Any] = {"sizes": answer.sizes, "wanted": wanted}
    if fitting and len(fitting) < len(answer.sizes):
        return _open(criterion, ReasonCode.SIZE_UNCERTAIN, *answer.questions, **parameters)
    if fitting:
        finding = _met(criterion, ReasonCode.SIZE_FITS, **parameters)
    else:
        finding = _failed(criterion, ReasonCode.SIZE_DOES_NOT_FIT, **parameters)
    return replace(finding, caution=_CAUTIONS.get(situation.autonomous))


_CAUTIONS = {None: Caution.GROUP_NOT_ASKED, False: Caution.GROUP_FIGURES}


@dataclass(frozen=True, slots=True)
class _Range:
    """How a figure between two bounds is worded and what can be done about it."""

    fact: str
    reasons: tuple[ReasonCode, ReasonCode, ReasonCode]  # within, below, above
    unknown: tuple[ReasonCode, QuestionCode]
    straddles: tuple[ReasonCode, QuestionCode]
    raise_it: ChangeCode | None = None
    lower_it: ChangeCode | None = None


_RANGES = {
    CriterionKind.STAFF_RANGE: _Range(
        "staff",
        (ReasonCode.STAFF_WITHIN, ReasonCode.STAFF_BELOW, ReasonCode.STAFF_ABOVE),
        (ReasonCode.STAFF_UNKNOWN, QuestionCode.STAFF),
        (ReasonCode.STAFF_STRADDLES, QuestionCode.STAFF_EXACT),
        raise_it=ChangeCode.HIRE,
    ),
    CriterionKind.PROJECT_AMOUNT: _Range(
        "project_amount",
        (ReasonCode.AMOUNT_WITHIN, ReasonCode.AMOUNT_BELOW, ReasonCode.AMOUNT_ABOVE),
        (ReasonCode.AMOUNT_UNKNOWN, QuestionCode.PROJECT_AMOUNT),
        (ReasonCode.AMOUNT_STRADDLES, QuestionCode.PROJECT_AMOUNT),
        raise_it=ChangeCode.ENLARGE_PROJECT,
        lower_it=ChangeCode.REDUCE_PROJECT,
    ),
    CriterionKind.JOBS_CREATED: _Range(
        "jobs_created",
        (ReasonCode.JOBS_WITHIN, ReasonCode.JOBS_BELOW, ReasonCode.JOBS_ABOVE),
        (ReasonCode.JOBS_UNKNOWN, QuestionCode.JOBS_CREATED),
        (ReasonCode.JOBS_STRADDLE, QuestionCode.JOBS_CREATED),
        raise_it=ChangeCode.CREATE_JOBS,
    ),
}


def _judge_range(criterion: Criterion, situation: Situation, on: date) -> Finding:
    rules = _RANGES[criterion.kind]
    given = getattr(situation, rules.fact)
    figure = as_band(given)
    bounds: dict[str, Any] = {"lower": criterion.lower, "upper": criterion.upper}
    truth = within(figure, criterion.lower, criterion.upper)
    if given is None and truth is Truth.UNKNOWN:
        reason, question = rules.unknown
        return _open(criterion, reason, question, **bounds)
    within_reason, below, above = rules.reasons
    if truth is Truth.UNKNOWN:
        reason, question = rules.straddles
        return _open(criterion, reason, question, figure=figure, **bounds)
    if truth is Truth.MET:
        return _met(criterion, within_reason, figure=figure, **bounds)
    if is_below(figure, criterion.lower):
        change = reach.raising(rules.raise_it, figure, criterion.lower)
        return _failed(criterion, below, change, figure=figure, **bounds)
    change = reach.lowering(rules.lower_it, figure, criterion.upper)
    return _failed(criterion, above, change, figure=figure, **bounds)


def _judge_naf(criterion: Criterion, situation: Situation, on: date) -> Finding:
    naf = situation.naf
    if naf is None:
        return _open(criterion, ReasonCode.NAF_UNKNOWN, QuestionCode.NAF, **_wanted(criterion))
    if not criterion.excluded.isdisjoint(naf.lineage):
        excluded = tuple(sorted(criterion.excluded & naf.lineage))
        return _failed(criterion, ReasonCode.NAF_EXCLUDED, naf=naf.code, excluded=excluded)
    included = not criterion.values or not criterion.values.isdisjoint(naf.lineage)
    if not included and (naf.is_finest or not any(naf.may_be(value) for value in criterion.values)):
        return _failed(criterion, ReasonCode.NAF_NOT_INCLUDED, naf=naf.code, **_wanted(criterion))
    if not included or (not naf.is_finest and any(naf.may_be(value) for value in criterion.excluded)):
        return _open(criterion, ReasonCode.NAF_TOO_COARSE, QuestionCode.NAF, naf=naf.code, **_wanted(criterion))
    return _met(criterion, ReasonCode.NAF_INCLUDED, naf=naf.code, **_wanted(criterion))


def _judge_legal_form(criterion: Criterion, situation: Situation, on: date) -> Finding:
    code = situation.legal_category
    if code is None:
        return _open(criterion, ReasonCode.LEGAL_FORM_UNKNOWN, QuestionCode.LEGAL_FORM, **_wanted(criterion))
    parameters: dict[str, Any] = {"form": code, **_wanted(criterion)}
    if any(code.startswith(prefix) for prefix in criterion.excluded):
        return _failed(criterion, ReasonCode.LEGAL_FORM_EXCLUDED, **parameters)
    included = not criterion.values or any(code.startswith(prefix) for prefix in criterion.values)
    if not included and not any(prefix.startswith(code) for prefix in criterion.values):
        return _failed(criterion, ReasonCode.LEGAL_FORM_NOT_INCLUDED, **parameters)
    if not included or any(prefix.startswith(code) for prefix in criterion.excluded):
        return _open(criterion, ReasonCode.LEGAL_FORM_TOO_COARSE, QuestionCode.LEGAL_FORM, **parameters)
    return _met(criterion, ReasonCode.LEGAL_FORM_INCLUDED, **parameters)


def _judge_age(criterion: Criterion, situation: Situation, on: date) -> Finding:
    bounds: dict[str, Any] = {"lower": criterion.lower, "upper": criterion.upper}
    if situation.created_on is None:
        return _open(criterion, ReasonCode.AGE_UNKNOWN, QuestionCode.CREATED_ON, **bounds)
    age = reach.complete_years(situation.created_on, on)
    known: dict[str, Any] = {"created_on": situation.created_on, **bounds}
    if criterion.lower is not None and age < criterion.lower:
        change = reach.waiting(situation.created_on, int(criterion.lower), on)
        return _failed(criterion, ReasonCode.AGE_BELOW, change, **known)
    if criterion.upper is not None and age > criterion.upper:
        return _failed(criterion, ReasonCode.AGE_ABOVE, **known)
    return _met(criterion, ReasonCode.AGE_WITHIN, **known)


def _judge_project_nature(criterion: Criterion, situation: Situation, on: date) -> Finding:
    if situation.project_natures is None:
        reason = ReasonCode.NATURE_UNKNOWN
        return _open(criterion, reason, QuestionCode.PROJECT_NATURE, **_wanted(criterion))
    fitting = _fitting(criterion, situation.project_natures)
    if fitting:
        return _met(criterion, ReasonCode.NATURE_FITS, fitting=tuple(sorted(fitting)))
    return _failed(criterion, ReasonCode.NATURE_DOES_NOT_FIT, **_wanted(criterion))


def _judge_expense_nature(criterion: Criterion, situation: Situation, on: date) -> Finding:
    if situation.expense_natures is None:
        reason = ReasonCode.EXPENSE_UNKNOWN
        return _open(criterion, reason, QuestionCode.EXPENSE_NATURE, **_wanted(criterion))
    fitting = _fitting(criterion, situation.expense_natures)
    if fitting:
        return _met(criterion, ReasonCode.EXPENSE_FITS, fitting=tuple(sorted(fitting)))
    change = Change(ChangeCode.ADD_EXPENSE, tuple(_wanted(criterion).items()))
    return _failed(criterion, ReasonCode.EXPENSE_DOES_NOT_FIT, change, **_wanted(criterion))


def _fitting(criterion: Criterion, natures: frozenset[Any]) -> frozenset[Any]:
    """Parts of a project that a scheme takes: one is enough, and an excluded part only leaves itself out."""
    kept = natures - criterion.excluded
    return kept & criterion.values if criterion.values else kept


@dataclass(frozen=True, slots=True)
class _YesNo:
    fact: str
    fits: ReasonCode
    required: ReasonCode
    refused: ReasonCode
    unknown: ReasonCode
    question: QuestionCode
    change: ChangeCode | None


_YES_NO = {
    CriterionKind.ECOLOGICAL_TRANSITION: _YesNo(
        "ecological_transition",
        ReasonCode.TRANSITION_FITS,
        ReasonCode.TRANSITION_REQUIRED,
        ReasonCode.TRANSITION_REFUSED,
        ReasonCode.TRANSITION_UNKNOWN,
        QuestionCode.ECOLOGICAL_TRANSITION,
        ChangeCode.ADD_TRANSITION,
    ),
    CriterionKind.PUBLIC_WORKS: _YesNo(
        "public_works",
        ReasonCode.PUBLIC_WORKS_FITS,
        ReasonCode.PUBLIC_WORKS_REQUIRED,
        ReasonCode.PUBLIC_WORKS_REFUSED,
        ReasonCode.PUBLIC_WORKS_UNKNOWN,
        QuestionCode.PUBLIC_WORKS,
        ChangeCode.SIGN_PUBLIC_WORKS,
    ),
    CriterionKind.PARTNERSHIP: _YesNo(
        "partnership",
        ReasonCode.PARTNERSHIP_FITS,
        ReasonCode.PARTNERSHIP_REQUIRED,
        ReasonCode.PARTNERSHIP_REFUSED,
        ReasonCode.PARTNERSHIP_UNKNOWN,
        QuestionCode.PARTNERSHIP,
        ChangeCode.FIND_PARTNERS,
    ),
}


def _judge_yes_no(criterion: Criterion, situation: Situation, on: date) -> Finding:
    rules = _YES_NO[criterion.kind]
    fact = getattr(situation, rules.fact)
    if fact is None:
        return _open(criterion, rules.unknown, rules.question)
    if fact == criterion.expected:
        return _met(criterion, rules.fits)
    if criterion.expected:
        return _failed(criterion, rules.required, Change(rules.change) if rules.change else None)
    return _failed(criterion, rules.refused)


def _judge_work(criterion: Criterion, situation: Situation, on: date) -> Finding:
    if situation.work_started is None:
        return _open(criterion, ReasonCode.WORK_UNKNOWN, QuestionCode.WORK_STARTED)
    if situation.work_started:
        return _failed(criterion, ReasonCode.WORK_STARTED)
    return _met(criterion, ReasonCode.WORK_NOT_STARTED)


def _judge_free_text(criterion: Criterion, situation: Situation, on: date) -> Finding:
    parameters = {"text": criterion.text, "contact": criterion.contact}
    return _open(criterion, ReasonCode.FREE_TEXT_TO_CHECK, **parameters)


_JUDGES: dict[CriterionKind, Callable[[Criterion, Situation, date], Finding]] = {
    CriterionKind.PLACE: _judge_place,
    CriterionKind.AUDIENCE: _judge_audience,
    CriterionKind.EU_SIZE: _judge_size,
    CriterionKind.STAFF_RANGE: _judge_range,
    CriterionKind.NAF: _judge_naf,
    CriterionKind.LEGAL_FORM: _judge_legal_form,
    CriterionKind.FIRM_AGE: _judge_age,
    CriterionKind.PROJECT_NATURE: _judge_project_nature,
    CriterionKind.EXPENSE_NATURE: _judge_expense_nature,
    CriterionKind.PROJECT_AMOUNT: _judge_range,
    CriterionKind.JOBS_CREATED: _judge_range,
    CriterionKind.ECOLOGICAL_TRANSITION: _judge_yes_no,
    CriterionKind.PUBLIC_WORKS: _judge_yes_no,
    CriterionKind.PARTNERSHIP: _judge_yes_no,
    CriterionKind.WORK_NOT_STARTED: _judge_work,
    CriterionKind.FREE_TEXT: _judge_free_text,
}
