"""Paging by cursor: where a page ended, signed, so that it is only read in the list that wrote it.

A cursor holds the key of the last item shown. Items that come or go meanwhile neither repeat nor skip the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core import signing
from django.http import HttpRequest

from ti_portal.core.api.problems import refused

DEFAULT_LIMIT, HIGHEST_LIMIT = 50, 100
LONGEST_CURSOR = 500
T = TypeVar("T")

_BAD = "Ce curseur n’est pas de cette liste, ou il a été modifié : reprenez le lien « next », ou la première page."


@dataclass(frozen=True, slots=True)
class Cursors:
    """Cursors of one list. `kinds` are the types of the values of a key, in order."""

    name: str
    kinds: tuple[type | tuple[type, ...], ...]

    def write(self, *key: Any) -> str:
        return self._signer.sign_object(list(key))

    def read(self, text: str | None) -> tuple[Any, ...] | None:
        """The key in a cursor, None without a cursor. Raises Problem for one that this list did not write."""
        if not text:
            return None
        try:
            key = self._signer.unsign_object(text)
        except (signing.BadSignature, ValueError) as error:
            raise refused("query", "cursor", _BAD, "bad_cursor") from error
        fits = isinstance(key, list) and len(key) == len(self.kinds)
        if not fits or not all(isinstance(value, kind) for value, kind in zip(key, self.kinds, strict=True)):
            raise refused("query", "cursor", _BAD, "bad_cursor")
        return tuple(key)

    @property
    def _signer(self) -> signing.Signer:
        """Without a date: the same place in the same list has one cursor, so that answers keep their ETag."""
        return signing.Signer(salt=f"ti_portal.api.{self.name}")


def cut(found: Sequence[T], limit: int) -> tuple[Sequence[T], bool]:
    """A page out of at most `limit + 1` items, and whether there are more."""
    return found[:limit], len(found) > limit


def next_address(request: HttpRequest, cursor: str | None) -> str | None:
    """The address of the next page: this one with its filters and another cursor; None at the end."""
    if cursor is None:
        return None
    parameters = request.GET.copy()
    parameters["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{parameters.urlencode()}")
