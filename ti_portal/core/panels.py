"""What other apps add to the délégation's page on background work: each a table of its own.

An app registers in its AppConfig.ready; `build(at)` is called when the page is asked for:

    panels.register("sources", sources_panel)
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Cell:
    """One cell, in French. `url` leads somewhere; `is_grave` asks for somebody's attention."""

    text: str
    url: str = ""
    is_grave: bool = False


@dataclass(frozen=True)
class Panel:
    """A table with its title; the first cell of each row names the row. `empty` is said instead of a table."""

    title: str
    headers: list[str]
    rows: list[list[Cell]]
    empty: str
    note: str = ""


_builders: dict[str, Callable[[datetime], Panel]] = {}


def register(name: str, build: Callable[[datetime], Panel]) -> None:
    """Add or replace the panel `name`."""
    _builders[name] = build


def panels(*, at: datetime) -> list[Panel]:
    """All panels as they stand at instant `at`, in the order of registration."""
    return [build(at) for build in _builders.values()]
