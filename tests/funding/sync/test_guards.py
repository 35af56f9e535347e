import pytest

from funding.sync.guards import EMPTY, warnings


@pytest.mark.parametrize(
    ("usable", "last", "is_believed"),
    [
        (100, 100, True),
        (81, 100, True),
        (80, 100, False),
        (1, 100, False),
        (5, None, True),
        (5, 0, True),
        (200, 100, True),
    ],
)
def test_an_answer_a_fifth_shorter_closes_nothing(usable, last, is_believed):
    assert (not warnings(usable=usable, last=last)) is is_believed


def test_a_person_may_accept_a_shorter_answer_but_never_an_empty_one():
    assert not warnings(usable=10, last=100, accept_shorter=True)
    assert warnings(usable=0, last=100, accept_shorter=True) == [EMPTY]
    assert warnings(usable=0, last=None) == [EMPTY]


def test_a_feed_may_shrink_but_not_to_nothing():
    assert not warnings(usable=1, last=100, is_whole=False)
    assert not warnings(usable=0, last=None, is_whole=False)
    assert warnings(usable=0, last=100, is_whole=False) == [EMPTY]


def test_the_warning_says_by_how_much():
    (said,) = warnings(usable=1_200, last=3_000)
    assert "1\u202f200" in said
    assert "60\u00a0%" in said
