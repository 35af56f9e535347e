"""What contains a place, computed from memberships; populations of what contains communes.

A membership counts when it is in force, or when it ended on its container's own last day: a commune keeps the territory
of a finished wave among its ancestors. A place that is itself closed keeps what contained it on its last day.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from graphlib import CycleError, TopologicalSorter

from django.db.models import F, Q

from territories.enums import PlaceKind
from territories.models import Membership, Place, Zoning
from territories.perimeters import applies
from ti_portal.core.bulk import update_rows

ORDER: dict[str, int] = {
    PlaceKind.COMMUNE: 0,
    PlaceKind.EPT: 1,
    PlaceKind.EPCI: 2,
    PlaceKind.TERRITORY: 3,
    PlaceKind.DEPARTEMENT: 4,
    PlaceKind.REGION: 5,
    PlaceKind.COUNTRY: 6,
    PlaceKind.ZONING: 7,
}
# These touch départements and régions through their communes, without being inside one.
ACROSS = frozenset({PlaceKind.EPCI, PlaceKind.EPT, PlaceKind.TERRITORY})
SUMMED = frozenset(ORDER) - {PlaceKind.COMMUNE, PlaceKind.ZONING}


@dataclass(frozen=True)
class Node:
    """What is needed of a place to compute its ancestors."""

    id: int
    code: str
    kind: str
    population: int | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class Link:
    """A membership, by ids."""

    member: int
    container: int
    valid_until: date | None = None


@dataclass(frozen=True)
class Perimeter:
    """A named zoning's perimeter, by codes."""

    code: str
    included: frozenset[str]
    excluded: frozenset[str] = frozenset()


class ZoningCycleError(ValueError):
    """Zonings defined by one another in a circle; `codes` names them."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = tuple(codes)
        super().__init__(" → ".join(self.codes))


@dataclass
class Graph:
    """Places and memberships in memory. Pure: built from rows, asked for ancestors and populations."""

    nodes: Mapping[int, Node]
    zonings: tuple[Perimeter, ...] = ()
    _up: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    _last_up: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    _down: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    _closures: dict[int, frozenset[int]] = field(default_factory=dict)
    _communes: dict[int, frozenset[int]] = field(default_factory=dict)

    @classmethod
    def build(cls, nodes: Iterable[Node], links: Iterable[Link], zonings: Iterable[Perimeter] = ()) -> "Graph":
        graph = cls({node.id: node for node in nodes}, in_order(zonings))
        for link in links:
            member, container = graph.nodes[link.member], graph.nodes[link.container]
            if link.valid_until is None or link.valid_until == container.valid_until:
                graph._up[member.id].append(container.id)
                graph._down[container.id].append(member.id)
            elif link.valid_until == member.valid_until:
                graph._last_up[member.id].append(container.id)
        return graph

    def ancestors(self, place: int) -> list[str]:
        """Codes of the place itself, then of all that contains it, in the order told by `Place`."""
        node = self.nodes[place]
        found = set(self.above(place))
        for container in self._last_up.get(place, ()):
            found |= {container, *self.above(container)}
        weights: dict[int, tuple[int, int]] = {}
        if node.kind in ACROSS:
            weights = self._touched(place)
            found |= weights.keys()
            for touched in list(weights):
                found |= self.above(touched)
        found.discard(place)
        codes = [node.code, *(other.code for other in sorted((self.nodes[key] for key in found), key=_rank(weights)))]
        if node.kind == PlaceKind.ZONING:
            return codes
        known = set(codes)
        named = []
        for zoning in self.zonings:
            if zoning.code not in known and applies(zoning.included, zoning.excluded, known):
                known.add(zoning.code)
                named.append(zoning.code)
        return codes + sorted(named)

    def above(self, place: int) -> frozenset[int]:
        """Ids of all that contains the place through memberships that count, the place itself left out."""
        if place not in self._closures:
            self._closures[place] = frozenset()  # a circle of memberships ends here
            found: set[int] = set()
            for container in self._up.get(place, ()):
                found.add(container)
                found |= self.above(container)
            self._closures[place] = frozenset(found)
        return self._closures[place]

    def communes(self, place: int) -> frozenset[int]:
        """Ids of the communes inside a place (the commune itself for a commune)."""
        if self.nodes[place].kind == PlaceKind.COMMUNE:
            return frozenset({place})
        if place not in self._communes:
            self._communes[place] = frozenset()
            found: set[int] = set()
            for member in self._down.get(place, ()):
                found |= self.communes(member)
            self._communes[place] = frozenset(found)
        return self._communes[place]

    def population(self, place: int) -> int | None:
        """Sum of the populations of the communes inside, None when none is known."""
        known = [self.nodes[key].population for key in self.communes(place)]
        counted = [count for count in known if count is not None]
        return sum(counted) if counted else None

    def inside(self, places: Iterable[int]) -> set[int]:
        """Ids of these places and of everything below them."""
        found: set[int] = set()
        waiting = list(places)
        while waiting:
            place = waiting.pop()
            if place not in found:
                found.add(place)
                waiting += self._down.get(place, ())
        return found

    def _touched(self, place: int) -> dict[int, tuple[int, int]]:
        """Départements and régions of the communes inside: id → (people, communes)."""
        weights: dict[int, tuple[int, int]] = {}
        for commune in self.communes(place):
            people = self.nodes[commune].population or 0
            for container in self.above(commune):
                if self.nodes[container].kind in (PlaceKind.DEPARTEMENT, PlaceKind.REGION):
                    total, count = weights.get(container, (0, 0))
                    weights[container] = total + people, count + 1
        return weights


def _rank(weights: Mapping[int, tuple[int, int]]):
    """Sort key of ancestors: kind, in force first, the newest wave first, most people first, then code."""

    def key(node: Node):
        wave = -int(node.code.split("-")[1]) if node.kind == PlaceKind.TERRITORY else 0
        people, communes = weights.get(node.id, (0, 0))
        return ORDER[node.kind], node.valid_until is not None, wave, -people, -communes, node.code

    return key


def in_order(zonings: Iterable[Perimeter]) -> tuple[Perimeter, ...]:
    """Put a zoning after those its perimeter names. Raises ZoningCycleError for a circle."""
    by_code = {zoning.code: zoning for zoning in sorted(zonings, key=lambda zoning: zoning.code)}
    needs = {code: sorted((zoning.included | zoning.excluded) & by_code.keys()) for code, zoning in by_code.items()}
    try:
        return tuple(by_code[code] for code in TopologicalSorter(needs).static_order())
    except CycleError as error:
        raise ZoningCycleError(error.args[1]) from error


def load_graph() -> Graph:
    """Read places, memberships that may count and zonings: three queries."""
    nodes = Place.objects.values_list("pk", "code", "kind", "population", "valid_until")
    counting = (
        Q(valid_until=None) | Q(valid_until=F("container__valid_until")) | Q(valid_until=F("member__valid_until"))
    )
    links = Membership.objects.filter(counting).values_list("member_id", "container_id", "valid_until")
    zonings = Zoning.objects.values_list("place__code", "included_codes", "excluded_codes")
    return Graph.build(
        (Node(*row) for row in nodes.iterator(chunk_size=10_000)),
        (Link(*row) for row in links.iterator(chunk_size=10_000)),
        (Perimeter(code, frozenset(included), frozenset(excluded)) for code, included, excluded in zonings),
    )


def rebuild(codes: Collection[str] | None = None) -> int:
    """Bring `ancestor_codes` and populations up to date; return the number of places that changed.

    `codes`: only these places, everything inside them and everything that contains them; all places when None (after a
    change of a zoning's perimeter, give None). To be called in a transaction that holds `memberships.lock_places`.
    """
    graph = load_graph()
    if codes is None:
        scope = set(graph.nodes)
    else:
        named = {node.id for node in graph.nodes.values() if node.code in set(codes)}
        scope = graph.inside(named).union(*(graph.above(place) for place in named))
    changes = list(_changes(graph, scope))
    return update_rows(Place, ["population", "ancestor_codes"], changes)


def _changes(graph: Graph, scope: set[int]) -> Iterator[tuple[int, int | None, list[str]]]:
    places = Place.objects.all() if len(scope) == len(graph.nodes) else Place.objects.filter(pk__in=scope)
    for pk, kind, population, ancestors in places.values_list("pk", "kind", "population", "ancestor_codes"):
        wanted = graph.population(pk) if kind in SUMMED else population
        codes = graph.ancestors(pk)
        if wanted != population or codes != ancestors:
            yield pk, wanted, codes
