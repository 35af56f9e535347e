"""What differs between two versions of a territory's page, in words. Pure: no Django, no clock, no query."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, ADDED, REMOVED = "same", "added", "removed"
# Past this many words on either side a block is shown as replaced whole: the comparison is quadratic.
MAX_WORDS = 1_500
MAX_LINES = 80
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
        for removed, added in _paired(old, new):
            if removed is None:
                compared.append([Segment(ADDED, added)])
            elif added is None:
                compared.append([Segment(REMOVED, removed)])
            else:
                compared.append(compare_words(removed, added))
    return compared


def _paired(old: Sequence[str], new: Sequence[str]) -> list[tuple[str | None, str | None]]:
    """Put beside each other, in order, the lines that share the most words; the others stand alone.

    Comparing word by word two lines that have nothing to do with each other would be unreadable.
    """
    if len(old) > MAX_LINES or len(new) > MAX_LINES:
        return [(line, None) for line in old] + [(None, line) for line in new]
    bags = [Counter(line.split()) for line in old], [Counter(line.split()) for line in new]
    # best[i][j]: the most words in common that pairs among old[i:] and new[j:] can have.
    best = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            together = best[i + 1][j + 1] + _common(bags[0][i], bags[1][j])
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    pairs: list[tuple[str | None, str | None]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        common = _common(bags[0][i], bags[1][j])
        if common and best[i][j] == best[i + 1][j + 1] + common:
            pairs.append((old[i], new[j]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            pairs.append((old[i], None))
            i += 1
        else:
            pairs.append((None, new[j]))
            j += 1
    return pairs + [(line, None) for line in old[i:]] + [(None, line) for line in new[j:]]


def _common(first: Counter, second: Counter) -> int:
    """Number of words in common, 0 when they are less than a third of the longer line."""
    common = (first & second).total()
    return common if 3 * common >= max(first.total(), second.total()) else 0


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
