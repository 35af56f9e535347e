import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.eligibility.bands import Band, at_least
from funding.eligibility.codes import EuSize
from funding.eligibility.questions import FACT_OF_QUESTION
from funding.eligibility.situation import Situation
from funding.eligibility.size import exact_size, possible_sizes
from funding.eligibility.sums import size_text

MILLION = 1_000_000


@pytest.mark.parametrize(
    ("staff", "turnover", "balance_sheet", "size"),
    [
        (0, 0, 0, "micro"),
        (9, 2 * MILLION, 9_999 * MILLION, "micro"),
        (9, 9_999 * MILLION, 2 * MILLION, "micro"),
        (9, 2 * MILLION + 1, 2 * MILLION + 1, "small"),
        (10, 0, 0, "small"),
        (49, 10 * MILLION, 9_999 * MILLION, "small"),
        (45, 6 * MILLION, 4 * MILLION, "small"),
        (50, 0, 0, "medium"),
        (249, 50 * MILLION, 9_999 * MILLION, "medium"),
        (249, 9_999 * MILLION, 43 * MILLION, "medium"),
        (249, 50 * MILLION + 1, 43 * MILLION + 1, "mid_cap"),
        (5, 60 * MILLION, 50 * MILLION, "mid_cap"),
        (250, 0, 0, "mid_cap"),
        (4_999, 1_500 * MILLION, 9_999 * MILLION, "mid_cap"),
        (4_999, 1_500 * MILLION + 1, 2_000 * MILLION + 1, "large"),
        (5_000, 0, 0, "large"),
    ],
)
def test_size_of_known_figures(staff, turnover, balance_sheet, size):
    assert exact_size(staff, turnover, balance_sheet) == size
    answer = possible_sizes(Situation(staff=staff, turnover=turnover, balance_sheet=balance_sheet))
    assert (answer.size, answer.questions) == (size, ())


@pytest.mark.parametrize(
    ("facts", "sizes", "questions"),
    [
        ({}, "micro small medium mid_cap large", "staff turnover balance_sheet"),
        ({"staff": 45}, "small medium mid_cap large", "turnover balance_sheet"),
        ({"staff": 45, "turnover": 6 * MILLION}, "small", ""),
        ({"staff": 45, "balance_sheet": 6 * MILLION}, "small", ""),
        ({"staff": 45, "turnover": 60 * MILLION}, "small medium mid_cap", "balance_sheet"),
        ({"staff": Band(20, 49), "turnover": 6 * MILLION}, "small", ""),
        ({"staff": Band(6, 49), "turnover": MILLION}, "micro small", "staff_exact"),
        ({"staff": Band(200, 499), "turnover": MILLION}, "medium mid_cap", "staff_exact"),
        ({"staff": 5_000}, "large", ""),
        ({"turnover": MILLION}, "micro small medium mid_cap large", "staff"),
        ({"staff": at_least(45), "turnover": at_least(MILLION)}, "small medium mid_cap large", None),
    ],
)
def test_size_of_figures_that_are_loose_or_missing(facts, sizes, questions):
    answer = possible_sizes(Situation(**facts))

    assert answer.sizes == tuple(sizes.split())
    if questions is not None:
        assert answer.questions == tuple(questions.split())


def edges(*limits):
    """Both sides of each limit: sizes only change there."""
    return sorted({value for limit in limits for value in (limit - 1, limit, limit + 1) if value >= 0})


STAFF = edges(0, 10, 50, 250, 5_000)
MONEY = edges(0, 2 * MILLION, 10 * MILLION, 43 * MILLION, 50 * MILLION, 1_500 * MILLION, 2_000 * MILLION)


def bands(values):
    pair = st.tuples(st.sampled_from(values), st.sampled_from(values))
    return st.one_of(st.none(), pair.map(lambda two: Band(min(two), max(two))))


def inside(band, values):
    return values if band is None else [value for value in values if band.lower <= value <= band.upper]


@given(bands(STAFF), bands(MONEY), bands(MONEY))
def test_possible_sizes_are_those_of_every_figure_inside_the_bands(staff, turnover, balance_sheet):
    expected = {
        exact_size(people, sales, assets)
        for people in inside(staff, STAFF)
        for sales in inside(turnover, MONEY)
        for assets in inside(balance_sheet, MONEY)
    }

    answer = possible_sizes(Situation(staff=staff, turnover=turnover, balance_sheet=balance_sheet))

    assert set(answer.sizes) == expected


@given(st.integers(0, 300), st.integers(0, 60), st.integers(0, 30 * MILLION))
def test_a_band_of_staff_is_every_number_inside_it(lower, width, turnover):
    band = Band(lower, lower + width)

    answer = possible_sizes(Situation(staff=band, turnover=turnover))

    assert set(answer.sizes) == {
        exact_size(people, turnover, assets)
        for people in range(lower, lower + width + 1)
        for assets in (0, 2 * MILLION, 10 * MILLION, 43 * MILLION, 10_000 * MILLION)
    }


@given(bands(STAFF), bands(MONEY), bands(MONEY), st.data())
def test_answering_the_questions_of_a_size_gives_one_size(staff, turnover, balance_sheet, data):
    situation = Situation(staff=staff, turnover=turnover, balance_sheet=balance_sheet)
    for _ in range(3):
        questions = possible_sizes(situation).questions
        if not questions:
            break
        name = FACT_OF_QUESTION[questions[0]]
        values = inside(getattr(situation, name), STAFF if name == "staff" else MONEY)
        situation = situation.knowing(**{name: data.draw(st.sampled_from(values))})

    assert possible_sizes(situation).size is not None


def test_the_intermediate_answer_is_written():
    known = size_text(possible_sizes(Situation(staff=45, turnover=6 * MILLION)))
    loose = size_text(possible_sizes(Situation(staff=45)))

    assert known.startswith("Petite entreprise")
    assert "moins de 50 personnes" in known
    assert "10\xa0000\xa0000\xa0€" in known
    assert loose.startswith("Taille à préciser. D’après l’effectif\xa0: petite entreprise.")
    for size in EuSize:
        figures = {"micro": (0, 0), "small": (10, 0), "medium": (50, 0), "mid_cap": (250, 0), "large": (5_000, 0)}[size]
        situation = Situation(staff=figures[0], turnover=figures[1])
        assert size_text(possible_sizes(situation))
