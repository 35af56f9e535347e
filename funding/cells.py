"""Where each call of a scheme counts: the places of France cut into cells, in each of which the same calls count.

Calls that say no place, or only places left out, count wherever the scheme applies: the wide cell. A call with places
of its own has a cell there, shared with the calls that have just the same places. A variant hides its national call in
its cell; other wide calls count there too. This is exact because of what `problems` refuses.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from funding.eligibility.calls import Call as CallRule
from territories.enums import PlaceKind
from territories.models import Place
from territories.perimeters import COUNTRY

Codes = frozenset[str]


@dataclass(frozen=True, slots=True)
class Cell:
    """Calls that count together, and where. No included code: wherever the scheme applies.

    `is_main`: what shows when no place is chosen, because these calls leave no place out of their own.
    """

    shown: tuple[CallRule, ...]
    included: Codes
    excluded: Codes
    is_main: bool

    @property
    def is_wide(self) -> bool:
        return not self.included


def cells_of(calls: Collection[CallRule], ancestors: Mapping[str, Collection[str]]) -> tuple[Cell, ...]:
    """Cut the places by the calls of one scheme, the wide cell first. `ancestors` is that of each code they name."""
    groups: dict[tuple[Codes, Codes], list[CallRule]] = {}
    for call in sorted(calls, key=lambda call: call.key):
        groups.setdefault(_places(call), []).append(call)
    wide = [(excluded, group) for (included, excluded), group in groups.items() if not included]
    local = {places: group for places, group in groups.items() if places[0]}
    taken = frozenset().union(*(included for included, _ in local))
    cells = [Cell(tuple(group), frozenset(), excluded | taken, not excluded) for excluded, group in wide]
    for (included, excluded), group in sorted(local.items(), key=lambda item: sorted(item[0][0])):
        hidden = {call.variant_of for call in group}
        beside = [
            call
            for left_out, wide_group in wide
            if not all(lies_within(code, left_out, ancestors) for code in included)
            for call in wide_group
            if call.key not in hidden
        ]
        cells.append(Cell((*group, *beside), included, excluded, False))
    return tuple(cells)


def lies_within(code: str, codes: Collection[str], ancestors: Mapping[str, Collection[str]]) -> bool:
    """Whether a place lies in one of these, by what contains it; everything lies in the country."""
    return COUNTRY in codes or not set(codes).isdisjoint(ancestors.get(code, (code,)))


def ancestors_of(codes: Iterable[str]) -> dict[str, frozenset[str]]:
    """What contains each place, itself included; a code of no place is left out. One query."""
    wanted = sorted(set(codes))
    if not wanted:
        return {}
    rows = Place.objects.filter(code__in=wanted).values_list("code", "ancestor_codes")
    return {code: frozenset((code, *found)) for code, found in rows}


def problems(calls: Collection[CallRule]) -> list[str]:
    """Why the places of these calls cannot be told apart, in French; empty when each place knows its call."""
    found = []
    national = {call.key for call in calls if call.variant_of is None}
    for call in calls:
        if call.variant_of is not None and call.variant_of not in national:
            found.append(f"« {call.key} » : une variante est celle d’un appel qui n’est pas lui-même une variante.")
        if call.variant_of == call.key:
            found.append(f"« {call.key} » ne peut pas être sa propre variante.")
    places = {_places(call) for call in calls}
    wide = [excluded for included, excluded in places if not included]
    local = [place for place in places if place[0]]
    if len(wide) > 1:
        found.append("Deux appels nationaux ne laissent pas de côté les mêmes lieux : faites-en deux dispositifs.")
    if wide and any(excluded for _, excluded in local):
        found.append("Un appel régional à côté d’un appel national dit où il s’applique, sans lieu exclu.")
    if not found and len(local) > 1:
        found += _overlaps([included for included, _ in local])
    return found


def _overlaps(perimeters: list[Codes]) -> list[str]:
    kinds = {code.partition("-")[0] for codes in perimeters for code in codes}
    if len(kinds) == 1 and kinds <= {"REG", "DEP", "COM"}:
        shared = {code for codes in perimeters for code in codes if sum(code in other for other in perimeters) > 1}
    else:
        seen: set[str] = set()
        shared = set()
        communes = Place.objects.of_kind(PlaceKind.COMMUNE).in_force()
        for codes in perimeters:
            here = set(communes.filter(ancestor_codes__overlap=list(codes)).values_list("code", flat=True))
            shared |= seen & here
            seen |= here
    if not shared:
        return []
    first = min(shared)
    name = Place.objects.names_by_code([first]).get(first, first)
    return [f"Deux appels de ce dispositif s’appliquent au même lieu ({name}) : séparez leurs lieux."]


def _places(call: CallRule) -> tuple[Codes, Codes]:
    return (call.perimeter.included, call.perimeter.excluded) if call.perimeter else (frozenset(), frozenset())
