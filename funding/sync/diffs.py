"""Two texts word by word, to see at a glance what differs. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

# A word takes the spaces after it: spaces alone are no resemblance.
_WORDS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
# Beyond, comparing words costs more than it shows.
MAX_WORDS = 1_500


@dataclass(frozen=True)
class Piece:
    """A run of words; `mark` is "" when both texts have it, "-" when only the first has, "+" when only the second."""

    mark: str
    text: str


def pieces(before: str, after: str) -> Iterator[Piece]:
    """The first text with what leaves it and what comes into it."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > MAX_WORDS:
        yield from _both(before, after)
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece("", "".join(old[i1:i2]))
        else:
            yield from _both("".join(old[i1:i2]), "".join(new[j1:j2]))


def _both(before: str, after: str) -> Iterator[Piece]:
    if before:
        yield Piece("-", before)
    if after:
        yield Piece("+", after)
