"""Lines of text in which addresses can be clicked, for documents that leave the portal."""

import re
from collections.abc import Iterable

# What ends a sentence or closes a bracket is no part of an address.
_ADDRESS = re.compile(r"(?:https?://|mailto:|www\.)[^\s\[\]<>«»]*[^\s\[\]<>«».,;:!?…)]", re.IGNORECASE)
_SHOWN_WITHOUT = "mailto:"

Line = list[dict[str, str]]


def lines_of(lines: Iterable[str]) -> list[Line]:
    """Each line that says something, as spans. Pure."""
    return [spans(line) for line in lines if line.strip()]


def spans(line: str) -> Line:
    """A line as {text, url}: the url is empty for words. Pure."""
    found, end = [], 0
    for match in _ADDRESS.finditer(line):
        found += [_words(line[end : match.start()]), _address(match[0])]
        end = match.end()
    return [span for span in (*found, _words(line[end:])) if span["text"]]


def _words(text: str) -> dict[str, str]:
    return {"text": text, "url": ""}


def _address(text: str) -> dict[str, str]:
    if text.lower().startswith(_SHOWN_WITHOUT):
        return {"text": text[len(_SHOWN_WITHOUT) :], "url": text}
    return {"text": text, "url": f"https://{text}" if text.lower().startswith("www.") else text}
