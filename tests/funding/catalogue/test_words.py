"""What a person typed, as a query of words."""

import pytest

from funding.catalogue.words import Words, read_words


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", Words("", "")),
        ("friche", Words("", "friche")),
        ("Friches à réhabiliter", Words("friches a", "rehabiliter")),
        ("clés en main", Words("cles en", "main")),
        ("clés-en-main", Words("cles en", "main")),
        ("l’usine", Words("l", "usine")),
        ("de", Words("de", "")),
        ('"site industriel" friche', Words('"site industriel"', "friche")),
        ('friche "site industriel"', Words('friche "site industriel"', "")),
        ("friche -usine", Words('friche -"usine"', "")),
        ("this or that", Words("this", "that")),
        ("'); DROP TABLE --", Words("drop", "table")),
        ("…", Words("", "")),
    ],
)
def test_read_words(typed, expected):
    assert read_words(typed) == expected


def test_a_long_text_is_cut():
    assert len(read_words("a" * 5000).beginning) == 100
