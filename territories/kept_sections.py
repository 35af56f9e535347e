"""Sections of a territory's page that each process renders once for what they depend on (`Mark`), and keeps."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from django.utils.safestring import SafeString

KEPT_SECTIONS = 400  # more than the territories of the list in force


class KeptSections:
    """HTML by key, the most recent ones; None is kept too: there is nothing to say."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, SafeString | None] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], SafeString | None]) -> dict[str, SafeString] | None:
        """What a section's `load` returns, made when it is not there."""
        try:
            html = self._kept[key]
        except KeyError:
            html = make()
            with self._lock:
                self._kept[key] = html
                while len(self._kept) > KEPT_SECTIONS:
                    self._kept.popitem(last=False)
        return None if html is None else {"html": html}

    def clear(self) -> None:
        self._kept.clear()
