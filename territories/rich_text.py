"""Rich text that people write: what is kept of it, and how it reads without its tags."""

import re
from html import escape, unescape
from html.parser import HTMLParser

import nh3

# Signs of the HTML source, tags included: about eight printed pages.
MAX_LENGTH = 30_000
TAGS = frozenset({"p", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "blockquote", "br"})
SCHEMES = frozenset({"http", "https", "mailto"})
# Their content is code or markup for a machine, never words of the author.
DROPPED_WITH_CONTENT = frozenset(
    {"script", "style", "iframe", "noscript", "template", "svg", "math", "object", "title"}
)
LINK_REL = "noopener nofollow"

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_ADDRESS = re.compile(r"(?:https?://[^\s/]|mailto:[^\s@]+@)", re.IGNORECASE)
# Space around a block tag is never seen.
_AROUND_BLOCKS = re.compile(r"\s*(</?(?:p|h3|h4|ul|ol|li|blockquote)>)\s*")
_EMPTY = re.compile(r"<(p|h3|h4|li|ul|ol|strong|em|blockquote)>(?:\s|&nbsp;|<br>)*</\1>")
# What other tools write for the same thing.
_SYNONYMS = {"h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4", "b": "strong", "i": "em", "div": "p"}
_SYNONYM = re.compile(rf"<(/?)({'|'.join(_SYNONYMS)})(?=[\s/>])", re.IGNORECASE)
_SOURCE_TAGS = TAGS | DROPPED_WITH_CONTENT | {"span", "u", "table", "td", "img", *_SYNONYMS}
_TAG = re.compile(rf"</?(?:{'|'.join(sorted(_SOURCE_TAGS))})(?:[\s/][^<>]*)?>", re.IGNORECASE)
_BULLET = re.compile(r"^[-*•]\s+")
_BLOCKS = frozenset({"p", "h3", "h4", "li", "blockquote", "ul", "ol"})
_PASSES = 12
# What a text area that takes rich text says.
HOW_TO_TYPE = "Une ligne vide sépare deux paragraphes ; des lignes qui commencent par un tiret font une liste."


def sanitise(html: str) -> str:
    """Return `html` reduced to the allow-list, ready to be shown as it is. Doing it twice changes nothing.

    A text without any tag is taken as typed by hand: empty lines part its paragraphs, lines that begin with a dash or
    a star make a list. Links keep only full http, https and mailto addresses and get `rel="noopener nofollow"`.
    """
    html = _CONTROL.sub("", html).replace("\r\n", "\n").replace("\r", "\n").strip()
    if not _TAG.search(html):
        html = _from_typed(html)
    html = _SYNONYM.sub(lambda found: f"<{found[1]}{_SYNONYMS[found[2].lower()]}", html)
    for _ in range(_PASSES):
        cleaned = _EMPTY.sub("", _AROUND_BLOCKS.sub(r"\1", _clean(html))).strip()
        if cleaned and not _TAG.search(cleaned):
            # Words whose every tag was refused are typed text again.
            cleaned = _from_typed(unescape(cleaned))
        if cleaned == html:
            return cleaned
        # A refused tag that goes may change how its neighbours nest: read again until nothing moves.
        html = cleaned
    return _from_typed("\n\n".join(to_lines(html)))


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=set(DROPPED_WITH_CONTENT),
        # Unsaid, « * » would let the attributes that nh3 takes for harmless everywhere (title, lang) through.
        attributes={"a": {"href"}, "*": set()},
        attribute_filter=_keep_attribute,
        link_rel=LINK_REL,
        url_schemes=set(SCHEMES),
    )


def _keep_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "href" and not _ADDRESS.match(value.strip()):
        return None
    return value.strip()


def _from_typed(text: str) -> str:
    blocks = []
    for paragraph in re.split(r"\n\s*\n", text):
        lines = [line.strip() for line in paragraph.split("\n") if line.strip()]
        if not lines:
            continue
        if all(_BULLET.match(line) for line in lines):
            items = "".join(f"<li><p>{escape(_BULLET.sub('', line), quote=False)}</p></li>" for line in lines)
            blocks.append(f"<ul>{items}</ul>")
        else:
            blocks.append("<p>" + "<br>".join(escape(line, quote=False) for line in lines) + "</p>")
    return "".join(blocks)


class _Reader(HTMLParser):
    """Turns sanitised HTML into lines of text, one per block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.words: list[str] = []
        self.prefix = ""
        self.lists: list[int | None] = []
        self.address = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS or tag == "br":
            self._end_line()
        if tag in ("ul", "ol"):
            self.lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self.prefix = self._next_mark()
        elif tag == "a":
            self.address = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_line()
        if tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        elif tag == "a" and self.address:
            self.words.append(f" [{self.address}]")
            self.address = ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def _next_mark(self) -> str:
        if not self.lists or self.lists[-1] is None:
            return "• "
        self.lists[-1] += 1
        return f"{self.lists[-1]}. "

    def _end_line(self) -> None:
        line = " ".join("".join(self.words).split())
        self.words = []
        if line:
            self.lines.append(self.prefix + line)
            self.prefix = ""

    def result(self) -> list[str]:
        self._end_line()
        return self.lines


def to_lines(html: str) -> list[str]:
    """Return the words of sanitised `html`, one line per block; a link is followed by its address in brackets."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.result()


def to_summary(html: str, length: int = 160) -> str:
    """Return the first words of sanitised `html`, cut at a word, for descriptions of pages."""
    text = " ".join(to_lines(html))
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0] + "…"


def to_source(html: str) -> str:
    """Return sanitised `html` with one block a line, as it shows in a plain text area (no script in the browser)."""
    return re.sub(r"(</(?:p|h3|h4|ul|ol|li|blockquote)>|<ul>|<ol>)(?=<(?!/li))", r"\1\n", html)


def to_typed(html: str) -> str:
    """Return sanitised `html` as a person would type it, when that says all of it: paragraphs and lists with dashes.

    `sanitise` gives `html` back. What has more formatting than that comes as `to_source` shows it, with its tags.
    """
    text = re.sub(r"<li><p>(.*?)</p></li>", r"- \1\n", html)
    text = text.replace("</p>", "\n\n").replace("</ul>", "\n").replace("<br>", "\n")
    text = unescape(re.sub(r"<(?:p|ul)>", "", text)).strip()
    return text if "<" not in text and sanitise(text) == html else to_source(html)
