"""Values as people write them: those of a criterion in words or codes, hours on a wall clock."""

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError

from funding.activities import activity_label
from funding.answers import legal_forms
from funding.eligibility import labels
from funding.eligibility.codes import CriterionKind
from funding.eligibility.errors import RuleError
from funding.eligibility.naf import normalised
from territories.zonings import read_codes
from ti_portal.core.text import fold

LINES = re.compile(r"[\n;]+")
CLOCK_FORMS = (
    "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %Hh%M", "%d/%m/%Y %Hh", "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
)  # fmt: skip
VOCABULARY_OF_KIND = {
    CriterionKind.AUDIENCE: labels.AUDIENCES,
    CriterionKind.EU_SIZE: labels.EU_SIZES,
    CriterionKind.PROJECT_NATURE: labels.PROJECT_NATURES,
    CriterionKind.EXPENSE_NATURE: labels.EXPENSE_NATURES,
}


def write_values(kind: str, values: Iterable[str]) -> str:
    """Values in words where they have some, one a line."""
    vocabulary = VOCABULARY_OF_KIND.get(kind, {})
    return "\n".join(vocabulary.get(value, value) for value in values)


def named_values(kind: str, values: Iterable[str]) -> list[str]:
    """The same with the names of activities and legal forms beside their codes."""
    if kind == CriterionKind.NAF:
        return [activity_label(value) for value in values]
    if kind == CriterionKind.LEGAL_FORM:
        return [f"{value} {legal_forms().get(value, '')}".strip() for value in values]
    return write_values(kind, values).splitlines()


def read_values(kind: str, text: str) -> list[str]:
    """Codes of what was typed: codes or labels, parted by lines, semicolons or commas; each once, in order.

    Raises ValidationError, in French, for a word that is no value of this kind.
    """
    if kind == CriterionKind.PLACE:
        return read_codes(text)
    if kind in (CriterionKind.NAF, CriterionKind.LEGAL_FORM):
        return list(dict.fromkeys(_code(kind, line) for line in re.split(r"[\n;,]+", text) if line.strip()))
    vocabulary = VOCABULARY_OF_KIND.get(kind)
    if vocabulary is None:
        return [line.strip() for line in LINES.split(text) if line.strip()]
    known = {fold(word): str(code) for code, label in vocabulary.items() for word in (str(code), label)}
    found = []
    for line in LINES.split(text.replace("\r", "")):
        for word in [line] if fold(line) in known else line.split(","):
            if not word.strip():
                continue
            if fold(word) not in known:
                raise ValidationError(
                    f"« {word.strip()[:60]} » n’est pas une valeur de ce critère. Les valeurs sont : "
                    f"{', '.join(vocabulary.values())}."
                )
            found.append(known[fold(word)])
    return list(dict.fromkeys(found))


def _code(kind: str, line: str) -> str:
    """« 25.62B Mécanique industrielle » gives its code; what is no code is left for the rules to refuse."""
    first = line.strip().split(" ", 1)[0]
    if kind == CriterionKind.LEGAL_FORM:
        return first
    try:
        return normalised(first)
    except RuleError:
        return line.strip()
