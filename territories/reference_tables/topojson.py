"""A small TopoJSON reader (quantized topologies, polygons only).

A topology stores each border once, as an arc; a ring is a list of arc numbers, `~n` meaning arc n backwards.
Format: https://github.com/topojson/topojson-specification
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Point = tuple[float, float]
Arc = list[Point]
Ring = list[Point]


@dataclass(frozen=True)
class Shape:
    """One geometry: polygons, each a list of rings (the first is the outside), each a list of arc numbers."""

    properties: dict[str, Any]
    polygons: list[list[list[int]]]

    def arc_numbers(self) -> Iterator[int]:
        """Every arc of the shape, without its direction."""
        for polygon in self.polygons:
            for ring in polygon:
                yield from (arc if arc >= 0 else ~arc for arc in ring)


@dataclass(frozen=True)
class Topology:
    """Arcs in degrees (longitude, latitude) and the shapes made of them."""

    arcs: list[Arc]
    shapes: list[Shape]

    def polygons(self, shape: Shape) -> list[list[Ring]]:
        """Rings of a shape as closed lists of points (first point repeated at the end)."""
        return [[self.ring(ring) for ring in polygon] for polygon in shape.polygons]

    def ring(self, numbers: list[int]) -> Ring:
        """Join arcs end to end; consecutive arcs share a point, kept once."""
        points: Ring = []
        for number in numbers:
            arc = self.arcs[number] if number >= 0 else self.arcs[~number][::-1]
            points.extend(arc[1:] if points else arc)
        return points

    def map_arcs(self, change: Callable[[Arc], Arc]) -> "Topology":
        """The same shapes over changed arcs: borders stay shared, whatever the change."""
        return Topology([change(arc) for arc in self.arcs], self.shapes)

    def merged(self) -> "Topology":
        """The same shapes with arcs joined wherever two always follow each other in every ring.

        A published topology is cut at borders of smaller places; there, an end of arc is not a real corner.
        Rings may start at another of their points.
        """
        followers: dict[int, set[int]] = {}
        for shape in self.shapes:
            for ring in (ring for polygon in shape.polygons for ring in polygon):
                for arc, following in zip(ring, [*ring[1:], ring[0]], strict=True):
                    followers.setdefault(arc, set()).add(following)
                    followers.setdefault(~following, set()).add(~arc)
        arcs: list[Arc] = []
        first_of: dict[int, int] = {}  # first arc of a chain, in the direction it is read → number of the chain
        seen: set[int] = set()
        for arc in range(len(self.arcs)):
            if arc not in seen:
                chain = _chain(arc, followers)
                seen.update(part if part >= 0 else ~part for part in chain)
                first_of[chain[0]], first_of[~chain[-1]] = len(arcs), ~len(arcs)
                arcs.append(self.ring(chain))
        shapes = [
            Shape(
                shape.properties,
                [
                    [[first_of[arc] for arc in ring if arc in first_of] for ring in polygon]
                    for polygon in shape.polygons
                ],
            )
            for shape in self.shapes
        ]
        return Topology(arcs, shapes)


def _only_follower(arc: int, followers: dict[int, set[int]]) -> int | None:
    """The arc that always follows this one and that nothing else precedes."""
    following = followers.get(arc, set())
    if len(following) != 1:
        return None
    (only,) = following
    return only if followers[~only] == {~arc} and only not in (arc, ~arc) else None


def _chain(arc: int, followers: dict[int, set[int]]) -> list[int]:
    """Longest run of arcs around this one that always come together; a closed run starts with it."""
    chain = [arc]
    while (following := _only_follower(chain[-1], followers)) is not None and following != arc:
        chain.append(following)
    if following is None:
        while (preceding := _only_follower(~chain[0], followers)) is not None:
            chain.insert(0, ~preceding)
    return chain


def decode_topology(document: dict[str, Any], name: str) -> Topology:
    """Topology of one named object of a TopoJSON document."""
    scale_x, scale_y = document["transform"]["scale"]
    origin_x, origin_y = document["transform"]["translate"]
    arcs = []
    for deltas in document["arcs"]:
        x = y = 0
        arc: Arc = []
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            arc.append((origin_x + x * scale_x, origin_y + y * scale_y))
        arcs.append(arc)
    shapes = [
        Shape(
            geometry.get("properties", {}),
            [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"],
        )
        for geometry in document["objects"][name]["geometries"]
        if geometry["type"] in ("Polygon", "MultiPolygon")
    ]
    return Topology(arcs, shapes)
