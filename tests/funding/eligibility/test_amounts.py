from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.eligibility.amounts import AmountLine, Bonus, Flat, Monthly, Rate, RateBonus, Span, Step, estimate
from funding.eligibility.bands import Band
from funding.eligibility.criteria import from_row
from funding.eligibility.errors import Refusal, RuleError
from funding.eligibility.questions import QuestionCode
from funding.eligibility.situation import Situation
from funding.eligibility.sums import STEPS, estimate_text, step_text

ON = date(2020, 12, 15)
GREEN = from_row({"kind": "ecological_transition"})
SMALL = from_row({"kind": "eu_size", "values": ["micro", "small"], "text": "petite entreprise"})
TWENTY = Rate(Decimal("0.20"), floor=10_000, cap=80_000)


def plain(text):
    return text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("rules", "facts", "lower", "upper", "short", "lines"),
    [
        ([Flat(4_000)], {}, 4_000, 4_000, "4 000 €", ["Forfait : 4 000 €."]),
        ([Flat(8_000)], {}, 8_000, 8_000, "8 000 €", ["Forfait : 8 000 €."]),
        ([Flat(4_000, is_ceiling=True)], {}, 4_000, 4_000, "jusqu’à 4 000 €", ["Forfait : jusqu’à 4 000 €."]),
        (
            [Monthly(100, 12)],
            {},
            1_200,
            1_200,
            "jusqu’à 1 200 €",
            ["Jusqu’à 100 € par mois × 12 mois = jusqu’à 1 200 €."],
        ),
        (
            [Monthly(100, 12, is_ceiling=False)],
            {},
            1_200,
            1_200,
            "1 200 €",
            ["100 € par mois × 12 mois = 1 200 €."],
        ),
        (
            [TWENTY],
            {"project_amount": 300_000},
            60_000,
            60_000,
            "jusqu’à 60 000 €",
            ["20 % × 300 000 € = 60 000 €."],
        ),
        (
            [TWENTY],
            {"project_amount": 500_000},
            80_000,
            80_000,
            "jusqu’à 80 000 €",
            ["20 % × 500 000 € = 100 000 €.", "Ramené au plafond de 80 000 €."],
        ),
        (
            [TWENTY],
            {"project_amount": 20_000},
            10_000,
            10_000,
            "jusqu’à 10 000 €",
            ["20 % × 20 000 € = 4 000 €.", "Relevé au minimum de 10 000 €."],
        ),
        (
            [TWENTY],
            {"project_amount": Band(100_000, 300_000)},
            20_000,
            60_000,
            "entre 20 000 € et 60 000 €",
            ["20 % du montant du projet (entre 100 000 € et 300 000 €) : jusqu’à 60 000 €."],
        ),
        (
            [TWENTY],
            {},
            10_000,
            80_000,
            "entre 10 000 € et 80 000 €",
            ["20 % du montant du projet, qui n’est pas indiqué, au moins 10 000 € et au plus 80 000 €."],
        ),
        (
            [Rate(Decimal("0.5"))],
            {},
            None,
            None,
            "selon le montant du projet",
            ["50 % du montant du projet, qui n’est pas indiqué."],
        ),
        (
            [Rate(Decimal("0.125"), base_cap=100_000, is_ceiling=False)],
            {"project_amount": Decimal("150000.10")},
            12_500,
            12_500,
            "12 500 €",
            [
                "Dépenses retenues dans la limite de 100 000 €, pour un projet de 150 000,10 €.",
                "12,5 % × 100 000 € = 12 500 €.",
            ],
        ),
        (
            [Rate(Decimal("0.2"), bonuses=(RateBonus(Decimal("0.1"), SMALL),))],
            {"project_amount": 100_000, "staff": 12, "turnover": 1_000_000},
            30_000,
            30_000,
            "jusqu’à 30 000 €",
            ["Bonification de 10 % acquise (petite entreprise).", "30 % × 100 000 € = 30 000 €."],
        ),
        (
            [Rate(Decimal("0.2"), bonuses=(RateBonus(Decimal("0.1"), SMALL),))],
            {"project_amount": 100_000, "staff": 300},
            20_000,
            20_000,
            "jusqu’à 20 000 €",
            ["20 % × 100 000 € = 20 000 €."],
        ),
        (
            [Rate(Decimal("0.2"), bonuses=(RateBonus(Decimal("0.1"), SMALL),))],
            {"project_amount": 100_000},
            20_000,
            30_000,
            "entre 20 000 € et 30 000 €",
            ["Bonification de 10 % possible, à préciser (petite entreprise).", "30 % × 100 000 € = 30 000 €."],
        ),
        (
            [Flat(4_000), Bonus(8_000, GREEN)],
            {"ecological_transition": True},
            12_000,
            12_000,
            "12 000 €",
            ["Forfait : 4 000 €.", "Prime : 8 000 € (transition écologique)."],
        ),
        (
            [Flat(4_000), Bonus(8_000, GREEN)],
            {"ecological_transition": False},
            4_000,
            4_000,
            "4 000 €",
            ["Forfait : 4 000 €."],
        ),
        (
            [Flat(4_000), Bonus(8_000, GREEN)],
            {},
            4_000,
            12_000,
            "entre 4 000 € et 12 000 €",
            ["Forfait : 4 000 €.", "Prime possible, à préciser : 8 000 € (transition écologique)."],
        ),
        (
            [Span(5_000, 20_000)],
            {},
            5_000,
            20_000,
            "entre 5 000 € et 20 000 €",
            ["Montant publié : entre 5 000 € et 20 000 €."],
        ),
        ([Span(upper=20_000)], {}, None, 20_000, "jusqu’à 20 000 €", ["Montant publié : au plus 20 000 €."]),
        ([Span(lower=5_000)], {}, 5_000, None, "au moins 5 000 €", ["Montant publié : au moins 5 000 €."]),
        ([], {}, None, None, "montant non publié", ["Le montant n’est pas publié."]),
    ],
)
def test_an_amount_and_its_computation(rules, facts, lower, upper, short, lines):
    found = estimate(rules, Situation(**facts), ON)

    assert (found.lower, found.upper) == (lower, upper)
    assert plain(estimate_text(found)) == short
    assert [plain(step_text(step)) for step in found.steps] == lines


def test_a_missing_base_is_asked_for():
    assert estimate([TWENTY], Situation(), ON).questions == (QuestionCode.PROJECT_AMOUNT,)
    assert estimate([TWENTY], Situation(project_amount=1), ON).questions == ()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Flat(-1), Refusal.BAD_NUMBER),
        (lambda: Flat(0.1), Refusal.BAD_NUMBER),
        (lambda: Monthly(100, 0), Refusal.BAD_NUMBER),
        (lambda: Monthly(100, True), Refusal.BAD_NUMBER),
        (lambda: Rate(Decimal("1.01")), Refusal.BAD_RATE),
        (lambda: Rate(Decimal(0)), Refusal.BAD_RATE),
        (lambda: Rate(0.2), Refusal.BAD_RATE),
        (lambda: Rate(Decimal("0.2"), floor=10, cap=9), Refusal.REVERSED_BOUNDS),
        (Span, Refusal.NO_BOUND),
        (lambda: Span(10, 9), Refusal.REVERSED_BOUNDS),
    ],
)
def test_a_badly_written_amount_is_refused(make, code):
    with pytest.raises(RuleError) as refused:
        make()
    assert refused.value.code is code


def test_every_line_has_a_sentence():
    assert set(STEPS) == set(AmountLine)


def test_a_base_without_known_limit_leaves_the_highest_sum_open():
    found = estimate([Rate(Decimal("0.2"))], Situation(project_amount=Band(100_000, None)), ON)

    assert (found.lower, found.upper) == (20_000, None)
    assert plain(estimate_text(found)) == "au moins 20 000 €"
    assert plain(step_text(found.steps[0])) == "20 % du montant du projet (au moins 100 000 €)."


money = st.integers(0, 10**9)
limits = st.one_of(st.none(), money)


@given(st.integers(1, 100), limits, limits, limits, money)
def test_a_rate_stays_within_floor_and_cap(points, floor, cap, base_cap, base):
    if floor is not None and cap is not None and cap < floor:
        floor, cap = cap, floor
    rule = Rate(Decimal(points) / 100, floor, cap, base_cap)

    found = estimate([rule], Situation(project_amount=base), ON)

    assert found.lower == found.upper
    assert cap is None or found.upper <= cap
    assert floor is None or found.upper >= floor
    free = Decimal(points) / 100 * min(base, base_cap if base_cap is not None else base)
    if (floor is None or floor <= free) and (cap is None or cap >= free):
        assert found.upper == free


@given(st.integers(1, 100), limits, limits, st.tuples(money, money), st.floats(0, 1))
def test_a_band_holds_the_sum_of_every_base_inside_it(points, floor, cap, pair, share):
    if floor is not None and cap is not None and cap < floor:
        floor, cap = cap, floor
    rule = Rate(Decimal(points) / 100, floor, cap)
    lowest, highest = min(pair), max(pair)
    inside = lowest + int((highest - lowest) * share)

    band = estimate([rule], Situation(project_amount=Band(lowest, highest)), ON)
    exact = estimate([rule], Situation(project_amount=inside), ON)
    unknown = estimate([rule], Situation(), ON)

    assert band.lower <= exact.lower <= exact.upper <= band.upper
    assert unknown.lower is None or unknown.lower <= band.lower
    assert unknown.upper is None or unknown.upper >= band.upper


def test_a_step_that_is_made_by_hand_is_worded_too():
    assert plain(step_text(Step(AmountLine.NOT_PUBLISHED))) == "Le montant n’est pas publié."
