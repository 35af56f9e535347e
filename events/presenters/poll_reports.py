"""Polls as a report shows them."""

from collections.abc import Iterable, Mapping
from typing import Any

from events.enums import PollKind
from funding.eligibility.french import NBSP, number

SEVERAL = f"Plusieurs réponses possibles{NBSP}: le total des parts peut dépasser 100{NBSP}%."


def shown(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Polls as a report froze them, with what explains their figures. Those of before do not say their nature. Pure."""
    return [
        {**row, "note": SEVERAL if row.get("kind") == PollKind.MULTIPLE else "", "count": _count(row)} for row in rows
    ]


def _count(row: Mapping[str, Any]) -> str:
    """How many answered and, where they wrote, how many of their answers are shown."""
    answered, texts = row["results"]["respondents"], len(row["results"]["texts"])
    if not answered:
        return "Aucune réponse."
    words = f"{number(answered)}{NBSP}réponse{'s' if answered > 1 else ''}"
    if row["results"]["options"] or texts >= answered:
        return f"{words}."
    if not texts:
        return f"{words}, qui n’est pas affichée." if answered == 1 else f"{words}, dont aucune n’est affichée."
    return f"{words}, dont {number(texts)} {'sont affichées' if texts > 1 else 'est affichée'}."
