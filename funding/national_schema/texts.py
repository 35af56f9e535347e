"""Texts of the schema (plain, or light Markdown) to the HTML that the portal keeps, and back."""

import re
from html import escape

from territories.rich_text import sanitise, to_lines
from ti_portal.core.spreadsheets.tables import NOT_TEXT

_BULLET = re.compile(r"^(?:[-*•·–▪◦]|\d{1,2}[.)])\s+(?=\S)")
_NUMBERED = re.compile(r"^\d{1,2}[.)]\s")
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_HTML = re.compile(r"</?(?:p|ul|ol|li|br|strong|em|b|i|a|h[1-6]|div|span)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_LINK = re.compile(r"\[([^\[\]]+)\]\((https?://[^\s()<>]+)\)")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_BROKEN_LINE = re.compile(r"\\+\s*$", re.MULTILINE)
_SPACES = re.compile(r"[ \t\u00a0]+")


def to_html(text: str) -> str:
    """Return sanitised HTML: paragraphs, lists, headings, bold and links of `text`, nothing else."""
    text = NOT_TEXT.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    if _HTML.search(text):
        return sanitise(text)
    blocks: list[str] = []
    for paragraph in re.split(r"\n\s*\n", _BROKEN_LINE.sub("", text)):
        blocks += _blocks([line.strip() for line in paragraph.split("\n") if line.strip()])
    return sanitise("".join(blocks))


def _blocks(lines: list[str]) -> list[str]:
    blocks: list[str] = []
    plain: list[str] = []
    items: list[str] = []
    tag = "ul"

    def close() -> None:
        if plain:
            blocks.append("<p>" + "<br>".join(plain) + "</p>")
            plain.clear()
        if items:
            blocks.append(f"<{tag}>" + "".join(f"<li><p>{item}</p></li>" for item in items) + f"</{tag}>")
            items.clear()

    for line in lines:
        wanted = "ol" if _NUMBERED.match(line) else "ul"
        if _BULLET.match(line):
            if plain or (items and wanted != tag):
                close()
            tag = wanted
            items.append(_inline(_BULLET.sub("", line)))
        elif heading := _HEADING.match(line):
            close()
            blocks.append(f"<h3>{_inline(heading[2].replace('**', ''))}</h3>")
        else:
            if items:
                close()
            plain.append(_inline(line))
    close()
    return blocks


def _inline(text: str) -> str:
    text = escape(text, quote=False)
    text = _LINK.sub(lambda found: f'<a href="{found[2].replace(chr(34), "")}">{found[1]}</a>', text)
    return _BOLD.sub(r"<strong>\1</strong>", text)


def to_text(html: str) -> str:
    """Return the words of sanitised HTML, one block a line."""
    return "\n".join(to_lines(html))


def one_line(text: str) -> str:
    """Return `text` without control signs, on one line, with single spaces."""
    return _SPACES.sub(" ", " ".join(NOT_TEXT.sub("", text).split())).strip()


def shortened(text: str, length: int) -> str:
    """Return `text` cut at a word, with « … », when it is longer than `length`."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    is_whole = text[length - 1].isspace()
    return (head if is_whole or not re.search(r"\s", head.strip()) else head.rsplit(None, 1)[0]).rstrip(" ,;:") + "…"
