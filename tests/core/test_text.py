import pytest
from hypothesis import given
from hypothesis import strategies as st

from ti_portal.core.text import fold, fold_name, whole_number


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Alès", "ales"),
        ("L'Haÿ-les-Roses", "l hay les roses"),
        ("L’Haÿ les Roses", "l hay les roses"),
        ("  Œuilly ", "oeuilly"),
        ("SAINT-ÉTIENNE", "saint etienne"),
        ("a\x00b", "a b"),
        ("", ""),
        ("---", ""),
        ("Łódź", "lodz"),
    ],
)
def test_fold(typed, folded):
    assert fold(typed) == folded


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("St Étienne", "saint etienne"),
        ("Ste-Marie", "sainte marie"),
        ("Châlons s/ Marne", "chalons sur marne"),
        ("Stains", "stains"),
        ("S", "s"),
        ("Bourg-St-Maurice", "bourg saint maurice"),
    ],
)
def test_fold_name_writes_abbreviations_in_full(typed, folded):
    assert fold_name(typed) == folded


@given(st.text(max_size=300))
def test_folding_is_stable_and_plain(text):
    folded = fold(text)
    assert fold(folded) == folded
    assert set(folded) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
    assert "  " not in folded


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12", 12), ("-3", -3), ("0", 0), ("", None), ("²", None), ("--5", None), ("1.5", None), (" 1", None)],
)
def test_a_number_is_plain_digits(typed, number):
    assert whole_number(typed) == number


def test_a_number_beyond_what_is_asked_is_none():
    assert whole_number("9999", most=9999) == 9999
    assert whole_number("10000", most=9999) is None
    assert whole_number("9" * 40) is None
