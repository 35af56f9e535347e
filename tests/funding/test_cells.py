"""Where each call counts."""

import pytest

from funding.cells import cells_of, problems
from funding.eligibility.calls import Call
from funding.eligibility.places import Perimeter

ANCESTORS = {"DEP-76": {"DEP-76", "REG-28", "PAYS-99100"}, "REG-28": {"REG-28", "PAYS-99100"}}


def call(key, *included, excluded=(), of=None):
    perimeter = Perimeter(frozenset(included), frozenset(excluded)) if included or excluded else None
    return Call(key, perimeter=perimeter, variant_of=of)


def keys(cell):
    return [one.key for one in cell.shown]


def test_a_national_call_alone_counts_everywhere():
    (cell,) = cells_of([call("a")], {})
    assert (keys(cell), cell.is_wide, cell.included, cell.excluded) == (["a"], True, frozenset(), frozenset())


def test_a_variant_hides_its_national_call_and_no_other():
    wide, local = cells_of([call("a"), call("b"), call("v", "REG-28", of="a")], ANCESTORS)
    assert (keys(wide), wide.excluded) == (["a", "b"], {"REG-28"})
    assert keys(local) == ["v", "b"]


def test_a_regional_call_that_is_no_variant_counts_beside_the_national_one():
    _, local = cells_of([call("a"), call("r", "REG-28")], ANCESTORS)
    assert keys(local) == ["r", "a"]


def test_a_national_call_that_leaves_a_place_out_does_not_count_there():
    wide, local = cells_of([call("a", excluded=["REG-28"]), call("r", "DEP-76")], ANCESTORS)
    assert wide.excluded == {"REG-28", "DEP-76"}
    assert keys(local) == ["r"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("calls", "words"),
    [
        ([call("a"), call("v", "REG-28", of="a"), call("w", "DEP-76", of="v")], "n’est pas lui-même une variante"),
        ([call("a"), call("b", excluded=["REG-28"])], "faites-en deux dispositifs"),
        ([call("a"), call("v", "REG-28", excluded=["DEP-76"], of="a")], "sans lieu exclu"),
        ([call("v", "REG-28"), call("w", "DEP-76")], "s’appliquent au même lieu"),
        ([call("v", "REG-28", "REG-53"), call("w", "REG-28")], "même lieu (Normandie)"),
    ],
)
def test_what_would_be_ambiguous_is_refused(calls, words):
    assert words in " ".join(problems(calls))


@pytest.mark.django_db
def test_regions_side_by_side_and_calls_of_the_same_place_are_fine():
    assert problems([call("a"), call("v", "REG-28", of="a"), call("w", "REG-53", of="a")]) == []
    assert problems([call("v", "REG-28"), call("w", "REG-28"), call("x", "EPCI-200066918")]) == []
