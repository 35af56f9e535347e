"""Sections of a territory's page that are rendered once for a version of the data, and kept by each process."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from django.utils.safestring import SafeString

from funding.catalogue.loading import Key, data_key
from territories.models import Territory

KEPT_SECTIONS = 400  # more than the territories of the list in force
_KEY = "_funding_key"


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


def remember_key(territory: Territory, key: Key) -> None:
    """Tell the other sections of this visit what the data depend on, so that none asks again."""
    territory.__dict__[_KEY] = key


def key_of(territory: Territory) -> Key:
    """What the sections of `funding` depend on, asked once a visit."""
    if _KEY not in territory.__dict__:
        remember_key(territory, data_key())
    return territory.__dict__[_KEY]
