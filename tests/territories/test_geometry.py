"""Outlines as text, projections and paths, with the real outlines of the project."""

import math
import re
from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from territories import geometry
from territories.geometry import (
    FRAMES,
    GUYANE,
    METROPOLE,
    NATIONAL_HEIGHT,
    NATIONAL_LAYOUT,
    NATIONAL_WIDTH,
    OVERSEAS,
    REUNION,
    Box,
    Frame,
    Transform,
    decode_rings,
    encode_rings,
    fit,
    frame_of,
    frame_of_rings,
    local_view,
    national_path,
    national_view,
    svg_path,
)
from territories.reference_tables.tables import read_table

STEP = re.compile(r"([mlhvz])|(-?\d+)")
PATH = re.compile(r"(m-?\d+[ -]\d+(?:[lhv \d-]+)z)+")


@cache
def outlines(scale, prefix):
    return {row["code"]: decode_rings(row["rings"]) for row in read_table(scale) if row["code"].startswith(prefix)}


def read_path(path):
    """Points of each subpath of path data made of m, l, h, v and z: an independent reader of what is written."""
    subpaths, numbers, command = [], [], "m"
    x = y = start_x = start_y = 0
    for letter, number in STEP.findall(path):
        if letter == "z":
            x, y = start_x, start_y
        elif letter:
            command = letter
            if letter == "m":
                subpaths.append([])
        else:
            numbers.append(int(number))
            needed = 1 if command in "hv" else 2
            if len(numbers) == needed:
                dx, dy = {"h": (numbers[0], 0), "v": (0, numbers[0])}.get(command, tuple(numbers))
                x, y = x + dx, y + dy
                numbers.clear()
                if command == "m":
                    start_x, start_y, command = x, y, "l"
                subpaths[-1].append((x, y))
    return subpaths


def signed_area(points):
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]], strict=True)) / 2


degrees = st.tuples(st.integers(-180_000, 180_000), st.integers(-90_000, 90_000))
stored_rings = st.lists(st.lists(degrees, min_size=1, max_size=12), max_size=4)


@given(stored_rings)
def test_decoding_what_was_encoded_gives_the_same_outline(rings):
    rings = [[point for point, before in zip(ring, [None, *ring], strict=False) if point != before] for ring in rings]
    outline = [[(x / 1000, y / 1000) for x, y in ring] for ring in rings]
    assert decode_rings(encode_rings(outline)) == outline


def test_the_stored_form_is_the_documented_one():
    triangle = [[(2.0, 48.0), (2.01, 48.0), (2.01, 48.01)]]
    assert encode_rings(triangle) == "2000 48000 10 0 0 10"
    assert decode_rings("2000 48000 10 0 0 10") == triangle
    assert decode_rings("") == []
    assert encode_rings([]) == ""


@pytest.mark.parametrize("text", ["1", "1 2 3", "1 2;", "a b", ";", "1.5 2"])
def test_a_malformed_outline_is_refused(text):
    with pytest.raises(ValueError, match=r"pairs of integers|invalid literal"):
        decode_rings(text)


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        ((2.3522, 48.8566), (5.3698, 43.2965), 660.5),  # Paris, Marseille
        ((-4.4861, 48.3904), (7.7521, 48.5734), 900.0),  # Brest, Strasbourg
        ((3.0573, 50.6292), (-0.5792, 44.8378), 700.0),  # Lille, Bordeaux
        ((-52.3269, 4.9372), (-54.0320, 5.4850), 198.5),  # Cayenne, Saint-Laurent-du-Maroni
        ((55.4481, -20.8789), (55.4783, -21.3393), 51.3),  # Saint-Denis, Saint-Pierre
    ],
)
def test_projected_distances_are_real_distances(a, b, km):
    frame = frame_of(*a)
    assert math.dist(frame.project(*a), frame.project(*b)) == pytest.approx(great_circle(a, b), rel=0.01)
    assert great_circle(a, b) == pytest.approx(km, rel=0.01)


def great_circle(a, b):
    (lon_a, lat_a), (lon_b, lat_b) = (tuple(map(math.radians, point)) for point in (a, b))
    half = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return 2 * geometry.EARTH_RADIUS_KM * math.asin(math.sqrt(half))


@given(st.floats(-5, 9.5), st.floats(41.4, 51))
def test_the_mainland_projection_keeps_angles(longitude, latitude):
    step = 1e-4
    here = METROPOLE.project(longitude, latitude)
    east = METROPOLE.project(longitude + step / math.cos(math.radians(latitude)), latitude)
    north = METROPOLE.project(longitude, latitude + step)
    assert math.dist(here, east) == pytest.approx(math.dist(here, north), rel=1e-3)
    across = (east[0] - here[0]) * (north[0] - here[0]) + (east[1] - here[1]) * (north[1] - here[1])
    assert abs(across) < 1e-3 * math.dist(here, east) * math.dist(here, north)


@pytest.mark.parametrize(
    ("point", "code"),
    [
        ((2.35, 48.85), "metropole"),
        ((9.45, 42.70), "metropole"),
        ((-61.53, 16.24), "guadeloupe"),
        ((-61.07, 14.60), "martinique"),
        ((-52.33, 4.94), "guyane"),
        ((55.45, -20.88), "reunion"),
        ((45.23, -12.78), "mayotte"),
        ((-56.17, 46.78), None),  # Saint-Pierre-et-Miquelon
        ((-149.57, -17.54), None),  # Papeete
    ],
)
def test_a_point_is_in_the_frame_of_its_land(point, code):
    frame = frame_of(*point)
    assert (frame and frame.code) == code


def test_an_outline_outside_every_frame_is_refused():
    with pytest.raises(LookupError):
        frame_of_rings([[(-149.57, -17.54)]])


FLAT = Frame("flat", "essai", Box(0, 0, 0, 0))
KM_PER_DEGREE = geometry.EARTH_RADIUS_KM * math.pi / 180
grid = st.tuples(st.integers(-300, 300), st.integers(-300, 300))


def flat_path(rings):
    """Path of rings given in viewBox units, through a frame where a degree is a unit."""
    return svg_path([[(x, -y) for x, y in ring] for ring in rings], FLAT, Transform(1 / KM_PER_DEGREE, 0, 0))


@given(st.lists(st.lists(grid, min_size=3, max_size=12, unique=True), min_size=1, max_size=3))
def test_a_path_draws_the_same_rings(rings):
    path = flat_path(rings)
    assert path == "" or PATH.fullmatch(path)
    areas = [signed_area(ring) for ring in rings]
    assume(all(areas))
    assert [signed_area(points) for points in read_path(path)] == areas
    for points, ring in zip(read_path(path), rings, strict=True):
        assert set(points) <= set(ring)


@pytest.mark.parametrize(
    ("rings", "path"),
    [
        ([[(0, 0), (10, 0), (10, 10), (0, 10)]], "m0 0h10v10h-10z"),
        ([[(0, 0), (5, 0), (10, 0), (10, 10), (0, 10)]], "m0 0h10v10h-10z"),
        ([[(0, 0), (3, 9), (7, 2)]], "m0 0 3 9 4-7z"),
        ([[(1, 1), (1, 1), (1, 2)]], ""),
        ([[(0, 0), (4, 4), (8, 8)]], ""),
        ([], ""),
        ([[(0, 0), (3, 9), (7, 2)], [(20, 30), (23, 39), (27, 32)]], "m0 0 3 9 4-7zm20 30 3 9 4-7z"),
    ],
)
def test_paths_are_written_short(rings, path):
    assert flat_path(rings) == path


def test_fitting_keeps_proportions_and_centres():
    transform = fit(Box(0, 0, 100, 50), 10, 20, 200, 200)
    assert transform.apply((0, 50)) == (10, 70)
    assert transform.apply((100, 0)) == (210, 170)


def test_the_national_map_holds_every_territory_where_its_part_of_the_map_is():
    shapes = outlines("outlines_national", "TI-2023-")
    assert len(shapes) == 183
    for code, rings in shapes.items():
        frame = frame_of_rings(rings)
        left, top, width, height = NATIONAL_LAYOUT[frame]
        points = [point for subpath in read_path(national_path(rings)) for point in subpath]
        assert len(points) >= 3, code
        assert all(left <= x <= left + width and top <= y <= top + height for x, y in points), code


def test_the_parts_of_the_national_map_do_not_cover_each_other():
    insets = [
        (left, top, left + width, top + height) for left, top, width, height in (NATIONAL_LAYOUT[f] for f in OVERSEAS)
    ]
    for position, a in enumerate(insets):
        assert a[2] <= NATIONAL_WIDTH
        assert a[3] <= NATIONAL_HEIGHT
        for b in insets[position + 1 :]:
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
    view = national_view(METROPOLE)
    for scale in ("outlines_national", "outlines_detailed"):
        for rings in outlines(scale, "REG-").values():
            if frame_of_rings(rings) is METROPOLE:
                for x, y in (view.place(*point) for ring in rings for point in ring):
                    assert not any(a[0] <= x <= a[2] and a[1] <= y <= a[3] for a in insets)


def test_the_national_map_is_light():
    shapes = [*outlines("outlines_national", "TI-2023-").values(), *outlines("outlines_national", "REG-").values()]
    assert len(shapes) == 183 + 18
    assert sum(len(national_path(rings)) for rings in shapes) <= 12_000


def test_every_national_outline_keeps_its_main_ring():
    for prefix in ("TI-2023-", "REG-", "DEP-"):
        for code, rings in outlines("outlines_detailed", prefix).items():
            national = outlines("outlines_national", prefix)[code]
            area = max(abs(signed_area(ring)) for ring in rings)
            assert max(abs(signed_area(ring)) for ring in national) == pytest.approx(area, rel=0.15), code


@pytest.mark.parametrize("scale", ["outlines_national", "outlines_detailed"])
def test_neighbouring_territories_share_border_points(scale):
    shapes = outlines(scale, "TI-2023-")
    points = {code: {point for ring in rings for point in ring} for code, rings in shapes.items()}
    for row in read_table("territory_neighbours"):
        shared = points[f"TI-2023-{row['number_a']}"] & points[f"TI-2023-{row['number_b']}"]
        assert len(shared) >= 2, row


def test_a_local_map_fits_its_members_and_leaves_a_margin():
    members = [outlines("outlines_detailed", "EPCI-")[f"EPCI-{siren}"] for siren in ("249710062", "249710070")]
    view = local_view(members, width=500, margin=10)
    assert view.width == 500
    assert view.height <= 620
    boxes = [view.box(rings) for rings in members]
    assert min(box.left for box in boxes) >= 10
    assert max(box.right for box in boxes) <= 490
    assert min(box.low for box in boxes) >= 10
    assert max(box.high for box in boxes) <= view.height - 10


@pytest.mark.parametrize("prefix", ["TI-2023-", "DEP-", "REG-", "EPCI-"])
def test_every_outline_can_be_drawn_alone(prefix):
    for code, rings in outlines("outlines_detailed", prefix).items():
        view = local_view([rings])
        assert 20 < view.height <= 620, code
        assert all(0 <= x <= 500 and 0 <= y <= view.height for part in read_path(view.path(rings)) for x, y in part), (
            code
        )


def test_a_local_map_needs_an_outline():
    with pytest.raises(ValueError, match="outline"):
        local_view([[], []])


def test_frames_are_apart():
    assert len({frame.code for frame in FRAMES}) == 6
    for frame in FRAMES:
        box = frame.degrees
        assert frame_of((box.left + box.right) / 2, (box.low + box.high) / 2) is frame


def test_north_is_up_and_east_is_right():
    for frame in (METROPOLE, GUYANE, REUNION):
        view = national_view(frame)
        box = frame.degrees
        middle = ((box.left + box.right) / 2, (box.low + box.high) / 2)
        x, y = view.place(*middle)
        assert view.place(middle[0] + 0.2, middle[1])[0] > x
        assert view.place(middle[0], middle[1] + 0.2)[1] < y
