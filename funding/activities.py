"""Finding an activity by words, in the nomenclature of activities."""

from functools import cache

from funding.answers import naf_labels
from ti_portal.core.text import fold


def activity_label(code: str) -> str:
    """« 25.62B Mécanique industrielle »."""
    return f"{code} {naf_labels().get(code, '')}".strip()


def activities_like(text: str, *, limit: int) -> list[tuple[str, str]]:
    """Codes and labels that hold the beginnings of all the words, or begin with the code typed; the finest first.

    Accents and case do not count. A plural typed for a singular is found by its beginning.
    """
    words = [word.rstrip("s") if len(word) > 4 else word for word in fold(text).split()][:8]
    if not words:
        return []
    found = [
        (-len(code), code, label)
        for code, label, folded in _folded()
        if all(f" {word}" in folded for word in words) or fold(code).replace(" ", "").startswith("".join(words))
    ]
    return [(code, label) for _, code, label in sorted(found)[:limit]]


@cache
def _folded() -> tuple[tuple[str, str, str], ...]:
    return tuple((code, label, f" {fold(label)}") for code, label in naf_labels().items())
