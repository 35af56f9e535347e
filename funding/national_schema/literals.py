"""Lists of objects as producers of the schema write them: JSON, or the JavaScript of its own example.

`[{"nom": "ADEME"}]` and `[{ nom: 'ADEME', roles: ['instructeur'] }]` say the same.
"""

import re
from typing import Any

MAX_DEPTH = 6
MAX_VALUES = 2_000

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<sign>[\[\]{}:,])
      | (?P<double>"(?:[^"\\]|\\.)*")
      | (?P<single>'(?:[^'\\]|\\.)*')
      | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
      | (?P<word>[A-Za-zÀ-ÿ_][\wÀ-ÿ]*)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_WORDS = {"true": True, "false": False, "null": None}
_END = ("", None)


class LiteralError(ValueError):
    """The cell is not a list of objects."""


def read(text: str) -> Any:
    """Return lists, dictionaries, text, numbers written as text, booleans or None. Raises LiteralError."""
    reader = _Reader(text)
    value = reader.value(0)
    if reader.token is not _END:
        raise LiteralError
    return value


def read_objects(text: str) -> list[dict[str, Any]]:
    """Return a list of objects; one object alone makes a list of one. Raises LiteralError."""
    value = read(text)
    objects = [value] if isinstance(value, dict) else value
    if not isinstance(objects, list) or not all(isinstance(item, dict) for item in objects):
        raise LiteralError
    return objects


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = self._split(text)
        self.count = 0
        self.token: tuple[str, Any] = _END
        self._advance()

    def _split(self, text: str):
        place, end = 0, len(text.rstrip())
        while place < end:
            found = _TOKEN.match(text, place)
            if not found:
                raise LiteralError
            place = found.end()
            kind = found.lastgroup or ""
            yield kind, found[kind]

    def _advance(self) -> None:
        self.token = next(self.tokens, _END)

    def _take(self, sign: str) -> bool:
        if self.token == ("sign", sign):
            self._advance()
            return True
        return False

    def _need(self, sign: str) -> None:
        if not self._take(sign):
            raise LiteralError

    def value(self, depth: int) -> Any:
        self.count += 1
        if depth > MAX_DEPTH or self.count > MAX_VALUES:
            raise LiteralError
        if self._take("["):
            return self._list(depth)
        if self._take("{"):
            return self._object(depth)
        return self._scalar()

    def _list(self, depth: int) -> list[Any]:
        values: list[Any] = []
        while not self._take("]"):
            values.append(self.value(depth + 1))
            if not self._take(","):
                self._need("]")
                break
        return values

    def _object(self, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not self._take("}"):
            kind, name = self.token
            if kind == "word":
                self._advance()
            elif kind in ("double", "single"):
                name = self._scalar()
            else:
                raise LiteralError
            self._need(":")
            values[name] = self.value(depth + 1)
            if not self._take(","):
                self._need("}")
                break
        return values

    def _scalar(self) -> Any:
        kind, text = self.token
        self._advance()
        if kind in ("double", "single"):
            return _ESCAPE.sub(_unescaped, text[1:-1]).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if kind == "number":
            return text
        if kind == "word" and text in _WORDS:
            return _WORDS[text]
        raise LiteralError


def _unescaped(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    return _ESCAPED.get(found[2], found[2])
