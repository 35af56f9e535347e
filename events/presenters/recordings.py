"""A recording, in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from funding.eligibility.french import NBSP

ASKS_CODE = f"Un code d’accès y est demandé{NBSP}; sa page dit que faire sans lui."


def marks_in_words(starts: str, ends: str) -> str:
    """Where the event is in its recording: « de 32:30 à 3:19:00 »; nothing without a mark. Pure."""
    if starts and ends:
        return f"Dans l’enregistrement, la rencontre va de {starts} à {ends}."
    if starts:
        return f"Dans l’enregistrement, la rencontre commence à {starts}."
    return f"Dans l’enregistrement, la rencontre finit à {ends}." if ends else ""


def shown(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Recordings as a report froze them, in words. Pure."""
    return [
        {
            "url": row["url"],
            "words": " ".join(
                words
                for words in (marks_in_words(row["starts"], row["ends"]), ASKS_CODE if row["asks_code"] else "")
                if words
            ),
        }
        for row in rows
    ]
