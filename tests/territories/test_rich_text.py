import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from territories.rich_text import SCHEMES, TAGS, sanitise, to_lines, to_source, to_summary, to_typed


class Inspector(HTMLParser):
    """Collects what a browser would meet."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_comment(self, data):
        self.tags.add("!--")

    def handle_decl(self, decl):
        self.tags.add("!")


def assert_harmless(html: str) -> None:
    seen = Inspector(html)
    assert seen.tags <= TAGS
    for tag, name, value in seen.attributes:
        assert tag == "a"
        assert name in {"href", "rel"}
        if name == "href":
            assert value.split(":")[0].lower() in SCHEMES
        else:
            assert value == "noopener nofollow"
    assert "\x00" not in html


HOSTILE = [
    "<script>alert(1)</script>",
    "<p onclick=\"x()\" style='position:fixed' class=y id=z>bonjour</p>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' JaVa\tScRiPt:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>1</script>'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<a href='/administration/'>x</a>",
    "<a href='https://a.fr' target=_blank rel=opener onmouseover=x>x</a>",
    "<img src=x onerror=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<iframe srcdoc='<script>1</script>'></iframe>",
    "<form action=https://evil.example><input name=password></form>",
    "<p><!--><img src=x onerror=alert(1)>--></p>",
    "<<p>script>alert(1)<</p>/script>",
    "<p>a\x00b<scr\x00ipt>alert(1)</script></p>",
    "<base href='https://evil.example'><meta http-equiv=refresh content=0><link rel=stylesheet href=x>",
    "<template><p>x</p></template><object data=x></object><embed src=x>",
    "<p title=x lang=en>bonjour <a title=y href=https://a.fr>z</a></p>",
]


@pytest.mark.parametrize("html", HOSTILE)
def test_hostile_html_comes_out_harmless_and_stable(html):
    once = sanitise(html)
    assert_harmless(once)
    assert sanitise(once) == once


PIECES = st.sampled_from([
    *HOSTILE, "<p>", "</p>", "<ul>", "<li>", "</li>", "</ul>", "<ol>", "<h2>", "<h3>", "</h3>", "<strong>", "</strong>",
    "<em>", "<blockquote>", "</blockquote>", "<br>", "<a href='https://a.fr/b?c=d&e'>", "</a>", "<table><td>",
    "<button>", "<div>", "</div>", "<b>", "<!--", "-->", "<![CDATA[", "]]>", "&lt;", "&amp;lt;script&gt;",
    "\n\n", "- ", "<", ">", '"',
])  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=8), max_size=14).map("".join))
def test_any_mix_comes_out_harmless_and_stable(html):
    once = sanitise(html)
    assert_harmless(once)
    assert sanitise(once) == once
    to_lines(once)
    assert sanitise(to_source(once)) == once
    assert sanitise(to_typed(once)) == once


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=200))
def test_text_typed_without_tags_keeps_every_word(text):
    if re.search(r"</?[a-zA-Z]", text):
        return
    words = [word for word in re.sub(r"^[-*•]\s+", "", text, flags=re.MULTILINE).split() if word not in {"-", "*", "•"}]
    kept = [word for line in to_lines(sanitise(text)) for word in line.removeprefix("• ").split()]
    assert [word for word in kept if word not in {"-", "*", "•"}] == words


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("", ""),
        ("   \n\n ", ""),
        ("Une ligne.", "<p>Une ligne.</p>"),
        ("Une ligne\r\nune autre\r\n\r\nUn paragraphe", "<p>Une ligne<br>une autre</p><p>Un paragraphe</p>"),
        ("- fonderie\n- verre", "<ul><li><p>fonderie</p></li><li><p>verre</p></li></ul>"),
        ("3 < 5 & 7 > 6", "<p>3 &lt; 5 &amp; 7 &gt; 6</p>"),
        ("<p></p><p> <br></p>", ""),
        ("<div>Collé <b>d’ailleurs</b></div>", "<p>Collé <strong>d’ailleurs</strong></p>"),
        ("<h1>Titre</h1><h6>Sous-titre</h6>", "<h3>Titre</h3><h4>Sous-titre</h4>"),
        ("<table><tr><td>cellule</td></tr></table>", "<p>cellule</p>"),
        (
            '<p><a href="mailto:a@b.fr">écrire</a></p>',
            '<p><a href="mailto:a@b.fr" rel="noopener nofollow">écrire</a></p>',
        ),
    ],
)
def test_what_people_type_or_paste(typed, html):
    assert sanitise(typed) == html


@pytest.mark.parametrize(
    "bomb", ["<blockquote>" * 2_500 + "x", "<" * 30_000, "<ul><li>" * 3_700, "<p><a href='http://x'><b>" * 1_000]
)
def test_deep_nesting_is_survived(bomb):
    assert_harmless(sanitise(bomb))


def test_lines_say_lists_and_addresses():
    html = "<h3>Atouts</h3><ul><li>verre</li><li>bois<br>et papier</li></ul><ol><li>un</li><li>deux</li></ol>"
    html += '<p>Voir <a href="https://a.fr" rel="x">le site</a> &amp; plus</p>'
    assert to_lines(html) == [
        "Atouts", "• verre", "• bois", "et papier", "1. un", "2. deux", "Voir le site [https://a.fr] & plus",
    ]  # fmt: skip


def test_a_summary_is_cut_at_a_word():
    assert to_summary("<p>Court.</p>") == "Court."
    assert len(to_summary("<p>" + "industrie " * 40 + "</p>", 30)) <= 30
