"""From what a source tells and what is known to a plan. Pure: no database, no clock but `at`."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from funding.enums import EditorialState, LineOutcome
from funding.national_schema.drafts import FIELDS, Draft, comparable
from funding.sources.reading import Entry, Problem
from funding.sync.known import Known, KnownScheme
from funding.sync.renderings import rendered
from funding.sync.rounds import Merged, call_meant, merged

CALLS = "calls"
PROTECTED = "modifié à la main dans le portail"
FOREIGN = "tenu par une autre source"
OWN = "écrit par la délégation"
VANISHED = "n’est plus dans la réponse de la source"
NEW_ROUND = "Nouvelle relève : les précédentes sont gardées."
NO_TARGET = "Aucun dispositif du portail n’a l’adresse « {} »."
TWICE = "La réponse parle deux fois du même dispositif : seule la première entrée compte."
HELD_BACK = "La fermeture n’est pas écrite : la réponse de la source n’est pas sûre."


@dataclass(frozen=True)
class FieldChange:
    """A field that would change, with both values told in French."""

    name: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class NewScheme:
    number: int
    draft: Draft
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """Fields that applying the plan writes on a scheme. `outcome` is CHANGED, REOPENED or CLOSED."""

    number: int
    scheme_id: int
    slug: str
    draft: Draft
    fields: tuple[FieldChange, ...]
    remarks: tuple[str, ...] = ()
    outcome: LineOutcome = LineOutcome.CHANGED


@dataclass(frozen=True)
class Proposed:
    """Fields that differ and that a machine may not write: kept for a person. `reason` says why, in French."""

    number: int
    scheme_id: int
    slug: str
    draft: Draft
    fields: tuple[FieldChange, ...]
    reason: str


@dataclass(frozen=True)
class Unchanged:
    number: int
    slug: str
    name: str
    remarks: tuple[str, ...] = ()
    scheme_id: int | None = None


@dataclass(frozen=True)
class Refused:
    """`is_unplaced`: only its place is unknown."""

    number: int
    title: str
    reasons: tuple[str, ...]
    remarks: tuple[str, ...] = ()
    key: str = ""
    is_unplaced: bool = False


@dataclass(frozen=True)
class Vanished:
    """A scheme of the source that its answer no longer holds. A machine does not archive it."""

    scheme_id: int
    slug: str
    key: str
    name: str
    state: str

    @property
    def is_public(self) -> bool:
        return self.state == EditorialState.PUBLISHED


@dataclass(frozen=True)
class Plan:
    """What applying an answer would change. Each thing told is in exactly one of new, changed, unchanged, refused; a
    changed or unchanged one may have a proposal too.
    """

    source: str
    basis: str
    new: tuple[NewScheme, ...] = ()
    changed: tuple[Change, ...] = ()
    unchanged: tuple[Unchanged, ...] = ()
    refused: tuple[Refused, ...] = ()
    proposals: tuple[Proposed, ...] = ()
    vanished: tuple[Vanished, ...] = ()
    remarks: tuple[str, ...] = ()
    known: Known = field(default_factory=Known, repr=False, compare=False)

    @property
    def is_empty(self) -> bool:
        """Nothing to write."""
        return not (self.new or self.changed)

    @property
    def counts(self) -> dict[str, int]:
        """How many of each. `reopened` and `closed` are counted among `changed`, `unplaced` among `refused`."""
        groups = ("new", "changed", "unchanged", "refused", "proposals", "vanished")
        outcomes = [change.outcome for change in self.changed]
        return {
            **{name: len(getattr(self, name)) for name in groups},
            "reopened": outcomes.count(LineOutcome.REOPENED),
            "closed": outcomes.count(LineOutcome.CLOSED),
            "unplaced": sum(item.is_unplaced for item in self.refused),
        }

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same answer against the same base: a screen compares it before it applies."""
        facts = [self.source, self.basis, self.new, self.changed, self.refused, self.proposals, self.vanished]
        return hashlib.sha256(repr(facts).encode()).hexdigest()


def compare(
    items: Iterable[Entry | Problem],
    known: Known,
    *,
    source: str,
    at: datetime,
    mine: Iterable[Vanished] = (),
    closes: bool = True,
    remarks: tuple[str, ...] = (),
) -> Plan:
    """Compare what a source tells with what is known.

    A scheme of another source, or of the délégation, is never overwritten: what differs becomes a proposal, as does a
    protected field. `mine` are all the schemes of the source, to find those that its answer no longer holds; give none
    for an answer that is not whole. With `closes=False` nothing is closed nor said to have vanished.
    """
    groups: dict[type, list] = {kind: [] for kind in (NewScheme, Change, Unchanged, Refused, Proposed)}
    told, spoken_of = set(), set()
    for item in items:
        told.add(item.key)
        for found in _items(item, known, spoken_of, source=source, at=at, closes=closes):
            groups[type(found)].append(found)
    gone = [scheme for scheme in mine if scheme.key not in told] if closes else []
    return Plan(
        source=source,
        basis=known.basis,
        new=tuple(groups[NewScheme]),
        changed=tuple(groups[Change]),
        unchanged=tuple(groups[Unchanged]),
        refused=tuple(groups[Refused]),
        proposals=tuple(groups[Proposed]),
        vanished=tuple(gone),
        remarks=remarks,
        known=known,
    )


def _items(item: Entry | Problem, known: Known, spoken_of: set[int], **how) -> Iterator[object]:
    if isinstance(item, Problem):
        is_unplaced = item.outcome == LineOutcome.UNPLACED
        yield Refused(item.position, item.title, item.reasons, item.remarks, item.key, is_unplaced)
    elif (scheme := known.scheme_of(item.draft)) is not None:
        if scheme.pk in spoken_of:
            yield Refused(item.position, item.title, (TWICE,), item.remarks, item.key)
        else:
            spoken_of.add(scheme.pk)
            yield from _compared(item, scheme, known, **how)
    elif item.draft.target:
        reason = NO_TARGET.format(item.draft.target)
        yield Refused(item.position, item.title, (reason,), item.remarks, item.key)
    else:
        yield NewScheme(item.position, item.draft, item.remarks)


def _compared(
    item: Entry, scheme: KnownScheme, known: Known, *, source: str, at: datetime, closes: bool
) -> Iterator[object]:
    is_foreign = scheme.source_name != source
    differing = differences(item.draft, scheme, known, at)
    outcome, remarks = LineOutcome.CHANGED, item.remarks
    if CALLS in differing:
        dates = dates_of(item.draft, scheme, at)
        outcome = dates.outcome
        if outcome == LineOutcome.CLOSED and not closes:
            del differing[CALLS]
            outcome, remarks = LineOutcome.CHANGED, (*remarks, HELD_BACK)
        elif dates.is_new_round:
            remarks = (*remarks, NEW_ROUND)
    proposed = tuple(change for name, change in differing.items() if is_foreign or name in scheme.protected)
    written = tuple(change for change in differing.values() if change not in proposed)
    if CALLS not in {change.name for change in written}:
        outcome = LineOutcome.CHANGED
    if written:
        yield Change(item.position, scheme.pk, scheme.slug, item.draft, written, remarks, outcome)
    else:
        yield Unchanged(item.position, scheme.slug, scheme.stored.name, remarks, scheme.pk)
    # What reads the same to a person (a space, an order) is no question to ask them.
    proposed = tuple(change for change in proposed if change.before != change.after)
    if proposed:
        reason = (FOREIGN if scheme.source_name else OWN) if is_foreign else PROTECTED
        yield Proposed(item.position, scheme.pk, scheme.slug, item.draft, proposed, reason)


def differences(draft: Draft, scheme: KnownScheme, known: Known, at: datetime) -> dict[str, FieldChange]:
    """The fields in which a draft and a scheme differ, among those that the source tells."""
    return {
        name: FieldChange(name, FIELDS[name], *shown(draft, scheme, name, at))
        for name in FIELDS
        if name in draft.given and _differs(draft, scheme, name, known, at)
    }


def dates_of(draft: Draft, scheme: KnownScheme, at: datetime) -> Merged:
    """What the dates of a draft make of the call that it tells of. The draft must have a call."""
    return merged(call_meant(scheme.calls, draft.call.slug), draft.call, at)


def _differs(draft: Draft, scheme: KnownScheme, name: str, known: Known, at: datetime) -> bool:
    if name == CALLS:
        if draft.call is None or not dates_of(draft, scheme, at).is_changed:
            return False
        wanted = comparable(draft, name)
    else:
        wanted = comparable(draft, name, known.key_of)
        if wanted == comparable(scheme.stored, name, known.key_of, like=draft):
            return False
    exported = scheme.exported
    return exported is None or wanted != comparable(exported, name, known.key_of, like=draft)


def shown(draft: Draft, scheme: KnownScheme, name: str, at: datetime, **how) -> tuple[str, str]:
    """A field as the scheme says it and as the draft does, in French; `how` goes to `renderings.rendered`."""
    if name == "links":
        told_of = tuple(link for link in scheme.stored.links if link.kind in draft.link_kinds)
        return rendered(replace(scheme.stored, links=told_of), draft, name, **how)
    if name != CALLS:
        return rendered(scheme.stored, draft, name, **how)
    dates = dates_of(draft, scheme, at)
    return rendered(replace(scheme.stored, call=dates.before), replace(draft, call=dates.after), name, **how)
