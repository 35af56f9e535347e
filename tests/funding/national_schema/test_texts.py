import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.national_schema.texts import one_line, shortened, to_html, to_text
from territories.rich_text import sanitise


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Un\nDeux", "<p>Un<br>Deux</p>"),
        ("Un\n\nDeux", "<p>Un</p><p>Deux</p>"),
        ("Avant :\n- un\n- deux\nAprès", "<p>Avant :</p><ul><li><p>un</p></li><li><p>deux</p></li></ul><p>Après</p>"),
        ("1. un\n2. deux", "<ol><li><p>un</p></li><li><p>deux</p></li></ol>"),
        ("Du **gras**.", "<p>Du <strong>gras</strong>.</p>"),
        ("## Titre", "<h3>Titre</h3>"),
        ("Fin de ligne\\\nsuite", "<p>Fin de ligne<br>suite</p>"),
        ("[page](https://exemple.fr/a)", '<p><a href="https://exemple.fr/a" rel="noopener nofollow">page</a></p>'),
        ("moins de 10 < 20 & plus", "<p>moins de 10 &lt; 20 &amp; plus</p>"),
        ("<p>Déjà <b>HTML</b></p><script>x</script>", "<p>Déjà <strong>HTML</strong></p>"),
        ("[x](javascript:alert)", "<p>[x](javascript:alert)</p>"),
        ("", ""),
    ],
)
def test_text_becomes_the_portals_html(text, html):
    assert to_html(text) == html


@given(st.text(alphabet="ab -*•#[]()<>&'\"\\\n1.|é/ph:", max_size=200))
def test_what_is_made_is_already_clean(text):
    html = to_html(text)
    assert sanitise(html) == html


@given(st.lists(st.text(alphabet="abcdefé ", min_size=1).filter(str.strip), min_size=1, max_size=5))
def test_words_come_back(lines):
    assert to_text(to_html("\n".join(lines))) == "\n".join(" ".join(line.split()) for line in lines)


def test_short_forms():
    assert one_line(" a\x00\n\tb\u00a0c ") == "a b c"
    assert shortened("un deux trois", 8) == "un deux…"
    assert shortened("x" * 20, 8) == "xxxxxxx…"
    assert shortened("un", 8) == "un"
