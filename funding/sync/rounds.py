"""Which rounds of a call the dates of a source continue. Pure.

A source tells the rounds it knows today, most often one; the portal keeps them all. A round told is, of those kept:
the one its reader names or that has the same dates; else the one it moves; else a new one. It never moves a round that
has begun to after its own closing: that is a new round, and the past stays. What is over is never removed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from funding.enums import LineOutcome
from funding.national_schema.drafts import CALL_SLUG, CallDraft, RoundDraft

_FAR = datetime.max.replace(tzinfo=UTC)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_TOLD_OF_ROUND = ("label", "zone", "announced_for")
_TOLD_OF_CALL = ("kind", "name", "url")


@dataclass(frozen=True, slots=True)
class KnownCall:
    """A call of the portal; its rounds have their `pk`."""

    pk: int
    slug: str
    is_permanent: bool
    rounds: tuple[RoundDraft, ...] = ()
    kind: str = ""
    name: str = ""
    url: str = ""

    def is_over(self, at: datetime) -> bool:
        dated = [one for one in self.rounds if _is_dated(one)]
        return not self.is_permanent and bool(dated) and all(_is_over(one, at) for one in dated)


@dataclass(frozen=True, slots=True)
class Merged:
    """A call as its source wants it; `known_id` is None for one to make.

    `rounds` is the whole list for `schemes.save_call`; `before` and `after` show what differs; `is_new_round` tells
    that one is added after others.
    """

    known_id: int | None
    is_changed: bool
    values: dict
    rounds: tuple[dict, ...]
    before: CallDraft | None
    after: CallDraft
    outcome: LineOutcome
    is_new_round: bool = False


def call_meant(calls: Iterable[KnownCall], slug: str) -> KnownCall | None:
    """The call of a scheme that a source tells of: by its slug, or the only one when the source names none."""
    calls = tuple(calls)
    found = next((call for call in calls if call.slug == slug), None)
    return calls[0] if found is None and slug == CALL_SLUG and len(calls) == 1 else found


def merged(known: KnownCall | None, told: CallDraft, at: datetime) -> Merged:
    """What makes `known` (None: a new call) say what its source tells at instant `at`."""
    kept = tuple(sorted(known.rounds, key=_in_time)) if known else ()
    pairs = _paired(told.rounds, kept, at)
    continued = {old.pk for _, old in pairs if old}
    gone = [one for one in kept if one.pk not in continued and _is_taken_back(one, told, at)]
    left = [one for one in kept if one.pk not in continued and one not in gone]
    moved = [(new, old) for new, old in pairs if old and _differences(new, old)]
    added = [new for new, old in pairs if old is None]
    values = {name: getattr(told, name) for name in _TOLD_OF_CALL if getattr(told, name)}
    values["is_permanent"] = told.is_permanent
    is_changed = bool(gone or moved or added) or known is None or any(getattr(known, n) != v for n, v in values.items())
    rows = [*({"id": one.pk} for one in left), *(_row(new, old) for new, old in pairs)]
    seen = tuple([old for _, old in moved] + gone) or kept[-1:]
    shown = tuple([replace(old, **_differences(new, old)) for new, old in moved] + added)
    return Merged(
        known_id=known and known.pk,
        is_changed=is_changed,
        values=values,
        rounds=tuple(rows),
        before=_shown(known, () if known and known.is_permanent else seen),
        after=replace(told, rounds=() if told.is_permanent else shown or told.rounds),
        outcome=_outcome(known, told, at),
        is_new_round=bool(added and kept),
    )


def _paired(
    told: Iterable[RoundDraft], kept: Iterable[RoundDraft], at: datetime
) -> list[tuple[RoundDraft, RoundDraft | None]]:
    told = sorted(told, key=_in_time)
    free = {one.pk: one for one in sorted(kept, key=_in_time)}
    found: dict[int, RoundDraft] = {}
    # The most certain first; of several that a round could move, the latest.
    for test in (_is_named, _has_the_same_dates, lambda new, old: _moves(new, old, at)):
        for rank, new in enumerate(told):
            if rank not in found:
                old = next((one for one in reversed(free.values()) if test(new, one)), None)
                if old is not None:
                    found[rank] = free.pop(old.pk)
    return [(new, found.get(rank)) for rank, new in enumerate(told)]


def _is_named(new: RoundDraft, old: RoundDraft) -> bool:
    return new.pk is not None and new.pk == old.pk


def _has_the_same_dates(new: RoundDraft, old: RoundDraft) -> bool:
    if not _is_dated(new):
        return not _is_dated(old)
    return (new.opens_at, new.closes_at) == (old.opens_at, old.closes_at)


def _moves(new: RoundDraft, old: RoundDraft, at: datetime) -> bool:
    if new.label and old.label and new.label != old.label:
        return False
    if not _is_dated(new) and (_is_over(old, at) or _has_begun(old, at)):
        return False
    if not _is_over(old, at) and not _has_begun(old, at):
        return not _is_over(new, at)
    if old.closes_at is not None and new.opens_at is not None and new.opens_at > old.closes_at:
        return False
    # Nothing tells that a closing to come is that of a round which is over, unless both opened the same day.
    return not _is_over(old, at) or _is_over(new, at) or (new.opens_at is not None and new.opens_at == old.opens_at)


def _is_taken_back(one: RoundDraft, told: CallDraft, at: datetime) -> bool:
    """A round that its source no longer tells: one still to come was cancelled; one that is open goes on."""
    if _is_over(one, at):
        return False
    return told.is_permanent or not _has_begun(one, at)


def _differences(new: RoundDraft, old: RoundDraft) -> dict:
    wanted = {"opens_at": new.opens_at, "closes_at": new.closes_at}
    wanted |= {name: getattr(new, name) for name in _TOLD_OF_ROUND if getattr(new, name)}
    return {name: value for name, value in wanted.items() if getattr(old, name) != value}


def _row(new: RoundDraft, old: RoundDraft | None) -> dict:
    if old is not None:
        return {"id": old.pk, **_differences(new, old)}
    told = {name: getattr(new, name) for name in _TOLD_OF_ROUND if getattr(new, name)}
    return {"opens_at": new.opens_at, "closes_at": new.closes_at, **told}


def _outcome(known: KnownCall | None, told: CallDraft, at: datetime) -> LineOutcome:
    is_over = bool(told.rounds) and all(_is_over(one, at) for one in told.rounds)
    if known is None:
        return LineOutcome.CHANGED
    if known.is_over(at):
        return LineOutcome.CHANGED if is_over else LineOutcome.REOPENED
    begun = [one for one in known.rounds if _has_begun(one, at) and not _is_over(one, at)]
    told_of = {one.pk for _, one in _paired(told.rounds, known.rounds, at) if one}
    goes_on = any(one.pk not in told_of for one in begun)
    return LineOutcome.CLOSED if is_over and not goes_on else LineOutcome.CHANGED


def _shown(known: KnownCall | None, rounds: tuple[RoundDraft, ...]) -> CallDraft | None:
    return known and CallDraft(rounds, known.kind, known.name, known.url, known.slug)


def _is_dated(one: RoundDraft) -> bool:
    return one.opens_at is not None or one.closes_at is not None


def _is_over(one: RoundDraft, at: datetime) -> bool:
    return one.closes_at is not None and one.closes_at < at


def _has_begun(one: RoundDraft, at: datetime) -> bool:
    return _is_dated(one) and (one.opens_at is None or one.opens_at <= at)


def _in_time(one: RoundDraft) -> tuple:
    return (one.closes_at or _FAR, one.opens_at or _LONG_AGO, one.pk or 0)
