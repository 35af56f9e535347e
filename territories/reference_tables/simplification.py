"""Simplification of a topology, arc by arc, so that shared borders stay shared.

Visvalingam's method: the point that makes the smallest triangle with its neighbours goes first. Each inner point
gets the area at which it goes; a tolerance then keeps the points whose area is larger. Ends of arcs always stay.
"""

import heapq
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from territories.reference_tables.topojson import Arc, Point, Ring, Shape, Topology

Weights = list[float]


def arc_weights(arc: Sequence[Point]) -> Weights:
    """Area at which each point goes; infinite for both ends."""
    weights = [math.inf] * len(arc)
    before = [position - 1 for position in range(len(arc))]
    after = [position + 1 for position in range(len(arc))]
    heap = [(triangle(arc[at - 1], arc[at], arc[at + 1]), at) for at in range(1, len(arc) - 1)]
    current = {at: area for area, at in heap}
    heapq.heapify(heap)
    reached = 0.0
    while heap:
        area, at = heapq.heappop(heap)
        if current.get(at) != area:
            continue  # an older weight of this point
        reached = max(reached, area)
        weights[at] = reached
        del current[at]
        before[after[at]], after[before[at]] = before[at], after[at]
        for neighbour in (before[at], after[at]):
            if neighbour in current:
                area = triangle(arc[before[neighbour]], arc[neighbour], arc[after[neighbour]])
                current[neighbour] = area
                heapq.heappush(heap, (area, neighbour))
    return weights


def triangle(a: Point, b: Point, c: Point) -> float:
    """Area of a triangle."""
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


def ring_area(ring: Sequence[Point]) -> float:
    """Area of a ring, closed or not."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))) / 2


def crosses_itself(ring: Sequence[Point]) -> bool:
    """Whether two sides of a ring that are not neighbours cross (touching is not crossing)."""
    sides = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    return any(_cross(*sides[i], *sides[j]) for i in range(len(sides)) for j in range(i + 2, len(sides) - (i == 0)))


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


@dataclass
class Simplifier:
    """Simplifies the shapes of a topology, small shapes and spoilt ones more gently.

    `to_plane` gives the coordinates of the map the shapes are for; the areas below are in its square units.
    `tolerance` is for a shape of `reference` area; it grows and shrinks with the shape's area (to a `power`),
    within `factors`. An arc has the tolerance of the smallest shape that uses it, so that borders stay shared. A shape
    is spoilt when one of its rings loses or gains more than `drift` of its area, crosses itself or has fewer than
    `corners` corners: the tolerance of its arcs is then halved, for all the shapes that share them.
    A ring smaller than `smallest` is left out, never a shape's largest.
    """

    topology: Topology
    to_plane: Callable[[Point], Point]
    tolerance: float
    smallest: float
    reference: float = 1000.0
    power: float = 0.5
    factors: tuple[float, float] = (0.3, 1.3)
    drift: float = 0.1
    corners: int = 4
    plane: Topology = field(init=False)
    weights: list[Weights] = field(init=False)
    tolerances: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.plane = self.topology.map_arcs(lambda arc: [self.to_plane(point) for point in arc])
        self.weights = [arc_weights(arc) for arc in self.plane.arcs]
        self.tolerances = self.starting_tolerances()
        for _round in range(20):
            spoilt = {
                arc
                for shape in self.topology.shapes
                for ring in self.kept_rings(shape)
                if self.is_spoilt(ring)
                for arc in arcs_of(ring)
            }
            if not spoilt:
                break
            for arc in spoilt:
                self.tolerances[arc] /= 2

    def starting_tolerances(self) -> list[float]:
        """Tolerance of each arc by the size of the shapes that use it."""
        low, high = self.factors
        tolerances = [math.inf] * len(self.weights)
        for shape in self.topology.shapes:
            area = sum(ring_area(self.plane.ring(polygon[0])) for polygon in shape.polygons)
            factor = min(high, max(low, (area / self.reference) ** self.power))
            for arc in shape.arc_numbers():
                tolerances[arc] = min(tolerances[arc], self.tolerance * factor)
        return tolerances

    def rings(self, shape: Shape) -> list[Ring]:
        """Simplified rings of a shape in degrees, not closed, largest polygon first."""
        thinned = Topology([self.thin(arc) for arc in range(len(self.weights))], [])
        return [thinned.ring(ring)[:-1] for ring in self.kept_rings(shape)]

    def thin(self, arc: int, plane: bool = False) -> Arc:
        """An arc without the points its tolerance drops."""
        points = (self.plane if plane else self.topology).arcs[arc]
        limit = self.tolerances[arc]
        return [point for point, weight in zip(points, self.weights[arc], strict=True) if weight > limit]

    def kept_rings(self, shape: Shape) -> Iterator[list[int]]:
        """Rings of a shape (as arc numbers) that are large enough, the largest polygon's outside first."""
        polygons = sorted(shape.polygons, key=lambda rings: -ring_area(self.plane.ring(rings[0])))
        for position, (outside, *holes) in enumerate(polygons):
            if position == 0 or ring_area(self.plane.ring(outside)) >= self.smallest:
                yield outside
                yield from (hole for hole in holes if ring_area(self.plane.ring(hole)) >= self.smallest)

    def is_spoilt(self, ring: list[int]) -> bool:
        """Whether the simplified ring no longer looks like the original."""
        parts = [self.thin(arc if arc >= 0 else ~arc, plane=True)[:: 1 if arc >= 0 else -1] for arc in ring]
        points = [point for part in parts for point in part[1:]]
        original = self.plane.ring(ring)
        if len(points) < min(self.corners, len(original) - 1):
            return True
        area = ring_area(original)
        return abs(ring_area(points) - area) > self.drift * area or crosses_itself(points)


def arcs_of(ring: list[int]) -> list[int]:
    """Arcs of a ring without their directions."""
    return [arc if arc >= 0 else ~arc for arc in ring]
