"""The one rounding rule of the portal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.results import declared, frozen, percents


@pytest.mark.parametrize(
    ("votes", "respondents", "expected"),
    [
        ([105, 73], 178, [59, 41]),
        ([1, 1, 1], 3, [34, 33, 33]),
        ([2, 1], 3, [67, 33]),
        ([0, 0], 0, [0, 0]),
        ([5, 0], 5, [100, 0]),
        ([1, 2, 2, 2], 7, [14, 29, 29, 28]),
    ],
)
def test_shares_of_one_answer_each_add_up(votes, respondents, expected):
    assert percents(votes, respondents, adds_up=True) == expected


@pytest.mark.parametrize(
    ("votes", "respondents", "expected"), [([1, 2], 3, [33, 67]), ([1, 8], 8, [13, 100]), ([3], 0, [0])]
)
def test_shares_of_several_answers_are_rounded_to_the_nearest(votes, respondents, expected):
    assert percents(votes, respondents, adds_up=False) == expected


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=12))
def test_they_always_add_up_and_are_never_a_point_away(votes):
    total = sum(votes)
    shares = percents(votes, total, adds_up=True)
    assert sum(shares) == (100 if total else 0)
    assert all(abs(share * total - 100 * count) < total for share, count in zip(shares, votes, strict=True) if total)


def test_frozen_results_are_plain_and_complete():
    assert frozen("single", ["Oui", "Non"], [105, 73], 178) == {
        "respondents": 178,
        "options": [
            {"label": "Oui", "votes": 105, "percent": 59},
            {"label": "Non", "votes": 73, "percent": 41},
        ],
        "texts": [],
    }


def test_results_known_by_their_percentages_claim_no_count():
    assert [option["votes"] for option in declared(["Oui", "Non"], [59, 41], 178)["options"]] == [None, None]
