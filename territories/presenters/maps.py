"""Shapes of the maps: what is drawn where. Computed once for a set of outlines and an edition of the list.

Names and links are not kept here: pages read them fresh and join them to shapes by the place's number.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from territories import geometry
from territories.geometry import Frame, Ring, View
from territories.models import Outline

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
    width: int = geometry.NATIONAL_WIDTH
    height: int = geometry.NATIONAL_HEIGHT
    shapes: dict[int, str] = field(default_factory=dict)
    backdrop: tuple[str, ...] = ()
    insets: tuple[Inset, ...] = ()


def national_map(edition: int | None, territories: Iterable[int], backdrop: Iterable[int]) -> NationalMap:
    """National outlines of territories over the land of the `backdrop` places (régions), one path a frame."""
    return _national_map(edition, tuple(sorted(territories)), tuple(sorted(backdrop)))


@lru_cache(maxsize=4)
def _national_map(edition: int | None, territories: tuple[int, ...], backdrop: tuple[int, ...]) -> NationalMap:
    rings = _rings((*territories, *backdrop), "national")
    shapes = {number: geometry.national_path(rings[number]) for number in territories if rings.get(number)}
    land: dict[Frame, list[Ring]] = {}
    for number in backdrop:
        if rings.get(number):
            land.setdefault(geometry.frame_of_rings(rings[number]), []).extend(rings[number])
    paths = tuple(geometry.national_view(frame).path(parts) for frame, parts in land.items())
    return NationalMap(shapes=shapes, backdrop=paths, insets=_insets())


def _insets() -> tuple[Inset, ...]:
    insets = []
    for frame in geometry.OVERSEAS:
        left, top, width, height = geometry.NATIONAL_LAYOUT[frame]
        insets.append(Inset(frame.name, left + width // 2, top + height + 18))
    return tuple(insets)


def local_map(
    edition: int | None, focus: Iterable[int], shapes: Iterable[int] = (), backdrop: Iterable[int] = ()
) -> LocalMap | None:
    """Map framed on the places `focus`, which are drawn with `shapes`; `backdrop` places lie around.

    None when no place of `focus` has an outline (single communes, EPT, overseas collectivities).
    """
    return _local_map(edition, tuple(focus), tuple(shapes), tuple(backdrop))


@lru_cache(maxsize=KEPT_LOCAL_MAPS)
def _local_map(
    edition: int | None, focus: tuple[int, ...], shapes: tuple[int, ...], backdrop: tuple[int, ...]
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
