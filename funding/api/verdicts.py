"""Verdicts in plain JSON: the same words as the page of a result, with their codes."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils import timezone
from ninja import Field

from funding.api.presenters import Plain, contact, day, euros, instant, scheme_page, status
from funding.api.schemas import ContactOut, FullStatus
from funding.checks import Checked
from funding.eligibility import cumul, sums, wording
from funding.eligibility.amounts import estimate
from funding.eligibility.codes import CriterionKind, EuSize, ReasonCode, Truth, VerdictState
from funding.eligibility.findings import Finding
from funding.eligibility.labels import VERDICT_STATES
from funding.eligibility.questions import FACT_OF_QUESTION, QuestionCode
from funding.eligibility.reach import ChangeCode
from funding.eligibility.size import possible_sizes
from funding.eligibility.verdict import Verdict
from funding.eligibility.versioning import RULES_VERSION
from funding.presenters.check import Card, Reason, Writer
from ti_portal.core.api.schemas import Day, Instant, Told

STATES = tuple(VerdictState)


class ReasonOut(Told):
    kind: CriterionKind | None = Field(description="Ce sur quoi porte la condition ; vide : l’appel.")
    truth: Truth = Field(description="met : remplie ; not_met : non remplie ; unknown : à préciser.")
    is_hard: bool = Field(description="Faux : une recommandation, qui ne rejette jamais.")
    code: ReasonCode
    sentence: str
    source: str = Field(description="Mots de la source.")
    link: str


class QuestionOut(Told):
    code: QuestionCode
    fact: str = Field(description="Le champ de la requête qui y répond.")
    text: str


class ChangeOut(Told):
    code: ChangeCode
    sentence: str


class EstimateOut(Told):
    lower: float | None = Field(description="Euros.")
    upper: float | None = Field(description="Euros.")
    is_ceiling: bool = Field(description="« Jusqu’à ».")
    sentence: str = Field(examples=["4 000 €"])
    steps: list[str] = Field(description="Le calcul, ligne à ligne.")


class VerdictOut(Told):
    scheme: str = Field(description="Nom d’adresse de l’aide.")
    name: str
    summary: str
    page: str
    state: VerdictState
    label: str
    sentence: str
    otherwise: VerdictState = Field(description="Ce que serait le verdict si l’appel était ouvert.")
    call: FullStatus
    reasons: list[ReasonOut]
    questions: list[QuestionOut] = Field(description="Ce qui permettrait de conclure.")
    change: ChangeOut | None = Field(description="Ce qui changerait un « presque ».")
    amount: EstimateOut
    notes: list[str] = Field(description="Cumul et plafond de minimis.")
    contacts: list[ContactOut]


class Counts(Told):
    eligible: int
    to_specify: int
    near: int
    not_open: int
    not_eligible: int


class SizeOut(Told):
    size: EuSize | None = Field(description="La taille européenne, si une seule est possible.")
    possible: list[EuSize]
    sentence: str


class HeadroomOut(Told):
    ceiling: float = Field(description="Euros.")
    since: Day
    used: float | None
    left: float | None
    sentence: str


class CheckOut(Told):
    at: Instant = Field(description="L’instant jugé.")
    rules_version: str
    data_version: int
    counts: Counts = Field(description="Nombre d’aides par verdict, filtres mis à part.")
    size: SizeOut
    de_minimis: HeadroomOut
    questions: list[QuestionOut] = Field(description="Les questions les plus utiles, toutes aides confondues.")
    items: list[VerdictOut] = Field(description="D’abord éligible, puis à préciser, presque, pas ouvert, non éligible.")
    next: str | None = Field(description="Adresse de la page suivante, à demander avec le même corps.")


Place = tuple[int, str]  # rank of a state, key of a scheme


def keys_after(checked: Checked, states: Iterable[VerdictState], after: Place | None, limit: int) -> list[Place]:
    """At most `limit + 1` schemes after one, by state from the nearest to the farthest, then by key."""
    found: list[Place] = []
    for rank, state in enumerate(STATES):
        if state not in states or (after is not None and rank < after[0]):
            continue
        keys = sorted(checked.verdicts.keys(state))
        start = bisect_right(keys, after[1]) if after is not None and rank == after[0] else 0
        found += [(rank, key) for key in keys[start : start + limit + 1 - len(found)]]
        if len(found) > limit:
            break
    return found


def summary(checked: Checked) -> Plain:
    """All that is said apart from the verdicts themselves."""
    verdicts = checked.verdicts
    size = possible_sizes(verdicts.situation)
    headroom = cumul.headroom(verdicts.situation, _on(checked))
    return {
        "at": instant(verdicts.at),
        "rules_version": RULES_VERSION,
        "data_version": checked.kept.version,
        "counts": {str(state): count for state, count in verdicts.counts.items()},
        "size": {
            "size": size.size and str(size.size),
            "possible": [str(one) for one in size.sizes],
            "sentence": sums.size_text(size),
        },
        "de_minimis": {
            "ceiling": euros(headroom.ceiling),
            "since": day(headroom.since),
            "used": euros(headroom.used),
            "left": euros(headroom.left),
            "sentence": sums.headroom_text(headroom),
        },
        "questions": [question(code) for code in verdicts.questions()],
    }


def question(code: QuestionCode) -> Plain:
    return {
        "code": str(code),
        "fact": FACT_OF_QUESTION[code],
        "text": wording.typeset(wording.QUESTIONS[code]),
    }


def items(checked: Checked, places: Sequence[Place], writer: Writer, request: Any) -> list[Plain]:
    """Verdicts told in full, in this order."""
    verdicts = [checked.verdicts[key] for _, key in places]
    writer.load(verdicts)
    return [_item(checked, verdict, writer.card(verdict), request) for verdict in verdicts]


def _item(checked: Checked, verdict: Verdict, card: Card, request: Any) -> Plain:
    found = estimate(checked.kept.amounts.get(verdict.key, ()), checked.verdicts.situation, _on(checked))
    told = [
        *zip(verdict.obstacles, card.obstacles, strict=True),
        *zip(verdict.open_points, card.open_points, strict=True),
        # The farther a scheme is, the less is told of what is met: the page does the same.
        *zip(verdict.advice, card.advice, strict=False),
        *zip(verdict.met, card.met, strict=False),
    ]
    change = verdict.change
    return {
        "scheme": verdict.key,
        "name": card.name,
        "summary": card.summary,
        "page": scheme_page(verdict.key, request),
        "state": str(verdict.state),
        "label": VERDICT_STATES[verdict.state],
        "sentence": card.sentence,
        "otherwise": str(verdict.otherwise),
        "call": status(verdict.call),
        "reasons": [_reason(finding, reason) for finding, reason in told],
        "questions": [question(code) for code in verdict.questions],
        "change": {"code": str(change.code), "sentence": card.change} if change else None,
        "amount": {
            "lower": euros(found.lower),
            "upper": euros(found.upper),
            "is_ceiling": found.is_ceiling,
            "sentence": sums.estimate_text(found),
            "steps": [sums.step_text(step) for step in found.steps],
        },
        "notes": list(card.notes),
        "contacts": [contact(row) for row in card.contacts],
    }


def _reason(finding: Finding, reason: Reason) -> Plain:
    return {
        "kind": finding.criterion and str(finding.criterion.kind),
        "truth": str(finding.truth),
        "is_hard": finding.is_hard,
        "code": str(finding.reason),
        "sentence": reason.text,
        "source": reason.source,
        "link": reason.link,
    }


def _on(checked: Checked) -> date:
    return timezone.localdate(checked.verdicts.at)
