import random

import pytest

from territories.enums import PlaceKind
from territories.models import Place
from territories.nearest import kilometres, nearest_territories, shortest_km, unseen_km

PARIS, LYON = (2.352, 48.857), (4.835, 45.758)


def test_distances_are_those_of_the_globe():
    assert kilometres(PARIS, LYON) == pytest.approx(392, abs=2)
    assert kilometres(PARIS, PARIS) == 0
    assert shortest_km([PARIS, LYON], [(4.84, 45.76), (2.0, 40.0)]) < 1


def test_what_was_seen_bounds_what_was_not():
    assert unseen_km(PARIS, [PARIS], None) == float("inf")
    assert 0 < unseen_km(PARIS, [PARIS], (3.352, 48.857)) < kilometres(PARIS, (3.352, 48.857))
    assert unseen_km(PARIS, [LYON], (3.352, 48.857)) == 0


def test_the_answer_is_that_of_an_exhaustive_search(db):
    """Compared with every commune of every territory, for a draw of communes outside any."""
    points = [
        (code, (longitude, latitude))
        for ancestors, longitude, latitude in Place.objects.of_kind(PlaceKind.COMMUNE)
        .filter(ancestor_codes__contains=["ZON-TI-2023"], longitude__isnull=False)
        .values_list("ancestor_codes", "longitude", "latitude")
        for code in ancestors
        if code.startswith("TI-2023-")
    ]
    outside = Place.objects.of_kind(PlaceKind.COMMUNE).exclude(ancestor_codes__contains=["ZON-TI-2023"])
    drawn = random.Random(7).sample(list(outside.filter(longitude__isnull=False).order_by("pk")), 12)
    for place in drawn:
        best: dict[str, float] = {}
        for code, point in points:
            km = kilometres((place.longitude, place.latitude), point)
            best[code] = min(km, best.get(code, km))
        expected = [(code, km) for code, km in sorted(best.items(), key=lambda item: item[1])[:3] if km <= 300]

        found = [(near.code, near.km) for near in nearest_territories(place)]

        assert found == [(code, pytest.approx(km, abs=0.2)) for code, km in expected], place


@pytest.mark.parametrize(
    ("code", "queries"),
    [
        ("COM-75056", 2),
        # No point of its own: its intercommunalité's communes stand for it.
        ("COM-95633", 3),
        ("EPCI-200054781", 3),
        ("DEP-75", 3),
    ],
)
def test_few_queries_nearest_first(db, django_assert_max_num_queries, code, queries):
    place = Place.objects.get(code=code)
    with django_assert_max_num_queries(queries):
        found = nearest_territories(place)

    assert len(found) == 3
    assert [near.km for near in found] == sorted(near.km for near in found)
    assert all(near.name and near.slug for near in found)


def test_an_ocean_away_is_not_near(db):
    assert [near.name for near in nearest_territories(Place.objects.get(code="COM-97611"))] == ["Mayotte"]
    assert nearest_territories(Place.objects.get(code="COM-98735")) == []
