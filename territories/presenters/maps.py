"""Shapes of the maps: what is drawn where. Computed once for a set of places and a load of the outlines.

Names and links are not kept here: pages read them fresh and join them to shapes by the place's number.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from territories import geometry
from territories.geometry import Frame, Ring, Transform, View
from territories.models import Outline, ReferenceLoad

# The national map is written in units a little larger than a pixel: the page has to stay light.
NATIONAL_SCALE = 0.6
TERRITORY_TOLERANCE, LAND_TOLERANCE = 1.0, 3.0  # kilometres, where a unit is 2.1 km
LOCAL_WIDTH = 500
KEPT_LOCAL_MAPS = 600
DISC = "m{} {}a10 10 0 1 0 20 0a10 10 0 1 0-20 0z"
SEARCHED_LINES = 12
NUMBER_ROOM = 14  # half the width of a number of two digits, and its halo


class Shape(NamedTuple):
    """`path` is SVG path data; (x, y) is a point well inside, where a number can stand, if it bears one."""

    path: str
    x: int
    y: int


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


def outlines_version() -> int | None:
    """Number of the last load of the reference tables, which write all outlines: what kept shapes depend on."""
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
    version: int | None,
    focus: Iterable[int],
    shapes: Iterable[int] = (),
    *,
    backdrop: Iterable[int] = (),
    points: Iterable[tuple[int, float, float]] = (),
    margin: int = 12,
) -> LocalMap | None:
    """Map framed on the places `focus`, which are drawn with `shapes`; `backdrop` places lie around, in the margin.

    `points` (number, longitude, latitude) are drawn as discs: single communes have no outline. One place alone that has
    neither (an EPT) takes the outline it shares with the focus. None when no place of `focus` has an outline.
    """
    return _local_map(version, tuple(focus), tuple(shapes), tuple(backdrop), tuple(points), margin)


@lru_cache(maxsize=KEPT_LOCAL_MAPS)
def _local_map(
    version: int | None,
    focus: tuple[int, ...],
    shapes: tuple[int, ...],
    backdrop: tuple[int, ...],
    points: tuple[tuple[int, float, float], ...],
    margin: int,
) -> LocalMap | None:
    rings = _rings((*focus, *shapes, *backdrop), "local")
    framed = [rings[number] for number in focus if number in rings]
    if not framed:
        return None
    view = geometry.local_view(framed, LOCAL_WIDTH, margin)
    drawn = _shapes(view, (*focus, *shapes), rings)
    for number, longitude, latitude in points:
        x, y = view.place(longitude, latitude)
        drawn.setdefault(number, Shape(DISC.format(x - 10, y), x, y))
    missing = [number for number in shapes if number not in drawn]
    if len(missing) == len(focus) == 1:
        drawn[missing[0]] = drawn[focus[0]]
    return LocalMap(view.width, view.height, drawn, _shapes(view, backdrop, rings, numbered=False))


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


def drawing(
    shapes: LocalMap,
    own: int | None,
    places: Iterable[tuple[str, str, int]],
    *,
    around: Iterable[tuple[str, str, int]] = (),
    label: str,
) -> dict[str, object]:
    """What `_local_map.html` shows: the outline `own`, then `places` (address, name, number) numbered from 1.

    A place without an outline keeps its number, so that the table beside agrees.
    """
    drawn = [(address, name, shapes.shapes.get(number)) for address, name, number in places]
    outline = shapes.shapes.get(own) if own else None
    numbers = [
        (_within(shape.x, shapes.width), _within(shape.y, shapes.height), rank)
        for rank, (_, _, shape) in enumerate(drawn, start=1)
        if shape
    ]
    return {
        "width": shapes.width,
        "height": shapes.height,
        "label": label,
        "drawing": format_html(
            '<g class="map__around">{}</g>{}<g class="map__places">{}</g>'
            '<g class="map__numbers" aria-hidden="true">{}</g>',
            draw((address, name, shapes.backdrop.get(number)) for address, name, number in around),
            format_html('<path class="map__own" d="{}"/>', outline.path) if outline else "",
            draw(drawn),
            format_html_join("", '<text x="{}" y="{}">{}</text>', numbers) if len(drawn) > 1 else "",
        ),
    }


def _within(position: int, size: int) -> int:
    """A position far enough from both edges of the drawing for a number to be read whole."""
    return min(max(position, NUMBER_ROOM), size - NUMBER_ROOM)


def _shapes(
    view: View, numbers: Iterable[int], rings: dict[int, list[Ring]], *, numbered: bool = True
) -> dict[int, Shape]:
    shapes = {}
    for number in numbers:
        if number not in rings or geometry.frame_of_rings(rings[number]) != view.frame:
            continue
        path = view.path(rings[number])
        if path:
            x, y = 0, 0
            if numbered:
                x, y, _ = _inner_point([[view.place(*point) for point in ring] for ring in rings[number]])
            shapes[number] = Shape(path, x, y)
    return shapes


def _rings(numbers: Iterable[int], scale: str) -> dict[int, list[Ring]]:
    outlines = Outline.objects.filter(place_id__in=set(numbers), scale=scale).order_by("pk")
    return {number: geometry.decode_rings(text) for number, text in outlines.values_list("place_id", "rings")}


def _inner_point(rings: list[list[tuple[int, int]]]) -> tuple[int, int, float]:
    """A point of the largest ring as far from its border as a coarse search finds, and that distance."""
    ring = max(rings, key=_area)
    ys = [y for _, y in ring]
    top, bottom = min(ys), max(ys)
    edges = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    tried = []
    for step in range(1, SEARCHED_LINES):
        y = top + (bottom - top) * step / SEARCHED_LINES + 0.25  # off the whole units: no vertex lies on the line
        crossings = sorted(
            ax + (y - ay) * (bx - ax) / (by - ay) for (ax, ay), (bx, by) in edges if (ay <= y) != (by <= y)
        )
        for left, right in zip(crossings[::2], crossings[1::2], strict=False):
            for share in (0.5, 0.3, 0.7):
                # No farther from the border than from where the line crosses it: cheap, and rules most points out.
                most = min(share, 1 - share) * (right - left)
                tried.append((min(most, y - top, bottom - y), left + (right - left) * share, y))
    best = (ring[0][0], ring[0][1], 0.0)
    for most, x, y in sorted(tried, reverse=True):
        if most <= best[2]:
            break
        if (room := _room(x, y, edges, best[2])) > best[2]:
            best = (round(x), round(y), room)
    return best


def _room(x: float, y: float, edges: list[tuple[tuple[int, int], tuple[int, int]]], enough: float) -> float:
    """Distance from a point to the nearest edge; some smaller number as soon as it is known not to exceed `enough`."""
    nearest, limit = math.inf, enough * enough
    for (ax, ay), (bx, by) in edges:
        dx, dy = bx - ax, by - ay
        along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy or 1)
        along = min(1.0, max(0.0, along))  # on the segment, not on its line
        across, down = x - ax - along * dx, y - ay - along * dy
        square = across * across + down * down
        if square < nearest:
            nearest = square
            if nearest <= limit:
                break
    return math.sqrt(nearest)


def _area(ring: list[tuple[int, int]]) -> float:
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True)))
