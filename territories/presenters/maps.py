"""Shapes of the maps: what is drawn where. Computed once for a set of places and a load of the outlines.

Names and links are not kept here: pages read them fresh and join them to shapes by the place's number.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from territories import geometry
from territories.geometry import Frame, Ring, Transform, View
from territories.models import Outline, ReferenceLoad

# The national map is written in units a little larger than a pixel: the page has to stay light.
NATIONAL_SCALE = 0.6
TERRITORY_TOLERANCE, LAND_TOLERANCE = 1.0, 5.0  # kilometres, where a unit is 2.1 km
LOCAL_WIDTH = 500
KEPT_LOCAL_MAPS = 600
NUMBER_ROOM = 24  # a number on the map needs this room, in viewBox units
GOLDEN_STEPS = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74)


class Shape(NamedTuple):
    """`path` is SVG path data; (x, y) is a point well inside, where a number or a name can stand."""

    path: str
    x: int
    y: int
    is_small: bool


@dataclass(frozen=True)
class LocalMap:
    """A map of some places among others: `shapes` and `backdrop` are by place number (primary key)."""

    width: int
    height: int
    shapes: dict[int, Shape]
    backdrop: dict[int, Shape]


@dataclass(frozen=True)
class Inset:
    """An overseas part of the national map and where its name stands."""

    name: str
    x: int
    y: int


@dataclass(frozen=True)
class NationalMap:
    width: int = round(geometry.NATIONAL_WIDTH * NATIONAL_SCALE)
    height: int = round(geometry.NATIONAL_HEIGHT * NATIONAL_SCALE)
    shapes: dict[int, str] = field(default_factory=dict)
    backdrop: tuple[str, ...] = ()
    insets: tuple[Inset, ...] = ()


def newest_outlines() -> QuerySet:
    """Number of the last load of the reference tables, which write all outlines: what kept shapes depend on."""
    return ReferenceLoad.objects.order_by("-pk").values("pk")[:1]


def outlines_version() -> int | None:
    return ReferenceLoad.objects.order_by("-pk").values_list("pk", flat=True).first()


def national_map(version: int | None, territories: Iterable[int], backdrop: Iterable[int]) -> NationalMap:
    """National outlines of territories over the land of the `backdrop` places (régions), one path a frame."""
    return _national_map(version, tuple(sorted(territories)), tuple(sorted(backdrop)))


@lru_cache(maxsize=4)
def _national_map(version: int | None, territories: tuple[int, ...], backdrop: tuple[int, ...]) -> NationalMap:
    rings = _rings((*territories, *backdrop), "national")
    shapes = {
        number: _national_path(geometry.frame_of_rings(rings[number]), rings[number], TERRITORY_TOLERANCE)
        for number in territories
        if rings.get(number)
    }
    land: dict[Frame, list[Ring]] = {}
    for number in backdrop:
        if rings.get(number):
            land.setdefault(geometry.frame_of_rings(rings[number]), []).extend(rings[number])
    paths = tuple(_national_path(frame, parts, LAND_TOLERANCE) for frame, parts in land.items())
    return NationalMap(shapes=shapes, backdrop=paths, insets=_insets())


def _national_path(frame: Frame, rings: list[Ring], tolerance: float) -> str:
    view = geometry.national_view(frame)
    smaller = Transform(
        view.transform.scale * NATIONAL_SCALE, view.transform.x * NATIONAL_SCALE, view.transform.y * NATIONAL_SCALE
    )
    # Overseas frames are drawn larger than mainland France: what may be off is the same on the map.
    limit = tolerance / 111 * geometry.national_view(geometry.METROPOLE).transform.scale / view.transform.scale
    return geometry.svg_path((_coarse(ring, limit) for ring in rings), frame, smaller)


def _coarse(ring: Ring, limit: float) -> Ring:
    """The ring without the points that change it by less than `limit` degrees (Douglas and Peucker's method)."""
    middle = len(ring) // 2
    return _between(ring[: middle + 1], limit)[:-1] + _between([*ring[middle:], ring[0]], limit)[:-1]


def _between(line: Ring, limit: float) -> Ring:
    if len(line) < 3:
        return line
    (ax, ay), (bx, by) = line[0], line[-1]
    length = math.hypot(bx - ax, by - ay) or 1e-9
    far, at = max(
        (abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length, index)
        for index, (x, y) in enumerate(line[1:-1], start=1)
    )
    if far <= limit:
        return [line[0], line[-1]]
    return _between(line[: at + 1], limit)[:-1] + _between(line[at:], limit)


def _insets() -> tuple[Inset, ...]:
    insets = []
    for frame in geometry.OVERSEAS:
        left, top, width, height = geometry.NATIONAL_LAYOUT[frame]
        insets.append(
            Inset(frame.name, round((left + width / 2) * NATIONAL_SCALE), round((top + height) * NATIONAL_SCALE) + 10)
        )
    return tuple(insets)


def local_map(
    version: int | None, focus: Iterable[int], shapes: Iterable[int] = (), backdrop: Iterable[int] = ()
) -> LocalMap | None:
    """Map framed on the places `focus`, which are drawn with `shapes`; `backdrop` places lie around.

    None when no place of `focus` has an outline (single communes, EPT, overseas collectivities).
    """
    return _local_map(version, tuple(focus), tuple(shapes), tuple(backdrop))


@lru_cache(maxsize=KEPT_LOCAL_MAPS)
def _local_map(
    version: int | None, focus: tuple[int, ...], shapes: tuple[int, ...], backdrop: tuple[int, ...]
) -> LocalMap | None:
    rings = _rings((*focus, *shapes, *backdrop), "local")
    framed = [rings[number] for number in focus if number in rings]
    if not framed:
        return None
    view = geometry.local_view(framed, LOCAL_WIDTH)
    return LocalMap(
        width=view.width,
        height=view.height,
        shapes=_shapes(view, (*focus, *shapes), rings),
        backdrop=_shapes(view, backdrop, rings),
    )


def draw(items: Iterable[tuple[str, str, Shape | str | None]]) -> SafeString:
    """SVG links (address, name, shape); the name shows on hover and is read on focus. Without a shape: nothing."""
    return format_html_join(
        "",
        '<a href="{}"><title>{}</title><path d="{}"/></a>',
        (
            (address, name, shape.path if isinstance(shape, Shape) else shape)
            for address, name, shape in items
            if shape is not None
        ),
    )


def _shapes(view: View, numbers: Iterable[int], rings: dict[int, list[Ring]]) -> dict[int, Shape]:
    shapes = {}
    for number in numbers:
        if number not in rings or geometry.frame_of_rings(rings[number]) != view.frame:
            continue
        path = view.path(rings[number])
        if path:
            x, y, room = _inner_point([[view.place(*point) for point in ring] for ring in rings[number]])
            shapes[number] = Shape(path, x, y, room < NUMBER_ROOM)
    return shapes


def _rings(numbers: Iterable[int], scale: str) -> dict[int, list[Ring]]:
    outlines = Outline.objects.filter(place_id__in=set(numbers), scale=scale).order_by("pk")
    return {number: geometry.decode_rings(text) for number, text in outlines.values_list("place_id", "rings")}


def _inner_point(rings: list[list[tuple[int, int]]]) -> tuple[int, int, int]:
    """A point inside the outline, in the middle of a wide horizontal chord, and the width of that chord."""
    ring = max(rings, key=_area)
    ys = [y for _, y in ring]
    top, bottom = min(ys), max(ys)
    best = (ring[0][0], ring[0][1], 0)
    for step in GOLDEN_STEPS:
        y = top + (bottom - top) * step + 0.25  # off the whole units, so that no vertex lies on the chord
        crossings = sorted(
            ax + (y - ay) * (bx - ax) / (by - ay)
            for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True)
            if (ay <= y) != (by <= y)
        )
        for left, right in zip(crossings[::2], crossings[1::2], strict=False):
            if right - left > best[2] * 1.15:
                best = (round((left + right) / 2), round(y), round(right - left))
    return best


def _area(ring: list[tuple[int, int]]) -> float:
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True)))
