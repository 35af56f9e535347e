"""What says nothing is not kept."""

import pytest

from events.typed import one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Quels\x00   délais ?\n", "Quels délais ?"),
        ("5", "5"),
        ("نعم", "نعم"),
        ("", ""),
        (" \u200b\ufeff ", ""),
        ("…!", ""),
    ],
)
def test_words_on_one_line_or_nothing(typed, kept):
    assert one_line(typed) == kept
