"""Full text: what a person typed, as a PostgreSQL query, and the rows that answer it.

Words are folded as they were when the rows were written, so accents, case, hyphens and apostrophes do not matter. Signs
of a web search are understood: "exact words", -without. The last word may be unfinished.
"""

import re
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from django.db import connection

from funding.catalogue.bits import mask_of
from funding.catalogue.loading import Catalogue
from ti_portal.core.text import fold

LONGEST = 100
KEPT_ANSWERS = 256
_SHORTEST_BEGINNING = 3
_PIECES = re.compile(r'(-?)"([^"]*)"|(\S+)')
_MATCHES = """
SELECT l.id, ts_rank(l.search, q.query) FROM funding_listing l, (SELECT {query} AS query) q WHERE l.search @@ q.query
"""


@dataclass(frozen=True, slots=True)
class Words:
    """`whole` is in the form of `websearch_to_tsquery`; `beginning` is the start of a last word, or empty."""

    whole: str
    beginning: str

    def __bool__(self) -> bool:
        return bool(self.whole or self.beginning)


def read_words(text: str) -> Words:
    """Understand what was typed. Never fails: what has no letter and no figure gives nothing."""
    pieces = []
    beginning = ""
    for without, quoted, bare in _PIECES.findall(text[:LONGEST]):
        is_without = bool(without) or bare.startswith("-")
        folded = fold(quoted or bare)
        if not folded:
            continue
        beginning = ""
        if quoted or is_without:
            pieces.append(f'{"-" if is_without else ""}"{folded}"')
        else:
            pieces += folded.split()
            beginning = pieces[-1]
    if len(beginning) < _SHORTEST_BEGINNING:
        beginning = ""
    # « or » is a sign of the language of PostgreSQL; nobody means it here.
    whole = [piece for piece in (pieces[:-1] if beginning else pieces) if piece != "or"]
    return Words(" ".join(whole), beginning)


NO_WORDS = Words("", "")


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows that answer, as a set and from the most relevant to the least."""

    mask: int
    order: list[int]


NOTHING = Answer(0, [])

_answers: OrderedDict[tuple, Answer] = OrderedDict()
_lock = Lock()


def answer(words: Words, catalogue: Catalogue) -> Answer:
    """Rows of the catalogue that answer. One query, none when it was asked lately of this version of the data."""
    if not words:
        return NOTHING
    key = (catalogue.key, words)
    with _lock:
        if key in _answers:
            _answers.move_to_end(key)
            return _answers[key]
    index = catalogue.index
    ranked = [(-rank, index.positions[pk]) for pk, rank in _ask(words) if pk in index.positions]
    ranked.sort(key=lambda pair: (pair[0], index.rows[pair[1]].scheme_id, pair[1]))
    order = [position for _, position in ranked]
    found = Answer(mask_of(order, index.size), order)
    with _lock:
        _answers[key] = found
        while len(_answers) > KEPT_ANSWERS:
            _answers.popitem(last=False)
    return found


def _ask(words: Words) -> list[tuple[int, float]]:
    """Listing ids with their relevance."""
    parts, parameters = [], []
    if words.whole:
        parts.append("websearch_to_tsquery('french', %s)")
        parameters.append(words.whole)
    if words.beginning:
        parts.append("to_tsquery('french', %s)")
        parameters.append(f"{words.beginning}:*")
    with connection.cursor() as cursor:
        cursor.execute(_MATCHES.format(query=" && ".join(parts)), parameters)
        return cursor.fetchall()
