"""Addresses found in lines of text."""

import pytest

from events.presenters.spans import lines_of, spans


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Sans adresse.", []),
        ("entre entreprises (https://wudo.io/).", [("https://wudo.io/", "https://wudo.io/")]),
        ("en ligne (www.exemple.fr), et", [("www.exemple.fr", "https://www.exemple.fr")]),
        ("la circulaire [https://a.fr/pdf/circ?id=45025]", [("https://a.fr/pdf/circ?id=45025",) * 2]),
        ("écrivez-nous [mailto:a@b.fr].", [("a@b.fr", "mailto:a@b.fr")]),
        ("https://a.fr puis https://b.fr", [("https://a.fr",) * 2, ("https://b.fr",) * 2]),
        ("« https://a.fr »", [("https://a.fr",) * 2]),
    ],
)
def test_an_address_is_found_without_what_closes_the_sentence(line, found):
    made = spans(line)
    assert [(span["text"], span["url"]) for span in made if span["url"]] == found
    assert "".join(span["text"] for span in made) == line.replace("mailto:", "")


def test_empty_lines_are_left_out():
    assert lines_of(["", " ", "Bonjour"]) == [[{"text": "Bonjour", "url": ""}]]
