"""For a place outside any territory: the territories nearest to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import asin, cos, hypot, inf, pi, radians, sin, sqrt

from django.db.models import F, Func, Q, Value

from territories.enums import PlaceKind, Wave
from territories.models import Place

EARTH_KM = 6371.0
KM_PER_DEGREE = EARTH_KM * pi / 180
# Communes of territories looked at around the place: few first, more when these cannot prove the answer.
STEPS = (250, 2500, 40_000)
# Farther than this is no neighbour: between overseas territories, an ocean.
MAX_KM = 300.0

Point = tuple[float, float]  # longitude, latitude, in degrees


@dataclass(frozen=True)
class Near:
    """A territory, and the distance in km from the place to the nearest of its communes."""

    code: str
    name: str
    slug: str
    km: float


def nearest_territories(place: Place, *, limit: int = 3) -> list[Near]:
    """The current territories nearest to a place, as the crow flies between points inside communes, nearest first.

    From the place's point for a commune, from any of its communes for what contains some. A commune whose point is not
    known is looked for by the other communes of its intercommunalité or département. None is farther than 300 km:
    there may be fewer than `limit`, or none. Two queries, more where territories are far apart or the point unknown.
    """
    origins = _points(place)
    if not origins:
        return []
    centre = _centre(origins)
    found: list[tuple[float, str]] = []
    for size in STEPS:
        points, farthest = _around(centre, size)
        found = sorted((shortest_km(origins, near), code) for code, near in points.items())
        proven = unseen_km(centre, origins, farthest)
        if proven >= MAX_KM or (len(found) >= limit and found[limit - 1][0] <= proven):
            break
    found = [(km, code) for km, code in found if km <= MAX_KM]
    named = {
        code: (name, slug)
        for code, name, slug in Place.objects.in_force()
        .filter(code__in=[code for _km, code in found[: limit * 2]])
        .values_list("code", "name", "slug")
    }
    return [Near(code, *named[code], km=km) for km, code in found if code in named][:limit]


def unseen_km(centre: Point, origins: Iterable[Point], farthest: Point | None) -> float:
    """A distance below which no point is left unseen, when all those nearer to the centre than `farthest` were seen.

    « Nearer » in degrees, as the index counts; a degree of longitude is shorter than a degree of latitude.
    """
    if farthest is None:
        return inf
    own = max(hypot(x - centre[0], y - centre[1]) for x, y in origins)
    # Five degrees are enough to know, and near enough for the shortest degree to mean something.
    seen = min(hypot(farthest[0] - centre[0], farthest[1] - centre[1]), own + 5)
    shortest_degree = KM_PER_DEGREE * cos(radians(min(90.0, abs(centre[1]) + seen)))
    return max(0.0, seen - own) * shortest_degree


def kilometres(first: Point, second: Point) -> float:
    """Great-circle distance in km between two points in degrees (haversine)."""
    longitude_a, latitude_a, longitude_b, latitude_b = map(radians, (*first, *second))
    half = sin((latitude_b - latitude_a) / 2) ** 2
    half += cos(latitude_a) * cos(latitude_b) * sin((longitude_b - longitude_a) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def shortest_km(origins: Sequence[Point], points: Iterable[Point]) -> float:
    """Shortest distance between two groups of points: the closest pair is found on a local plane, then measured."""
    scale = cos(radians(origins[0][1]))
    pairs = (
        (((longitude - x) * scale) ** 2 + (latitude - y) ** 2, (longitude, latitude), (x, y))
        for longitude, latitude in points
        for x, y in origins
    )
    _square, point, origin = min(pairs)
    return kilometres(origin, point)


def _around(centre: Point, size: int) -> tuple[dict[str, list[Point]], Point | None]:
    """Points of communes of current territories, by territory, and the last one; None when there are no more."""
    rows = list(
        Place.objects.in_force()
        .of_kind(PlaceKind.COMMUNE)
        .filter(longitude__isnull=False, latitude__isnull=False)
        .filter(ancestor_codes__contains=[f"ZON-TI-{int(Wave.CURRENT)}"])
        .order_by(_distance(*centre))
        .values_list("ancestor_codes", "longitude", "latitude")[:size]
    )
    prefix = f"TI-{int(Wave.CURRENT)}-"
    points: dict[str, list[Point]] = {}
    for ancestors, longitude, latitude in rows:
        for code in ancestors:
            if code.startswith(prefix):
                points.setdefault(code, []).append((longitude, latitude))
    return points, (rows[-1][1], rows[-1][2]) if len(rows) == size else None


def _distance(longitude: float, latitude: float) -> Func:
    here = Func(Value(longitude), Value(latitude), function="point")
    there = Func(F("longitude"), F("latitude"), function="point")
    return Func(there, here, template="(%(expressions)s)", arg_joiner=" <-> ")


def _centre(points: Sequence[Point]) -> Point:
    return sum(point[0] for point in points) / len(points), sum(point[1] for point in points) / len(points)


def _points(place: Place) -> list[Point]:
    if place.longitude is not None and place.latitude is not None:
        return [(place.longitude, place.latitude)]
    container = place.code
    if place.kind == PlaceKind.COMMUNE:
        around = [code for code in place.ancestor_codes if code.startswith(("EPCI-", "DEP-"))]
        if not around:
            return []
        container = around[0]
    inside = Place.objects.in_force().of_kind(PlaceKind.COMMUNE).filter(Q(ancestor_codes__contains=[container]))
    known = inside.filter(longitude__isnull=False, latitude__isnull=False)
    return list(known.order_by("pk").values_list("longitude", "latitude"))
