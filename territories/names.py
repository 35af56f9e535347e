"""The names that lead to a place, folded, and the rank in which they answer a search."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from territories.enums import NameKind, PlaceKind
from territories.models import Place, PlaceName
from ti_portal.core.bulk import copy_rows
from ti_portal.core.text import fold, fold_name

# A name is not worth entering by one of these; what follows one at the head of a name is as good as the name.
ARTICLES = frozenset({"le", "la", "les", "l"})
STOP_WORDS = ARTICLES | {
    *("de", "du", "des", "d", "en", "sur", "sous", "et", "a", "au", "aux", "lez", "pres", "dans", "entre", "par")
}
# How an intercommunalité's name begins, before the part people know.
BODIES = frozenset({"cc", "ca", "cu", "ept", "metropole", "communaute", "communes", "agglomeration", "urbaine"})
LINKS = frozenset({"de", "du", "des", "d"})
_ELIDED = re.compile(r"\b([dl]) ")

# Divisors of the population: what is found by its own name comes before what is found by a part or a past name.
OWN, ANNEX, PART, PAST = 1, 8, 4, 20
# A closed place comes after all the others; `search` leaves it out of what is suggested while typing.
CLOSED_RANK = 1_000_000
FACT_KINDS = (NameKind.FORMER, NameKind.DISTRICT, NameKind.RENAMED)
_DIVISORS = {NameKind.FORMER: PAST, NameKind.DISTRICT: ANNEX, NameKind.RENAMED: PART}


@dataclass(frozen=True)
class Fact:
    """A name that is not the place's own: former commune, district, name before a change. `code` is its INSEE code."""

    kind: str
    label: str
    code: str = ""


@dataclass(frozen=True)
class Named:
    """What is needed of a place to compute its names."""

    id: int
    kind: str
    name: str
    population: int | None = None
    is_closed: bool = False


Row = tuple[int, str, str, str, str, int]  # place id, kind, label, folded, code, rank


def slug(name: str) -> str:
    """Name of a place as it is written in an address: « L'Haÿ-les-Roses » gives « l-hay-les-roses »."""
    return fold(name).replace(" ", "-")[:200]


def rows_for(place: Named, facts: Iterable[Fact] = ()) -> list[Row]:
    """All the names of a place, each folded form once per kind and code, the best rank kept. Pure."""
    found: dict[tuple[str, str, str], Row] = {}

    def add(kind: str, label: str, folded: str, code: str, divisor: int) -> None:
        row = (place.id, str(kind), label[:200], folded[:200], code, rank(place, divisor))
        key = (row[1], row[3], code)
        if key not in found or row[5] < found[key][5]:
            found[key] = row

    official = fold_name(place.name)
    add(NameKind.OFFICIAL, place.name, official, "", OWN)
    for folded, divisor in parts(official, with_body=place.kind in (PlaceKind.EPCI, PlaceKind.EPT)):
        add(NameKind.WORD, place.name, folded, "", divisor)
    for fact in facts:
        folded = fold_name(fact.label)
        if folded == official:
            folded = ""  # it adds nothing but its code
        if not folded and not fact.code:
            continue
        divisor = _DIVISORS[NameKind(fact.kind)]
        add(fact.kind, fact.label, folded, fact.code, divisor)
        for part, factor in parts(folded):
            add(fact.kind, fact.label, part, fact.code, divisor * factor)
    return list(found.values())


def rank(place: Named, divisor: int) -> int:
    """Order of an answer, smaller first: by population, never by a scale of kinds."""
    weight = max(1, (place.population or 0) // divisor)
    return CLOSED_RANK + divisor if place.is_closed else -weight


def parts(folded: str, *, with_body: bool = False) -> Iterator[tuple[str, int]]:
    """Ends of a folded name from each word on, with their divisor, and its form without elided apostrophes.

    « le havre » gives « havre » as its own name; « la roche sur yon » gives « roche sur yon » and, as a part, « yon »;
    « l hay les roses » gives « lhay les roses » too.
    """
    words = folded.split()
    heads = set()
    head = 0
    if with_body:
        while head < len(words) and words[head] in BODIES:
            head += 1
        while 0 < head < len(words) and words[head] in LINKS:
            head += 1
        heads.add(head)
    if head < len(words) and words[head] in ARTICLES:
        heads.add(head + 1)
    for index in range(1, len(words)):
        if index in heads or words[index] not in STOP_WORDS:
            yield " ".join(words[index:]), OWN if index in heads else PART
    joined = _ELIDED.sub(r"\1", folded)
    if joined != folded:
        yield joined, OWN


def rebuild(codes: Collection[str] | None = None, *, facts: Mapping[str, Collection[Fact]] | None = None) -> int:
    """Bring the names of places up to date and return how many rows came or went.

    `codes`: only these places; all when None. `facts` (by place code) replaces the former communes and districts of the
    places in question; without it they are kept as they are. Names before a change are always kept.
    To be called in a transaction that holds `memberships.lock_places`.
    """
    places = Place.objects.all() if codes is None else Place.objects.filter(code__in=list(codes))
    known: dict[int, dict[tuple, int]] = defaultdict(dict)
    past: dict[int, dict[Fact, None]] = defaultdict(dict)
    rows = PlaceName.objects.all() if codes is None else PlaceName.objects.filter(place__in=places)
    kept = FACT_KINDS if facts is None else (NameKind.RENAMED,)
    for pk, place, kind, *rest in rows.order_by("pk").values_list(
        "pk", "place_id", "kind", "label", "folded", "code", "rank"
    ):
        label, _folded, code, _rank = rest
        known[place][place, kind, *rest] = pk
        if kind in kept:
            past[place][Fact(kind, label, code)] = None
    gone: list[int] = []
    fresh: list[Row] = []
    for pk, code, kind, name, population, until in places.order_by("pk").values_list(
        "pk", "code", "kind", "name", "population", "valid_until"
    ):
        own_facts = [*past.get(pk, ()), *((facts or {}).get(code, ()))]
        wanted = dict.fromkeys(rows_for(Named(pk, kind, name, population, until is not None), own_facts))
        present = known.get(pk, {})
        gone += [row_id for row, row_id in present.items() if row not in wanted]
        fresh += [row for row in wanted if row not in present]
    PlaceName.objects.filter(pk__in=gone).delete()
    copy_rows(PlaceName, ["place", "kind", "label", "folded", "code", "rank"], fresh)
    return len(gone) + len(fresh)
