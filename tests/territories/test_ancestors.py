from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from territories.ancestors import Graph, Link, Node, Perimeter, ZoningCycleError, in_order, rebuild
from territories.enums import PlaceKind
from territories.models import Membership, Place, Zoning

LAST_DAY = date(2022, 12, 31)


def graph(*links, zonings=(), **changes):
    """Two communes in two départements of two régions, one EPCI across both, two waves."""
    nodes = {
        1: Node(1, "COM-00001", "commune", 100),
        2: Node(2, "COM-00002", "commune", 900),
        3: Node(3, "EPCI-000000003", "epci"),
        4: Node(4, "DEP-01", "departement"),
        5: Node(5, "DEP-02", "departement"),
        6: Node(6, "REG-11", "region"),
        7: Node(7, "REG-22", "region"),
        8: Node(8, "PAYS-99100", "country"),
        9: Node(9, "TI-2023-1101", "territory"),
        10: Node(10, "TI-2018-1102", "territory", None, LAST_DAY),
    } | changes
    base = [Link(1, 3), Link(2, 3), Link(1, 4), Link(2, 5), Link(4, 6), Link(5, 7), Link(6, 8), Link(7, 8)]
    return Graph.build(nodes.values(), [*base, *links], zonings)


def test_ancestors_are_the_place_itself_then_by_kind():
    built = graph(Link(3, 9), Link(3, 10, LAST_DAY))

    assert built.ancestors(1) == [
        "COM-00001",
        "EPCI-000000003",
        "TI-2023-1101",
        "TI-2018-1102",
        "DEP-01",
        "REG-11",
        "PAYS-99100",
    ]


def test_what_crosses_a_border_has_all_it_touches_most_people_first():
    built = graph(Link(3, 9))

    crossing = ["DEP-02", "DEP-01", "REG-22", "REG-11", "PAYS-99100"]
    assert built.ancestors(3) == ["EPCI-000000003", "TI-2023-1101", *crossing]
    assert built.ancestors(9) == ["TI-2023-1101", *crossing]


def test_a_membership_that_ended_before_its_container_no_longer_counts():
    built = graph(Link(3, 9, date(2024, 7, 3)), Link(3, 10, date(2021, 1, 1)))

    assert built.ancestors(1) == ["COM-00001", "EPCI-000000003", "DEP-01", "REG-11", "PAYS-99100"]


def test_a_closed_place_keeps_what_contained_it_and_no_longer_counts_in_it():
    gone = date(2025, 12, 31)
    nodes = [Node(1, "COM-00001", "commune", 100, gone), Node(2, "DEP-01", "departement"), Node(3, "REG-11", "region")]
    built = Graph.build(nodes, [Link(1, 2, gone), Link(2, 3)])

    assert built.ancestors(1) == ["COM-00001", "DEP-01", "REG-11"]
    assert built.population(2) is None


def test_populations_are_sums_of_communes_each_counted_once():
    built = graph(Link(3, 9), Link(1, 9))

    assert [built.population(place) for place in (3, 4, 9, 8)] == [1000, 100, 1000, 1000]


def test_zonings_join_what_their_perimeter_covers_in_the_order_they_need():
    built = graph(
        zonings=[
            Perimeter("ZON-A", frozenset({"ZON-B"}), frozenset({"COM-00001"})),
            Perimeter("ZON-B", frozenset({"EPCI-000000003"})),
        ]
    )

    assert built.ancestors(1)[-1] == "ZON-B"
    assert built.ancestors(2)[-2:] == ["ZON-A", "ZON-B"]


def test_zonings_in_a_circle_are_refused():
    with pytest.raises(ZoningCycleError) as refused:
        in_order([Perimeter("ZON-A", frozenset({"ZON-B"})), Perimeter("ZON-B", frozenset({"ZON-A"}))])

    assert set(refused.value.codes) == {"ZON-A", "ZON-B"}


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 8)), max_size=30))
@settings(max_examples=100)
def test_any_memberships_even_circular_end(pairs):
    kinds = ["commune", "ept", "epci", "departement", "region", "country", "zoning", "commune"]
    nodes = [Node(index, f"X-{index}", kind, index) for index, kind in enumerate(kinds, start=1)]
    built = Graph.build(nodes, [Link(member, container) for member, container in pairs])

    for node in nodes:
        codes = built.ancestors(node.id)
        assert codes[0] == node.code
        assert len(codes) == len(set(codes))


def test_rebuild_finds_nothing_to_change_in_what_was_loaded(db):
    assert rebuild() == 0


def test_rebuild_of_one_epci_reaches_its_communes_and_its_territory_only(db):
    nevers = Place.objects.get(code="EPCI-245804406")
    Membership.objects.filter(member=nevers, container__code="TI-2023-2707").update(valid_until=date(2026, 11, 23))
    communes = Place.objects.within("EPCI-245804406").of_kind(PlaceKind.COMMUNE).count()

    changed = rebuild(["EPCI-245804406", "TI-2023-2707"])

    assert changed == communes + 2
    assert "TI-2023-2707" not in Place.objects.get(code="COM-58194").ancestor_codes
    assert Place.objects.get(code="TI-2023-2707").population < 143_315
    assert rebuild() == 0


def test_rebuild_after_a_zoning_was_drawn(db):
    place = Place.objects.create(code="ZON-SEINE", kind=PlaceKind.ZONING, name="Vallée de la Seine", slug="seine")
    Zoning.objects.create(place=place, included_codes=["REG-28"], excluded_codes=["DEP-61"])

    rebuild()

    assert "ZON-SEINE" in Place.objects.get(code="COM-76540").ancestor_codes
    assert "ZON-SEINE" in Place.objects.get(code="EPCI-200023414").ancestor_codes
    assert "ZON-SEINE" not in Place.objects.get(code="COM-61001").ancestor_codes


def test_every_commune_has_its_département_its_région_and_its_country(db):
    lost = [
        code
        for code, ancestors in Place.objects.of_kind(PlaceKind.COMMUNE).values_list("code", "ancestor_codes")
        if not all(any(one.startswith(kind) for one in ancestors) for kind in ("DEP-", "REG-", "PAYS-"))
    ]

    assert lost == []
