"""States without reasons, for the kinds of criteria that schemes hold in thousands of different forms.

What a firm does, what its project is and what it spends on are lists in nearly every scheme, and hardly two are the
same. Whether such a criterion is met takes two set operations; saying why takes fifty times longer and is only done for
the schemes that somebody reads. Gives exactly what `findings.evaluate` gives; a property holds them to it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from funding.eligibility.codes import CriterionKind
from funding.eligibility.criteria import Criterion
from funding.eligibility.questions import QuestionCode
from funding.eligibility.situation import Situation

_QUESTIONS = {
    CriterionKind.NAF: QuestionCode.NAF,
    CriterionKind.PROJECT_NATURE: QuestionCode.PROJECT_NATURE,
    CriterionKind.EXPENSE_NATURE: QuestionCode.EXPENSE_NATURE,
}


@dataclass(frozen=True, slots=True)
class Bearers:
    """A hard criterion that is judged on each check, and the schemes that bear it."""

    number: int
    mask: int


@dataclass(slots=True)
class Judged:
    """What the quick kinds give, as sets of schemes.

    out_of_reach  schemes with a criterion that fails and that nobody can change
    failed        one set for each other criterion that fails: a scheme in two of them has failed twice
    unknown       schemes with a criterion whose fact is not known, and `asked` by question
    left          criteria that have to be judged one by one after all
    """

    out_of_reach: int = 0
    failed: list[int] = field(default_factory=list)
    unknown: int = 0
    asked: dict[QuestionCode, int] = field(default_factory=dict)
    left: list[Bearers] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Quick:
    """The criteria of the quick kinds that concern everybody, by kind, with the schemes that bear any of them."""

    bearers: dict[CriterionKind, tuple[tuple[Bearers, Criterion], ...]]
    everyone: dict[CriterionKind, int]

    @classmethod
    def of(cls, criteria: Sequence[Criterion], bearers: Iterable[Bearers]) -> "tuple[Quick, list[Bearers]]":
        """Share bearers out: those that are quick, and the others in their order."""
        quick: dict[CriterionKind, list[tuple[Bearers, Criterion]]] = defaultdict(list)
        others = []
        for one in bearers:
            criterion = criteria[one.number]
            if criterion.kind in _QUESTIONS and not criterion.applies_to:
                quick[criterion.kind].append((one, criterion))
            else:
                others.append(one)
        everyone = {}
        for kind, pairs in quick.items():
            everyone[kind] = 0
            for one, _ in pairs:
                everyone[kind] |= one.mask
        return cls({kind: tuple(pairs) for kind, pairs in quick.items()}, everyone), others

    def judge(self, situation: Situation) -> Judged:
        """States of the schemes by these criteria alone."""
        judged = Judged()
        facts: dict[CriterionKind, frozenset[Any] | None] = {
            CriterionKind.NAF: situation.naf.lineage if situation.naf is not None else None,
            CriterionKind.PROJECT_NATURE: situation.project_natures,
            CriterionKind.EXPENSE_NATURE: situation.expense_natures,
        }
        for kind, pairs in self.bearers.items():
            fact = facts[kind]
            if fact is None:
                judged.unknown |= self.everyone[kind]
                judged.asked[_QUESTIONS[kind]] = self.everyone[kind]
            elif kind is not CriterionKind.NAF:
                failing = [one.mask for one, criterion in pairs if not _fits(fact, criterion)]
                if kind is CriterionKind.EXPENSE_NATURE:
                    judged.failed += failing
                else:
                    judged.out_of_reach |= _union(failing)
            elif situation.naf is not None and not situation.naf.is_finest:
                judged.left += [one for one, _ in pairs]  # a finer code could decide otherwise
            else:
                judged.out_of_reach |= _union([one.mask for one, criterion in pairs if not _holds(fact, criterion)])
        return judged


def _fits(natures: frozenset[Any], criterion: Criterion) -> bool:
    """Whether one part of the project is taken; an excluded part only leaves itself out."""
    kept = natures - criterion.excluded if criterion.excluded else natures
    return not criterion.values.isdisjoint(kept) if criterion.values else bool(kept)


def _holds(lineage: frozenset[Any], criterion: Criterion) -> bool:
    """Whether a finest code is included; an excluded code wins."""
    if not criterion.excluded.isdisjoint(lineage):
        return False
    return not criterion.values or not criterion.values.isdisjoint(lineage)


def _union(masks: Iterable[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union
