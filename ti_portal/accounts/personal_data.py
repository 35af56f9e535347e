"""What the portal holds about a person: each app says what it has, and how it forgets it.

An app registers in its AppConfig.ready, so that this floor knows nothing of the floors above:

    personal_data.register("territoires", title="…", export=…, erase=…, kept="…")
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

Export = Callable[[object], dict]
Erase = Callable[..., None]


@dataclass(frozen=True)
class Contribution:
    name: str
    title: str
    # export(user) -> {French label: text, date, number, list or dict of these}; read by people and by machines.
    export: Export
    # erase(user=..., at=...): forget this person; runs in the transaction that deletes the account.
    erase: Erase
    # What stays after the account is deleted, and why. A sentence for the person.
    kept: str


_contributions: dict[str, Contribution] = {}


def register(name: str, *, title: str, export: Export, erase: Erase, kept: str = "") -> None:
    """Add or replace the contribution `name`. Lower apps register first; they are erased last."""
    _contributions[name] = Contribution(name, title, export, erase, kept)


def contributions() -> list[Contribution]:
    return list(_contributions.values())


def export_of(user, *, at: datetime) -> dict:
    """Everything held about `user`, as JSON types and dates, by contribution."""
    return {"exporté le": at, **{entry.name: entry.export(user) for entry in contributions()}}


def erase_traces(*, user, at: datetime) -> None:
    """Let every app forget `user`, upper apps first. The caller holds the transaction."""
    for entry in reversed(contributions()):
        entry.erase(user=user, at=at)
