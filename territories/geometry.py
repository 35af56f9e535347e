"""Outlines as text, projections, and SVG paths: pure functions, no database, no Django.

An outline is a list of rings; a ring is a list of (longitude, latitude) in degrees (WGS84), not closed: the last
point joins the first. All rings of an outline are drawn together with the even-odd rule, so a hole is a ring.

Stored form (tables `outlines_*`): rings separated by `;`, a ring as integers separated by spaces, in 1/1000 degree:
longitude and latitude of the first point, then for each next point what to add to the one before.
`"2000 48000 10 0 0 10"` is the triangle (2.000, 48.000), (2.010, 48.000), (2.010, 48.010).

Maps are made in three steps: a Frame projects degrees to kilometres (x east, y north), a Transform places kilometres
in a viewBox (x right, y down), and `svg_path` rounds to whole units. Borders shared by two outlines stay shared.
"""

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

Point = tuple[float, float]
Ring = list[Point]

EARTH_RADIUS_KM = 6371.0
STORED_UNITS = 1000  # stored units in a degree


def encode_rings(rings: Iterable[Ring]) -> str:
    """Stored form of an outline, rounded to 1/1000 degree; points equal to the one before are left out."""
    return ";".join(text for ring in rings if (text := _encode_ring(ring)))


def _encode_ring(ring: Ring) -> str:
    numbers: list[int] = []
    x = y = 0
    for longitude, latitude in ring:
        next_x, next_y = round(longitude * STORED_UNITS), round(latitude * STORED_UNITS)
        if not numbers or (next_x, next_y) != (x, y):
            numbers += (next_x - x, next_y - y)
        x, y = next_x, next_y
    return " ".join(map(str, numbers))


def decode_rings(text: str) -> list[Ring]:
    """Outline of a stored form; an empty text has no ring. A malformed text raises ValueError."""
    return [_decode_ring(part) for part in text.split(";")] if text else []


def _decode_ring(text: str) -> Ring:
    numbers = [int(number) for number in text.split()]
    if not numbers or len(numbers) % 2:
        raise ValueError(f"a ring needs pairs of integers, not {text[:40]!r}")
    ring: Ring = []
    x = y = 0
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + dx, y + dy
        ring.append((x / STORED_UNITS, y / STORED_UNITS))
    return ring


class Box(NamedTuple):
    """Bounds, in the unit of the points they come from."""

    left: float
    low: float
    right: float
    high: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.high - self.low

    def contains(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.low <= y <= self.high


def box_of(points: Iterable[Point]) -> Box:
    """Bounds of some points; none at all is a ValueError."""
    xs, ys = zip(*points, strict=True)
    return Box(min(xs), min(ys), max(xs), max(ys))


@dataclass(frozen=True)
class Frame:
    """A part of France with its own projection. `degrees` bounds the land it is used for."""

    code: str
    name: str
    degrees: Box
    conic: bool = False

    def project(self, longitude: float, latitude: float) -> Point:
        """Kilometres east and north of the frame's origin."""
        if self.conic:
            return _project_conic(longitude, latitude)
        centre = (self.degrees.low + self.degrees.high) / 2
        return (
            EARTH_RADIUS_KM * math.radians(longitude - self.degrees.left) * math.cos(math.radians(centre)),
            EARTH_RADIUS_KM * math.radians(latitude - self.degrees.low),
        )


# Parameters of Lambert-93 (RGF93), on a sphere: shapes and areas as on French maps, not coordinates to survey with.
CONIC_LONGITUDE, CONIC_LATITUDE = math.radians(3.0), math.radians(46.5)
CONIC_SOUTH, CONIC_NORTH = math.radians(44.0), math.radians(49.0)


def _isometric(latitude: float) -> float:
    return math.tan(math.pi / 4 + latitude / 2)


_EXPONENT = math.log(math.cos(CONIC_SOUTH) / math.cos(CONIC_NORTH)) / math.log(
    _isometric(CONIC_NORTH) / _isometric(CONIC_SOUTH)
)
_FACTOR = EARTH_RADIUS_KM * math.cos(CONIC_SOUTH) * _isometric(CONIC_SOUTH) ** _EXPONENT / _EXPONENT
_ORIGIN = _FACTOR / _isometric(CONIC_LATITUDE) ** _EXPONENT


def _project_conic(longitude: float, latitude: float) -> Point:
    radius = _FACTOR / _isometric(math.radians(latitude)) ** _EXPONENT
    angle = _EXPONENT * (math.radians(longitude) - CONIC_LONGITUDE)
    return radius * math.sin(angle), _ORIGIN - radius * math.cos(angle)


METROPOLE = Frame("metropole", "France métropolitaine", Box(-5.2, 41.3, 9.6, 51.1), conic=True)
GUADELOUPE = Frame("guadeloupe", "Guadeloupe", Box(-61.85, 15.80, -60.95, 16.55))
MARTINIQUE = Frame("martinique", "Martinique", Box(-61.25, 14.36, -60.79, 14.91))
GUYANE = Frame("guyane", "Guyane", Box(-54.65, 2.08, -51.60, 5.80))
REUNION = Frame("reunion", "La Réunion", Box(55.18, -21.42, 55.86, -20.85))
MAYOTTE = Frame("mayotte", "Mayotte", Box(44.97, -13.04, 45.33, -12.60))

OVERSEAS = (GUADELOUPE, MARTINIQUE, GUYANE, REUNION, MAYOTTE)
FRAMES = (METROPOLE, *OVERSEAS)


def frame_of(longitude: float, latitude: float) -> Frame | None:
    """Frame that holds a point; None for the overseas collectivities, which have no outline and no map here."""
    return next((frame for frame in FRAMES if frame.degrees.contains(longitude, latitude)), None)


def frame_of_rings(rings: list[Ring]) -> Frame:
    """Frame of an outline, by its first point. LookupError when no frame holds it."""
    longitude, latitude = rings[0][0]
    frame = frame_of(longitude, latitude)
    if frame is None:
        raise LookupError(f"no frame holds ({longitude}, {latitude})")
    return frame


@dataclass(frozen=True)
class Transform:
    """Kilometres (y north) to viewBox units (y down)."""

    scale: float
    x: float
    y: float

    def apply(self, point: Point) -> Point:
        return self.x + self.scale * point[0], self.y - self.scale * point[1]


def fit(box: Box, left: float, top: float, width: float, height: float) -> Transform:
    """Largest transform that puts a box of kilometres inside a rectangle of the viewBox, centred."""
    scale = min(width / (box.width or 1), height / (box.height or 1))
    return Transform(
        scale,
        left + (width - scale * box.width) / 2 - scale * box.left,
        top + (height - scale * box.height) / 2 + scale * box.high,
    )


@dataclass(frozen=True)
class View:
    """A map to draw: its frame, its transform and the size of its viewBox."""

    frame: Frame
    transform: Transform
    width: int
    height: int

    def place(self, longitude: float, latitude: float) -> tuple[int, int]:
        """Whole viewBox coordinates of a point."""
        x, y = self.transform.apply(self.frame.project(longitude, latitude))
        return round(x), round(y)

    def path(self, rings: Iterable[Ring]) -> str:
        """SVG path data of an outline on this map."""
        return svg_path(rings, self.frame, self.transform)

    def box(self, rings: Iterable[Ring]) -> Box:
        """Bounds of an outline on this map, in viewBox units (`low` is then the top)."""
        return box_of(self.place(*point) for ring in rings for point in ring)


def local_view(outlines: Iterable[list[Ring]], width: int = 500, margin: int = 10, max_ratio: float = 1.2) -> View:
    """Map of a few outlines, `width` units wide, at most `max_ratio` times as high as wide.

    The outlines must be in the frame of the first one; LookupError when no frame holds it, ValueError for none.
    """
    rings = [ring for outline in outlines for ring in outline]
    if not rings:
        raise ValueError("a map needs an outline")
    frame = frame_of_rings(rings)
    box = box_of(frame.project(*point) for ring in rings for point in ring)
    inner = width - 2 * margin
    inner_height = min(inner * max_ratio, inner * (box.height or 1) / (box.width or 1))
    height = math.ceil(inner_height) + 2 * margin
    return View(frame, fit(box, margin, margin, inner, height - 2 * margin), width, height)


# Bounds of mainland France and Corsica once projected: a little around the outlines of the EPCI.
METROPOLE_KM = Box(-590.0, -555.0, 545.0, 515.0)

# National map: mainland and Corsica on the right, the five overseas frames in the empty sea of the lower left.
NATIONAL_WIDTH, NATIONAL_HEIGHT = 1000, 850
NATIONAL_LAYOUT = {
    METROPOLE: (110, 5, 885, 840),
    GUADELOUPE: (5, 360, 125, 125),
    MARTINIQUE: (140, 400, 115, 115),
    GUYANE: (5, 510, 125, 160),
    REUNION: (140, 545, 115, 115),
    MAYOTTE: (70, 700, 115, 115),
}  # frame → left, top, width, height in viewBox units


@lru_cache
def national_view(frame: Frame) -> View:
    """The part of the national map a frame is drawn in; every view has the viewBox of the whole map."""
    degrees = frame.degrees
    corners = [(x, y) for x in (degrees.left, degrees.right) for y in (degrees.low, degrees.high)]
    box = METROPOLE_KM if frame == METROPOLE else box_of(frame.project(*corner) for corner in corners)
    return View(frame, fit(box, *NATIONAL_LAYOUT[frame]), NATIONAL_WIDTH, NATIONAL_HEIGHT)


def national_path(rings: list[Ring]) -> str:
    """SVG path data of an outline on the national map."""
    return national_view(frame_of_rings(rings)).path(rings)


def svg_path(rings: Iterable[Ring], frame: Frame, transform: Transform) -> str:
    """Compact path data: whole units, relative steps, one closed subpath a ring (draw with fill-rule evenodd).

    A ring that rounds to fewer than three points is not drawn.
    """
    parts: list[str] = []
    x = y = 0
    for ring in rings:
        points = _whole_points(transform.apply(frame.project(*point)) for point in ring)
        if len(points) < 3:
            continue
        points = _longest_side_last(points)
        start_x, start_y = points[0]
        parts.append(_subpath(points, start_x - x, start_y - y))
        x, y = start_x, start_y  # closing a subpath returns to its start
    return "".join(parts)


def _whole_points(points: Iterable[Point]) -> list[tuple[int, int]]:
    """Rounded points without repeats, nor points in the middle of a straight line or of a way and back."""
    kept: list[tuple[int, int]] = []
    for x, y in points:
        point = (round(x), round(y))
        while len(kept) > 1 and _aligned(kept[-2], kept[-1], point):
            kept.pop()
        if not kept or kept[-1] != point:
            kept.append(point)
    while len(kept) > 2 and _aligned(kept[-2], kept[-1], kept[0]):
        kept.pop()
    while len(kept) > 2 and _aligned(kept[-1], kept[0], kept[1]):
        kept.pop(0)
    return kept


def _longest_side_last(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same ring started so that closing it, which costs one letter, replaces the longest step to write."""
    steps = [
        _step_length(x - before_x, y - before_y)
        for (before_x, before_y), (x, y) in zip([points[-1], *points], points, strict=False)
    ]
    start = steps.index(max(steps))
    return points[start:] + points[:start]


def _aligned(a: tuple[int, int], b: tuple[int, int], c: tuple[int, int]) -> bool:
    return (b[0] - a[0]) * (c[1] - b[1]) == (b[1] - a[1]) * (c[0] - b[0])


def _subpath(points: list[tuple[int, int]], dx: int, dy: int) -> str:
    text = "m" + _pair(dx, dy)
    implicit = True  # pairs that follow "m" or "l" need no letter
    for (x, y), (next_x, next_y) in itertools.pairwise(points):
        step_x, step_y = next_x - x, next_y - y
        if step_y == 0:
            text, implicit = f"{text}h{step_x}", False
        elif step_x == 0:
            text, implicit = f"{text}v{step_y}", False
        else:
            separator = ("" if step_x < 0 else " ") if implicit else "l"
            text, implicit = f"{text}{separator}{_pair(step_x, step_y)}", True
    return text + "z"


def _step_length(dx: int, dy: int) -> int:
    """Characters a step takes, after another slanted step."""
    if dx == 0 or dy == 0:
        return 1 + len(str(dx or dy))
    return len(_pair(dx, dy)) + (dx > 0)


def _pair(x: int, y: int) -> str:
    return f"{x}{y}" if y < 0 else f"{x} {y}"
