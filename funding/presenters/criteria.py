"""The conditions of a scheme in words, before any answer is known."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from funding.eligibility import french, labels
from funding.eligibility.codes import CriterionKind
from funding.eligibility.criteria import Criterion
from funding.eligibility.labels import VOCABULARIES
from funding.eligibility.wording import typeset

_AMONG = {
    CriterionKind.PLACE: "place",
    CriterionKind.AUDIENCE: "audience",
    CriterionKind.EU_SIZE: "size",
    CriterionKind.NAF: "naf",
    CriterionKind.LEGAL_FORM: "form",
    CriterionKind.PROJECT_NATURE: "nature",
    CriterionKind.EXPENSE_NATURE: "expense",
}
_BETWEEN = {
    CriterionKind.STAFF_RANGE: "personne",
    CriterionKind.FIRM_AGE: "an",
    CriterionKind.PROJECT_AMOUNT: "€",
    CriterionKind.JOBS_CREATED: "emploi",
}
_YES_NO = {
    CriterionKind.ECOLOGICAL_TRANSITION: (
        "le projet contribue à la transition écologique",
        "le projet ne porte pas sur la transition écologique",
    ),
    CriterionKind.PUBLIC_WORKS: (
        "le projet passe par un marché public de travaux",
        "le projet ne passe pas par un marché public de travaux",
    ),
    CriterionKind.PARTNERSHIP: (
        "le projet est porté à plusieurs (groupe d’entreprises, « grappe »)",
        "le projet n’est pas porté à plusieurs",
    ),
    CriterionKind.WORK_NOT_STARTED: ("la demande est faite avant tout démarrage du projet", ""),
}


class Condition(NamedTuple):
    """`source` is the words of the source, when they say more than `text`."""

    label: str
    text: str
    is_hard: bool
    concerns: str
    source: str
    link: str


def conditions(criteria: Iterable[Criterion], names: Mapping[str, str]) -> list[Condition]:
    """Criteria in the order in which reasons are read. `names` are those of places, activities and legal forms."""
    ordered = sorted(criteria, key=lambda criterion: criterion.sort_key)
    return [_condition(criterion, names) for criterion in ordered]


def _condition(criterion: Criterion, names: Mapping[str, str]) -> Condition:
    text = _text(criterion, names)
    concerned = [label for code, label in labels.AUDIENCES.items() if code in criterion.applies_to]
    return Condition(
        label=labels.CRITERION_KINDS[criterion.kind],
        text=text,
        is_hard=criterion.hard,
        concerns=french.listed(concerned, "et"),
        source=criterion.text if criterion.kind is not CriterionKind.FREE_TEXT else "",
        link=criterion.link,
    )


def _text(criterion: Criterion, names: Mapping[str, str]) -> str:
    if criterion.kind in _AMONG:
        text = _among(criterion, names)
    elif criterion.kind in _BETWEEN:
        text = french.bounds(criterion.lower, criterion.upper, _BETWEEN[criterion.kind])
    elif criterion.kind in _YES_NO:
        text = _YES_NO[criterion.kind][0 if criterion.expected else 1]
    else:
        said = criterion.text.strip()
        if not said.endswith((".", "!", "?", "…")):
            said += "."
        with_whom = f" Auprès de : {criterion.contact}." if criterion.contact else ""
        return typeset(f"{said}{with_whom}")
    return typeset(text[:1].upper() + text[1:] + ".")


def _among(criterion: Criterion, names: Mapping[str, str]) -> str:
    """All the values: a page has room for what a sentence would cut short."""
    known = {**VOCABULARIES[_AMONG[criterion.kind]], **names}
    wanted, excluded = (
        [known.get(code, code) for code in _ordered(criterion.kind, codes)]
        for codes in (criterion.values, criterion.excluded)
    )
    text = enumerated(wanted, "ou") if wanted else "toutes"
    return f"{text}, sauf {enumerated(excluded, 'et')}" if excluded else text


def enumerated(words: list[str], last: str) -> str:
    """« a, b ou c », however many."""
    return "".join(words) if len(words) < 2 else f"{', '.join(words[:-1])} {last} {words[-1]}"


_ORDERS = {
    CriterionKind.AUDIENCE: list(labels.AUDIENCES),
    CriterionKind.EU_SIZE: list(labels.EU_SIZES),
    CriterionKind.PROJECT_NATURE: list(labels.PROJECT_NATURES),
    CriterionKind.EXPENSE_NATURE: list(labels.EXPENSE_NATURES),
}


def _ordered(kind: CriterionKind, values: Iterable[str]) -> tuple[str, ...]:
    """Values in the order of their vocabulary, or of their codes."""
    order = _ORDERS.get(kind)
    return tuple(sorted(values, key=order.index if order else None))
