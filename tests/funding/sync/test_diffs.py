from hypothesis import given
from hypothesis import strategies as st

from funding.sync.diffs import MAX_WORDS, Piece, pieces


def test_only_the_words_that_differ_are_marked():
    found = list(pieces("ferme le 5 janvier 2027", "ferme le 31 mars 2027"))
    assert found == [
        Piece("", "ferme le "), Piece("-", "5 janvier "), Piece("+", "31 mars "), Piece("", "2027"),
    ]  # fmt: skip
    assert list(pieces("À la main", "Gagnez y")) == [Piece("-", "À la main"), Piece("+", "Gagnez y")]


def test_very_long_texts_are_shown_whole():
    long = "mot " * MAX_WORDS
    assert list(pieces(long, "autre")) == [Piece("-", long), Piece("+", "autre")]


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_pieces_make_both_texts(before, after):
    found = list(pieces(before, after))
    assert "".join(piece.text for piece in found if piece.mark != "+") == before
    assert "".join(piece.text for piece in found if piece.mark != "-") == after
