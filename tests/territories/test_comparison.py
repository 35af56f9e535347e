from hypothesis import given
from hypothesis import strategies as st

from territories.comparison import ADDED, REMOVED, SAME, Segment, compare_lines, compare_words, has_changes

WORDS = st.lists(st.sampled_from(["bois", "verre", "acier", "et", "papier"]), max_size=12)

LINES = st.lists(WORDS.map(" ".join).filter(bool), max_size=6)


def test_words_that_change_are_marked_and_the_others_are_not():
    assert compare_words("le bois et le verre", "le bois et le papier fin") == [
        Segment(SAME, "le bois et le"),
        Segment(REMOVED, "verre"),
        Segment(ADDED, "papier fin"),
    ]


def test_lines_added_and_removed_are_whole():
    compared = compare_lines(["un", "deux", "trois"], ["un", "trois", "quatre"])
    assert compared == [
        [Segment(SAME, "un")],
        [Segment(REMOVED, "deux")],
        [Segment(SAME, "trois")],
        [Segment(ADDED, "quatre")],
    ]


def test_a_changed_line_stands_beside_what_it_was_and_not_beside_its_neighbour():
    old = ["Une histoire de métal", "Le bassin vit de la mécanique et de l’eau"]
    assert compare_lines(old, ["Le bassin vit de la mécanique"]) == [
        [Segment(REMOVED, "Une histoire de métal")],
        [Segment(SAME, "Le bassin vit de la mécanique"), Segment(REMOVED, "et de l’eau")],
    ]


def test_lines_without_common_words_are_not_mixed():
    assert compare_lines(["bois"], ["verre plat"]) == [[Segment(REMOVED, "bois")], [Segment(ADDED, "verre plat")]]


@given(LINES, LINES)
def test_every_line_of_both_texts_is_there_in_order(old, new):
    compared = compare_lines(old, new)

    def side(*kinds):
        lines = [" ".join(segment.text for segment in line if segment.kind in kinds) for line in compared]
        return [line for line in lines if line]

    assert side(SAME, REMOVED) == old
    assert side(SAME, ADDED) == new


@given(WORDS, WORDS)
def test_both_texts_can_be_read_back(old, new):
    segments = compare_words(" ".join(old), " ".join(new))

    def side(*kinds):
        return " ".join(segment.text for segment in segments if segment.kind in kinds).split()

    assert side(SAME, REMOVED) == old
    assert side(SAME, ADDED) == new


@given(st.lists(WORDS.map(" ".join), max_size=6), st.lists(WORDS.map(" ".join), max_size=6))
def test_changes_are_found_exactly_when_there_are_some(old, new):
    old, new = [line for line in old if line], [line for line in new if line]
    assert has_changes(compare_lines(old, new)) is (old != new)


def test_a_huge_block_is_replaced_whole_and_fast():
    old, new = "a b " * 5_000, "b a " * 5_000
    assert [segment.kind for segment in compare_words(old, new)] == [REMOVED, ADDED]
