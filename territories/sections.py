"""What a territory's page is made of. Any app adds its section from its AppConfig.ready:

    register(Section(key="appels", title="Appels ouverts", template="funding/_calls.html", load=calls, order=400))

The template reads what `load` returned as `section`, beside `territory`, `user` and the rest of the page. A section
that has nothing to say returns None: it is not shown and has no entry in the page's summary.

A section that keeps what it made names what that depends on by a `Mark`: the marks of all the sections are read in the
one query that every visit makes (`presenters.territory_page`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.safestring import SafeString

from territories.models import Territory

Load = Callable[[Territory, Any, date], dict[str, Any] | None]


@dataclass(frozen=True)
class Mark:
    """What a section depends on: SQL expressions of one value each, that change whenever what it shows does.

    They may name `territory` and `place`, the rows of the page (null when there is no such page), `load` and `edition`
    (the last ones, of `presenters.version`) and the instant of the visit, `%(at)s`. Sections may share a mark.
    """

    name: str
    values: tuple[str, ...]

    def of(self, territory: Territory) -> tuple[Any, ...]:
        """The values at this visit."""
        return territory.__dict__["marks"][self.name]


@dataclass(frozen=True)
class Section:
    """`load(territory, user, today)` gives the template's `section`, or None. `key` is the anchor in the page."""

    key: str
    title: str
    template: str
    load: Load
    order: int
    mark: Mark | None = None


@dataclass(frozen=True)
class LoadedSection:
    key: str
    title: str
    template: str
    content: dict[str, Any]

    @property
    def html(self) -> SafeString | None:
        """The section itself, when `load` rendered it already (`{"html": SafeString}`)."""
        html = self.content.get("html")
        return html if isinstance(html, SafeString) else None


_registry: dict[str, Section] = {}


def register(section: Section) -> None:
    """Add a section to the page; a key already taken by another section is a ValueError."""
    known = _registry.setdefault(section.key, section)
    if known != section:
        raise ValueError(f"section {section.key!r} is already registered")


def registered() -> list[Section]:
    return sorted(_registry.values(), key=lambda section: (section.order, section.key))


def marks() -> tuple[Mark, ...]:
    """The marks of all sections, each once."""
    return tuple(dict.fromkeys(section.mark for section in registered() if section.mark is not None))


def load_sections(territory: Territory, user: Any, today: date) -> list[LoadedSection]:
    """Sections that have something to say, in the order of the page."""
    loaded = []
    for section in registered():
        content = section.load(territory, user, today)
        if content is not None:
            loaded.append(LoadedSection(section.key, section.title, section.template, content))
    return loaded
