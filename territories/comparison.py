"""What differs between two versions of a territory's page, in words. Pure: no Django, no clock, no query."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, ADDED, REMOVED = "same", "added", "removed"
# Past this many words on either side a block is shown as replaced whole: the comparison is quadratic.
MAX_WORDS = 1_500
_WORD = re.compile(r"\S+\s*")


@dataclass(frozen=True)
class Segment:
    kind: str
    text: str


def compare_lines(before: Sequence[str], after: Sequence[str]) -> list[list[Segment]]:
    """Return the lines of both texts in reading order, each a list of segments; equal words are written once."""
    compared: list[list[Segment]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        old, new = before[i1:i2], after[j1:j2]
        if tag == "equal":
            compared += [[Segment(SAME, line)] for line in new]
            continue
        paired = min(len(old), len(new))
        compared += [compare_words(a, b) for a, b in zip(old[:paired], new[:paired], strict=True)]
        compared += [[Segment(REMOVED, line)] for line in old[paired:]]
        compared += [[Segment(ADDED, line)] for line in new[paired:]]
    return compared


def compare_words(before: str, after: str) -> list[Segment]:
    """Return the words of both texts, removed ones before those that replace them. Nothing of either is lost."""
    if before == after:
        return [Segment(SAME, after)] if after else []
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) > MAX_WORDS or len(new) > MAX_WORDS:
        return _joined([(REMOVED, old), (ADDED, new)])
    pieces: list[tuple[str, list[str]]] = []
    # Words are compared without the space that follows them: the last word of a line has none.
    matcher = SequenceMatcher(None, [w.strip() for w in old], [w.strip() for w in new], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pieces.append((SAME, new[j1:j2]))
        else:
            pieces += [(REMOVED, old[i1:i2]), (ADDED, new[j1:j2])]
    return _joined(pieces)


def has_changes(lines: Sequence[Sequence[Segment]]) -> bool:
    return any(segment.kind != SAME for line in lines for segment in line)


def _joined(pieces: Sequence[tuple[str, Sequence[str]]]) -> list[Segment]:
    return [Segment(kind, "".join(words).strip()) for kind, words in pieces if words]
