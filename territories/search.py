"""Finding a place: while typing (`suggest`) and on the results page (`search`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache
from typing import Any

from django.db import connection

from territories.enums import NameKind, PlaceKind, Wave
from territories.interpretation import Query, QueryKind, interpret, split_departement
from territories.models.places import SHORT_STARTS
from territories.names import CLOSED_RANK, STOP_WORDS
from territories.reference_tables.tables import read_table
from ti_portal.core.text import fold_name

__all__ = ["FINDABLE", "Found", "Query", "QueryKind", "Suggestion", "interpret", "search", "suggest"]

# Kinds that have a page of their own.
FINDABLE = (
    PlaceKind.COMMUNE,
    PlaceKind.EPCI,
    PlaceKind.EPT,
    PlaceKind.DEPARTEMENT,
    PlaceKind.REGION,
    PlaceKind.TERRITORY,
)
MAX_FALLBACK_WORDS = 6
CLOSE_CANDIDATES = 4000
CLOSE_ENOUGH = 0.78
# Names this much less alike than the closest one are noise.
CLOSE_RANGE = 0.08


@dataclass(frozen=True)
class Suggestion:
    """A place to choose. `hint` tells homonyms apart; `via` says by which other name it was found, or is empty.

    `territory_code` and `territory_name`: the current territory it lies in (its own for a territory), or empty.
    """

    code: str
    kind: str
    name: str
    hint: str
    via: str = ""
    territory_code: str = ""
    territory_name: str = ""
    slug: str = ""
    population: int | None = None
    is_closed: bool = False


@dataclass(frozen=True)
class Found:
    """Answer of the results page. `problem` is a stable code, empty when places were found.

    empty, too_long, bad_siren, bad_siret, not_a_local_authority, unknown_postcode, unknown_code, nothing_found,
    did_you_mean (places are then the closest names).
    """

    query: Query
    places: tuple[Suggestion, ...] = ()
    problem: str = ""


def suggest(text: str, *, limit: int = 10, kinds: Sequence[str] = FINDABLE) -> list[Suggestion]:
    """Places in force for what is being typed, best first: the exact name, then by population. One query.

    Nothing for an empty, too long or badly numbered text. When no name begins that way, one more query looks for places
    whose names hold all the words, in any order. Never raises, whatever the text.
    """
    query = interpret(text)
    return _look_up(query, limit=limit, kinds=kinds, with_closed=False) or _by_words(query, limit=limit, kinds=kinds)


def search(text: str, *, limit: int = 50, kinds: Sequence[str] = FINDABLE) -> Found:
    """Places for the results page, those that are closed last, with what is wrong when there are none."""
    query = interpret(text)
    if query.kind in (QueryKind.EMPTY, QueryKind.TOO_LONG, QueryKind.BAD_SIREN, QueryKind.BAD_SIRET):
        return Found(query, problem=str(query.kind))
    places = _look_up(query, limit=limit, kinds=kinds, with_closed=True) or _by_words(query, limit=limit, kinds=kinds)
    if places:
        return Found(query, tuple(places))
    if query.kind in (QueryKind.SIREN, QueryKind.SIRET):
        return Found(query, problem="not_a_local_authority")
    if query.kind == QueryKind.POSTCODE:
        return Found(query, problem="unknown_postcode")
    if query.kind == QueryKind.CODE:
        return Found(query, problem="unknown_code")
    closest = _closest(query, kinds=kinds)
    return Found(query, tuple(closest), "did_you_mean" if closest else "nothing_found")


# SQL. Every fragment is a constant of this module, values always travel as parameters.

_ROW = "n.place_id, n.id, n.kind, n.label, n.code, n.rank"
_OWN_ROW = "p.id AS place_id, p.id, 'official' AS kind, p.name AS label, '' AS code"
_BY_PEOPLE = "-coalesce(p.population, 0)"
_PLACES = "FROM territories_place p WHERE"
_NAMES = "FROM territories_placename n WHERE"
_OF_KINDS = "n.place_id IN (SELECT id FROM territories_place WHERE kind = ANY(%s))"
_WITHIN = "n.place_id IN (SELECT id FROM territories_place WHERE ancestor_codes && %s::varchar[])"
_BEST = "ORDER BY n.rank, n.id LIMIT %s"

_SUGGESTIONS = """
WITH hit (place_id, id, kind, label, code, rank, near) AS ({hits}),
best AS (SELECT DISTINCT ON (place_id) * FROM hit ORDER BY place_id, near, rank, id),
chosen AS (
    SELECT p.code, p.kind, p.nature, p.name, p.slug, p.population, p.valid_until, p.ancestor_codes,
           best.kind AS found_by, best.label, best.code AS found_code,
           row_number() OVER (ORDER BY (p.valid_until IS NOT NULL), (p.kind = ANY(%s)) DESC,
                              best.near, best.rank, best.id) AS turn
    FROM best JOIN territories_place p ON p.id = best.place_id
    WHERE p.kind = ANY(%s) AND (%s OR p.valid_until IS NULL)
    ORDER BY turn LIMIT %s)
SELECT p.code, p.kind, p.nature, p.name, p.slug, p.population, p.valid_until, p.found_by, p.label, p.found_code,
       departement.code, departement.name, region.name, territory.code, territory.name
FROM chosen p
LEFT JOIN territories_place departement ON departement.code = (
    SELECT u.code FROM unnest(p.ancestor_codes) WITH ORDINALITY AS u (code, position)
    WHERE u.code LIKE 'DEP-%%' ORDER BY u.position LIMIT 1)
LEFT JOIN territories_place region ON region.code = (
    SELECT u.code FROM unnest(p.ancestor_codes) WITH ORDINALITY AS u (code, position)
    WHERE u.code LIKE 'REG-%%' ORDER BY u.position LIMIT 1)
LEFT JOIN LATERAL (
    SELECT t.code, t.name FROM territories_place t
    WHERE t.code = ANY (p.ancestor_codes) AND t.code LIKE %s AND t.valid_until IS NULL
    ORDER BY t.code LIMIT 1) territory ON true
ORDER BY p.turn
"""

Branch = tuple[str, list[Any]]


def _look_up(query: Query, *, limit: int, kinds: Sequence[str], with_closed: bool) -> list[Suggestion]:
    if query.kind == QueryKind.NAME:
        branches = _name_branches(query, limit, kinds, with_closed=with_closed)
    elif query.kind == QueryKind.POSTCODE:
        branches = _postcode_branches(query)
    elif query.kind == QueryKind.CODE:
        branches = _code_branches(query)
    elif query.kind in (QueryKind.SIREN, QueryKind.SIRET):
        branches = [(f"(SELECT {_OWN_ROW}, 0, 0 {_PLACES} p.siren = %s)", [query.code])]
    else:
        return []
    return _suggestions(branches, query, limit=limit, kinds=kinds, with_closed=with_closed)


def _name_branches(query: Query, limit: int, kinds: Sequence[str], *, with_closed: bool) -> list[Branch]:
    size = limit * 4
    condition = ""
    values: list[Any] = []
    if not with_closed:
        condition, values = " AND n.rank < %s", [CLOSED_RANK]
    if set(kinds) != set(FINDABLE):
        condition, values = f"{condition} AND {_OF_KINDS}", [*values, list(kinds)]
    branches: list[Branch] = []
    for start in query.starts:
        exact = f"(SELECT {_ROW}, 0 {_NAMES} n.folded = %s AND n.kind = 'official'{condition} {_BEST})"
        branches.append((exact, [start, *values, size]))
        beginning, start_values = _beginning(start)
        branches.append((f"(SELECT {_ROW}, 1 {_NAMES} {beginning}{condition} {_BEST})", [*start_values, *values, size]))
    head, departements = split_departement(query.words, _departements())
    if head:
        there = [list(departements), *values, size]
        exact = f"(SELECT {_ROW}, 0 {_NAMES} n.folded = %s AND n.kind = 'official' AND {_WITHIN}{condition} {_BEST})"
        branches.append((exact, [head, *there]))
        beginning, start_values = _beginning(head)
        branches.append(
            (f"(SELECT {_ROW}, 1 {_NAMES} {beginning} AND {_WITHIN}{condition} {_BEST})", [*start_values, *there])
        )
    return branches


def _beginning(start: str) -> Branch:
    """Condition « the name begins so », in the form an index answers in the right order."""
    if len(start) in SHORT_STARTS:
        return f"left(n.folded, {len(start)}) = %s", [start]
    return "n.folded LIKE %s", [f"{start}%"]


def _postcode_branches(query: Query) -> list[Branch]:
    by_postcode = f"(SELECT {_OWN_ROW}, {_BY_PEOPLE}, 0 {_PLACES} p.postcodes @> %s::varchar[])"
    return [(by_postcode, [[query.code]]), *_code_branches(query)]


def _code_branches(query: Query) -> list[Branch]:
    insee = [code.removeprefix("COM-") for code in query.codes if code.startswith("COM-")]
    by_code = f"(SELECT {_OWN_ROW}, array_position(%s::varchar[], p.code), 1 {_PLACES} p.code = ANY(%s))"
    branches: list[Branch] = [(by_code, [list(query.codes), list(query.codes)])]
    if insee:
        branches.append((f"(SELECT {_ROW}, 2 {_NAMES} n.code = ANY(%s) AND n.code <> '' {_BEST})", [insee, 20]))
    return branches


def _by_words(query: Query, *, limit: int, kinds: Sequence[str]) -> list[Suggestion]:
    """Places that have a name beginning with each of the words, in any order; the last resort but one."""
    if query.kind != QueryKind.NAME:
        return []
    head, departements = split_departement(query.words, _departements())
    branches: list[Branch] = []
    for text, within in ((query.folded, ()), (head, departements)):
        typed = set(text.split())
        words = sorted(typed - STOP_WORDS, key=lambda word: (-len(word), word))
        # One word alone was looked for already, unless an article came with it: « Havre (Le) ».
        if words and (len(typed) > 1 or within):
            branches.append(_all_words(words, within, limit * 4))
    if not branches:
        return []
    return _suggestions(branches, query, limit=limit, kinds=kinds, with_closed=False)


def _all_words(words: Sequence[str], departements: Sequence[str], size: int) -> Branch:
    one = "SELECT n.place_id FROM territories_placename n WHERE n.folded LIKE %s"
    chosen = words[:MAX_FALLBACK_WORDS]
    sql = (
        f"(SELECT {_OWN_ROW}, {_BY_PEOPLE}, 1 {_PLACES} "
        f"p.id IN ({' INTERSECT '.join([one] * len(chosen))}) "
        "AND (%s OR p.ancestor_codes && %s::varchar[]) ORDER BY p.population DESC NULLS LAST, p.id LIMIT %s)"
    )
    return sql, [*(f"{word}%" for word in chosen), not departements, list(departements), size]


def _closest(query: Query, *, kinds: Sequence[str], limit: int = 5) -> list[Suggestion]:
    """Places whose names look most like what was typed, among a bounded number of candidates."""
    head, _codes = split_departement(query.words, _departements())
    typed = head or query.starts[-1]
    size = len(typed)
    if size < 3:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT folded FROM territories_placename"
            " WHERE kind IN ('official', 'word') AND rank < %s AND length(folded) >= %s"
            " AND (left(folded, 2) = %s OR (right(folded, 3) = %s AND length(folded) <= %s))"
            " ORDER BY rank, id LIMIT %s",
            [CLOSED_RANK, size - 2, typed[:2], typed[-3:], size + 2, CLOSE_CANDIDATES],
        )
        names = list(dict.fromkeys(folded for (folded,) in cursor.fetchall()))
    # A longer name is compared by its beginning: « romorantain » is near « romorantin lanthenay ».
    compared = {name: name for name in names if len(name) <= size + 2}
    for name in names:
        compared.setdefault(name[:size], name)
    close = get_close_matches(typed, compared, n=limit, cutoff=CLOSE_ENOUGH)
    if not close:
        return []
    likeness = SequenceMatcher(b=typed)
    scores = {}
    for form in close:
        likeness.set_seq1(form)
        scores[form] = likeness.ratio()
    kept = [compared[form] for form in close if scores[form] >= max(scores.values()) - CLOSE_RANGE]
    branches = [
        (f"(SELECT {_ROW}, {index} * 2 + (n.kind <> 'official')::int {_NAMES} n.folded = %s {_BEST})", [name, 3])
        for index, name in enumerate(kept)
    ]
    return _suggestions(branches, query, limit=limit, kinds=kinds, with_closed=False)


def _suggestions(
    branches: Sequence[Branch], query: Query, *, limit: int, kinds: Sequence[str], with_closed: bool
) -> list[Suggestion]:
    sql = _SUGGESTIONS.format(hits=" UNION ALL ".join(text for text, _values in branches))
    values = [value for _text, given in branches for value in given]
    values += [list(query.kinds), list(kinds), with_closed, limit, f"TI-{int(Wave.CURRENT)}-%"]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [_suggestion(row) for row in cursor.fetchall()]


def _suggestion(row: tuple) -> Suggestion:
    code, kind, nature, name, slug, population, until, name_kind, label, old_code, *around = row
    departement_code, departement, region, territory_code, territory = around
    return Suggestion(
        code=code,
        kind=kind,
        name=name,
        slug=slug,
        population=population,
        is_closed=until is not None,
        hint="Collectivité d’outre-mer"
        if nature == "com"
        else hint(code, kind, departement_code or "", departement or "", region or "", until),
        via=via(name_kind, label, old_code),
        territory_code=territory_code or "",
        territory_name=territory or "",
    )


# Words.


def hint(code: str, kind: str, departement_code: str, departement: str, region: str, until: date | None) -> str:
    """What tells a place from its homonyms: « Gard (30) », « Intercommunalité · Gard »."""
    if kind == PlaceKind.COMMUNE:
        said = f"{departement} ({departement_code.removeprefix('DEP-')})" if departement else "Commune"
    elif kind == PlaceKind.TERRITORY:
        wave = "" if until is None else f" {Wave(int(code.split('-')[1])).label}"
        return " · ".join(filter(None, [f"Territoire d’industrie{wave}", region]))
    elif kind in (PlaceKind.EPCI, PlaceKind.EPT):
        said = " · ".join(filter(None, ["Intercommunalité", departement]))
    elif kind == PlaceKind.DEPARTEMENT:
        said = " · ".join(filter(None, ["Département", region]))
    else:
        said = PlaceKind(kind).label
    return said if until is None else f"{said} · jusqu’au {until:%d/%m/%Y}"


def via(kind: str, label: str, code: str) -> str:
    """By which other name the place was found: « ancienne commune d’Arbignieu »; empty for its own name."""
    if kind == NameKind.FORMER:
        return f"ancienne commune {of_name(label)}" if label else f"ancien code commune {code}"
    if kind == NameKind.DISTRICT:
        return label.replace("Arrondissement", "arrondissement")
    if kind == NameKind.RENAMED:
        return f"ancien nom : {label}"
    return ""


def of_name(name: str) -> str:
    """« de » before a place name, elided and contracted: « d’Arbignieu », « du Havre », « des Abymes »."""
    for article, contracted in (("Le ", "du "), ("Les ", "des ")):
        if name.startswith(article):
            return contracted + name.removeprefix(article)
    return f"d’{name}" if fold_name(name)[:1] in tuple("aeiouyh") else f"de {name}"


@lru_cache(maxsize=1)
def _departements() -> tuple[tuple[str, str], ...]:
    """Codes and folded names of the départements, from the reference table: it does not change while running."""
    return tuple((row["code"], fold_name(row["name"])) for row in read_table("departements"))
