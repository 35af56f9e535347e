"""A call as it is compared, told and kept in `CallSnapshot.content`. Pure.

The form of the content is written by PostgreSQL (`funding.alerts.recording`) and read here. What is added to it one
day is missing in the snapshots of the day before: read it with a default that changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from funding.eligibility import calls
from funding.eligibility.codes import CallState
from funding.enums import NewsKind

LIVE = CallState.usable | {CallState.UPCOMING, CallState.ANNOUNCED, CallState.SUSPENDED, CallState.EXHAUSTED}


@dataclass(frozen=True, slots=True)
class KnownRound:
    """A round, with what one tells of it. `id` is that of its row."""

    id: int
    label: str = ""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    zone: str = calls.PARIS
    results_on: date | None = None
    exhausted_from: datetime | None = None
    announced_for: str = ""

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> "KnownRound":
        return cls(
            content["id"],
            content["label"],
            instant(content["opens_at"]),
            instant(content["closes_at"]),
            content["zone"],
            content["results_on"] and date.fromisoformat(content["results_on"]),
            instant(content["exhausted_from"]),
            content["announced_for"],
        )

    @property
    def is_dated(self) -> bool:
        return self.opens_at is not None or self.closes_at is not None

    def as_rule(self) -> calls.Round:
        return calls.Round(self.opens_at, self.closes_at, self.zone, self.exhausted_from, self.announced_for)

    def is_over(self, at: datetime) -> bool:
        return self.closes_at is not None and self.closes_at < at

    def is_running(self, at: datetime) -> bool:
        return calls.is_running(self.as_rule(), at)

    def is_spent(self, at: datetime) -> bool:
        return self.exhausted_from is not None and self.exhausted_from <= at

    def told(self) -> dict[str, Any]:
        """What a message says of it, in plain JSON."""
        return {
            "id": self.id,
            "label": self.label,
            "opens_at": _text(self.opens_at),
            "closes_at": _text(self.closes_at),
            "zone": self.zone,
            "results_on": _text(self.results_on),
            "announced_for": self.announced_for,
        }


@dataclass(frozen=True)
class KnownCall:
    """A call, whose life is that of its scheme. Not published: archived, since drafts are never compared."""

    is_published: bool = True
    is_permanent: bool = False
    suspended_from: datetime | None = None
    suspended_until: datetime | None = None
    exhausted_from: datetime | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    end_is_known: bool = True
    rounds: tuple[KnownRound, ...] = field(default=())

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> "KnownCall":
        """The call from the content of a snapshot."""
        return cls(
            is_published=content["is_published"],
            is_permanent=content["is_permanent"],
            suspended_from=instant(content["suspended_from"]),
            suspended_until=instant(content["suspended_until"]),
            exhausted_from=instant(content["exhausted_from"]),
            valid_from=content["valid_from"] and date.fromisoformat(content["valid_from"]),
            valid_until=content["valid_until"] and date.fromisoformat(content["valid_until"]),
            end_is_known=content["end_is_known"],
            rounds=tuple(KnownRound.read(row) for row in content["rounds"]),
        )

    @cached_property
    def rule(self) -> calls.Call:
        """The same for the one definition of a status."""
        return calls.Call(
            key="",
            rounds=tuple(round_.as_rule() for round_ in self.rounds),
            is_permanent=self.is_permanent,
            suspended_from=self.suspended_from,
            suspended_until=self.suspended_until,
            exhausted_from=self.exhausted_from,
            exists_from=calls.first_instant(self.valid_from) if self.valid_from else None,
            exists_until=self.ends_at,
            end_is_known=self.end_is_known,
        )

    @property
    def ends_at(self) -> datetime | None:
        return calls.last_instant(self.valid_until) if self.valid_until else None

    def state(self, at: datetime) -> CallState:
        return calls.status(self.rule, at).state

    def is_usable(self, at: datetime) -> bool:
        return self.is_published and self.state(at) in CallState.usable

    def is_live(self, at: datetime) -> bool:
        """Whether something may still be hoped of it."""
        return self.is_published and self.state(at) in LIVE

    def is_suspended(self, at: datetime) -> bool:
        return self.state(at) is CallState.SUSPENDED

    def told(self, at: datetime) -> dict[str, Any]:
        """What a message says of the round that decides at an instant, in plain JSON."""
        status = calls.status(self.rule, at)
        return {
            "label": "",
            "opens_at": _text(status.opens_at),
            "closes_at": _text(status.closes_at),
            "zone": status.zone,
            "results_on": None,
            "announced_for": status.announced_for,
            "is_permanent": self.is_permanent,
        }


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to tell of a call.

    key       the fact itself: unique among those of its call, the same when it is found again
    before    what was true, in plain JSON; empty when nothing was
    after     what is true; `why` in it says which of several ways led to the kind
    is_late   found well after it should have been told
    """

    kind: NewsKind
    key: str
    due_at: datetime
    round_id: int | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    is_late: bool = False


def instant(text: str | None) -> datetime | None:
    """An instant of a content or a fact."""
    return datetime.fromisoformat(text) if text else None


def _text(value: date | datetime | None) -> str | None:
    return None if value is None else value.isoformat()
