"""What changed in an event, for those who registered. Pure once the facts are taken."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from events.models import Event
from events.presenters.moments import period_in_words

DATE = "Date"


@dataclass(frozen=True, slots=True)
class Facts:
    """What people and their calendars know of an event. `agenda` is the titles and durations, in order."""

    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    where: str
    agenda: tuple[tuple[str, int | None], ...]

    @property
    def calendar(self) -> tuple[Any, ...]:
        return (self.title, self.starts_at, self.ends_at, self.zone, self.where)


def facts_of(event: Event) -> Facts:
    """The facts of an event as its rows stand; one query."""
    agenda = tuple(event.sequences.order_by("position", "pk").values_list("title", "minutes"))
    return Facts(event.title, event.starts_at, event.ends_at, event.zone, where_of(event), agenda)


def where_of(event: Event) -> str:
    """« À distance », the address, or both."""
    if event.venue and event.is_online:
        return f"{event.venue}, et à distance"
    return event.venue or ("À distance" if event.is_online else "")


def differences(before: Facts, after: Facts) -> list[dict[str, str]]:
    """Each change as {label, before, after}, in French; nothing when people need not know."""
    told = [
        ("Titre", before.title, after.title),
        (DATE, _when(before), _when(after)),
        ("Lieu", before.where, after.where),
        ("Programme", _agenda(before), _agenda(after)),
    ]
    return [{"label": label, "before": old, "after": new} for label, old, new in told if old != new]


def _when(facts: Facts) -> str:
    return period_in_words(facts.starts_at, facts.ends_at, facts.zone)


def _agenda(facts: Facts) -> str:
    return " ; ".join(title if minutes is None else f"{title} ({minutes} min)" for title, minutes in facts.agenda)
