from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.eligibility.codes import Truth
from funding.eligibility.cumul import DeMinimisRegime, Exclusion, clashes, exclusions_met, headroom
from funding.eligibility.errors import RuleError
from funding.eligibility.situation import DeclaredAid, Situation
from funding.eligibility.sums import headroom_text

TODAY = date(2026, 11, 24)


def aid(amount, granted_on, is_de_minimis=True):
    return DeclaredAid(amount, granted_on, is_de_minimis)


@pytest.mark.parametrize(
    ("on", "aids", "ceiling", "left"),
    [
        (TODAY, (), 300_000, 300_000),
        (TODAY, (aid(100_000, date(2025, 1, 1)),), 300_000, 200_000),
        (TODAY, (aid(100_000, date(2025, 1, 1), is_de_minimis=False),), 300_000, 300_000),
        (TODAY, (aid(100_000, date(2023, 11, 24)),), 300_000, 300_000),
        (TODAY, (aid(100_000, date(2023, 11, 25)),), 300_000, 200_000),
        (TODAY, (aid(100_000, TODAY), aid(50_000, TODAY + timedelta(days=1))), 300_000, 200_000),
        (TODAY, (aid(200_000, date(2024, 5, 1)), aid(150_000, date(2025, 5, 1))), 300_000, 0),
        (TODAY, (aid(Decimal("0.01"), TODAY),), 300_000, Decimal("299999.99")),
        # Aids of before 2024 count in the first rolling years.
        (date(2024, 1, 1), (aid(150_000, date(2021, 1, 2)),), 300_000, 150_000),
        (date(2024, 1, 1), (aid(150_000, date(2021, 1, 1)),), 300_000, 300_000),
        # Fiscal years before: the year and the two before it.
        (date(2023, 12, 31), (aid(150_000, date(2021, 1, 1)),), 200_000, 50_000),
        (date(2023, 12, 31), (aid(150_000, date(2020, 12, 31)),), 200_000, 200_000),
        (date(2020, 12, 15), (aid(150_000, date(2018, 1, 1)),), 200_000, 50_000),
        # 29 February.
        (date(2028, 2, 29), (aid(10, date(2025, 2, 28)),), 300_000, 300_000),
        (date(2028, 2, 29), (aid(10, date(2025, 3, 1)),), 300_000, 299_990),
    ],
)
def test_de_minimis_headroom(on, aids, ceiling, left):
    found = headroom(Situation(aids=aids), on)

    assert (found.ceiling, found.left) == (ceiling, left)


def test_nothing_declared_is_not_none_received():
    unknown, none = headroom(Situation(), TODAY), headroom(Situation(aids=()), TODAY)

    assert (unknown.left, unknown.used, unknown.allows(4_000), unknown.excess(4_000)) == (
        None,
        None,
        Truth.UNKNOWN,
        None,
    )
    assert (none.left, none.used, none.allows(4_000), none.excess(4_000)) == (300_000, 0, Truth.MET, 0)
    assert unknown.allows(300_001) is Truth.NOT_MET


def test_a_new_aid_says_by_how_much_it_would_go_over():
    found = headroom(Situation(aids=(aid(250_000, date(2025, 6, 1)),)), TODAY)

    assert found.allows(50_000) is Truth.MET
    assert found.allows(50_001) is Truth.NOT_MET
    assert found.excess(80_000) == 30_000
    text = headroom_text(found, 80_000).replace("\xa0", " ")
    assert "Déjà reçu depuis le 25 novembre 2023 : 250 000 €. Reste : 50 000 €." in text
    assert "Une aide de 80 000 € dépasserait le plafond de 30 000 €." in text
    assert "n’est pas connu" in headroom_text(headroom(Situation(), TODAY))


def test_the_regime_changes_on_1_january_2024():
    assert headroom(Situation(), date(2023, 12, 31)).regime is DeMinimisRegime.THREE_FISCAL_YEARS
    assert headroom(Situation(), date(2024, 1, 1)).regime is DeMinimisRegime.ROLLING_THREE_YEARS


@given(st.lists(st.tuples(st.integers(0, 400_000), st.integers(-1500, 10)), max_size=6), st.integers(0, 400_000))
def test_one_more_aid_never_leaves_more(granted, amount):
    aids = tuple(aid(value, TODAY + timedelta(days=shift)) for value, shift in granted)
    before = headroom(Situation(aids=aids), TODAY)
    after = headroom(Situation(aids=(*aids, aid(amount, TODAY))), TODAY)

    assert 0 <= after.left <= before.left <= before.ceiling
    assert before.left + before.used >= before.ceiling


FA_DSIL = Exclusion({"fonds-acceleration", "dsil"})
VTE_VTA = Exclusion({"vte", "vta"})


@pytest.mark.parametrize(
    ("key", "obtained", "met"),
    [
        ("dsil", {"fonds-acceleration", "vta"}, (FA_DSIL,)),
        ("fonds-acceleration", {"dsil"}, (FA_DSIL,)),
        ("dsil", set(), ()),
        ("dsil", {"dsil"}, ()),
        ("dsil", None, None),
        ("friches", None, ()),
    ],
)
def test_schemes_that_exclude_each_other(key, obtained, met):
    assert exclusions_met(key, Situation(schemes_obtained=obtained), [FA_DSIL, VTE_VTA]) == met


def test_clashes_among_schemes_that_one_thinks_of_combining():
    assert clashes(["vte", "dsil", "vta"], [FA_DSIL, VTE_VTA]) == (VTE_VTA,)
    assert clashes(["vte", "dsil"], [FA_DSIL, VTE_VTA]) == ()


def test_a_scheme_does_not_exclude_itself():
    with pytest.raises(RuleError):
        Exclusion({"vte"})
