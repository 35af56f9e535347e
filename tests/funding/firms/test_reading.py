from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.firms.reading import Firm, MalformedAnswer, read_answer
from tests.funding.firms.register import GOOD, SIRET

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def read(**changes) -> Firm:
    return read_answer({"results": [{**GOOD, **changes}]}, SIRET)


@pytest.mark.parametrize(
    ("legal", "audience"),
    [
        ("5710", "firm"),
        ("1000", "firm"),
        ("7210", "commune"),
        ("7220", "department"),
        ("7230", "region"),
        ("7346", "epci"),
        ("7344", "epci"),
        ("7354", "public_body"),
        ("9220", "association"),
        ("5", ""),
        (None, ""),
    ],
)
def test_the_legal_form_says_the_audience(legal, audience):
    assert read(nature_juridique=legal).audience == audience


def test_the_place_is_that_of_the_establishment_asked_for_never_another_one():
    assert read().commune == "30007"
    assert read(matching_etablissements=None).commune == ""
    assert read(matching_etablissements=[], siege={"siret": SIRET, "commune": "75102"}).commune == "75102"


def test_closed_and_partial_are_said():
    assert read(etat_administratif="C").is_closed
    assert read(matching_etablissements=[{"siret": SIRET, "etat_administratif": "F"}]).is_closed
    assert read(statut_diffusion="P").is_partial
    assert not read().is_closed


def test_who_employs_nobody_has_a_staff_of_zero():
    assert read(tranche_effectif_salarie="NN").staff_band == "00"


def test_the_last_turnover_that_is_a_figure_counts():
    assert read(finances={"2024": {"ca": None}, "2023": {"ca": 12.4}, "x": {"ca": 9}}).turnover == 12
    assert read(finances={"2024": {"ca": -1}}).turnover is None
    assert read(finances={"2024": {"ca": True}}).turnover is None


@pytest.mark.parametrize("name", sorted(GOOD.keys() - {"siren"}))
@pytest.mark.parametrize("value", [None, 12, [], {}, "\x00<script>", "é" * 10_000, [[[]]]])
def test_a_field_of_another_type_is_as_if_it_were_not_there(name, value):
    firm = read(**{name: value})
    assert firm.siret == SIRET
    assert len(firm.name) <= 150


@given(JSON)
def test_nothing_but_a_malformed_answer_is_ever_raised(payload):
    try:
        found = read_answer({"results": payload}, SIRET)
    except MalformedAnswer:
        return
    assert found is None or found.siret == SIRET


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), JSON))
def test_a_firm_goes_to_the_cache_and_back(changes):
    firm = read(**{**changes, "siren": GOOD["siren"]})
    assert Firm.of_row(firm.as_row()) == firm


def test_dates_that_are_none_are_left_out():
    assert read(date_creation="2001-04-05").created_on == date(2001, 4, 5)
    assert read(date_creation="2001-13-05").created_on is None
    assert read(date_creation="0001-01-01").created_on is None
