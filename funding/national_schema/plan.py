"""From a file and what is known to a plan. Pure: no database, no clock."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from funding.national_schema.drafts import FIELDS, Draft, comparable
from funding.national_schema.known import Known, KnownScheme
from funding.national_schema.mapping import Mapped, mapped
from funding.national_schema.reading import Sheet, duplicates
from funding.sync.renderings import rendered

MAX_SOURCE = 200


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
    """Fields that applying the plan writes on a scheme."""

    number: int
    scheme_id: int
    slug: str
    draft: Draft
    fields: tuple[FieldChange, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
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


@dataclass(frozen=True)
class Refused:
    number: int
    title: str
    reasons: tuple[str, ...]
    remarks: tuple[str, ...] = ()


PROTECTED = "modifié à la main dans le portail"
FOREIGN = "tenu par une autre source"


@dataclass(frozen=True)
class Plan:
    """What applying a file would change. Each row of the file is in exactly one of new, changed, unchanged, refused;
    a changed or unchanged one may have a proposal too.
    """

    source: str
    basis: str
    new: tuple[NewScheme, ...] = ()
    changed: tuple[Change, ...] = ()
    unchanged: tuple[Unchanged, ...] = ()
    refused: tuple[Refused, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    remarks: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing to write."""
        return not (self.new or self.changed)

    @property
    def counts(self) -> dict[str, int]:
        groups = ("new", "changed", "unchanged", "refused", "proposals")
        return {name: len(getattr(self, name)) for name in groups}

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same file against the same base: a screen compares it before it applies."""
        facts = [self.source, self.basis, self.new, self.changed, self.refused, self.proposals]
        return hashlib.sha256(repr(facts).encode()).hexdigest()


def plan(sheet: Sheet, known: Known, *, source: str) -> Plan:
    """Compare a file with what is known. A scheme of another source, or of the délégation, is never overwritten:
    what differs becomes a proposal, as does a protected field.
    """
    twins = duplicates(sheet.rows)
    groups: dict[type, list] = {kind: [] for kind in (NewScheme, Change, Unchanged, Refused, Proposal)}
    keys = []
    for row in sheet.rows:
        found = mapped(row, known.places)
        if found.key:
            keys.append(found.key)
        for item in _items(found, twins.get(row.number, []), known, source):
            groups[type(item)].append(item)
    return Plan(
        source=source,
        basis=known.basis,
        new=tuple(groups[NewScheme]),
        changed=tuple(groups[Change]),
        unchanged=tuple(groups[Unchanged]),
        refused=tuple(groups[Refused]),
        proposals=tuple(groups[Proposal]),
        remarks=sheet.remarks,
        keys=tuple(sorted(set(keys))),
    )


def _items(found: Mapped, twins: list[int], known: Known, source: str) -> Iterator[object]:
    draft = found.draft
    if twins:
        shown = ", ".join(str(number) for number in twins[:5])
        reason = f"Identifiant (id) : le même est aussi ligne {shown} ; gardez une seule de ces lignes."
        yield Refused(found.number, found.title, (reason, *found.reasons), found.remarks)
    elif draft is None:
        yield Refused(found.number, found.title, found.reasons, found.remarks)
    elif (scheme := known.schemes.get(draft.key)) is None:
        yield NewScheme(found.number, draft, found.remarks)
    else:
        yield from _compared(found, draft, scheme, known, source)


def _compared(found: Mapped, draft: Draft, scheme: KnownScheme, known: Known, source: str) -> Iterator[object]:
    is_foreign = scheme.source_name != source
    differing = [name for name in FIELDS if name in draft.given and _differs(draft, scheme, name, known)]
    proposed = [name for name in differing if is_foreign or name in scheme.protected]
    written = [name for name in differing if name not in proposed]
    if written:
        yield Change(
            found.number, scheme.pk, scheme.slug, draft, _changes(draft, scheme.stored, written), found.remarks
        )
    else:
        yield Unchanged(found.number, scheme.slug, scheme.stored.name, found.remarks)
    if proposed:
        reason = FOREIGN if is_foreign else PROTECTED
        yield Proposal(found.number, scheme.pk, scheme.slug, draft, _changes(draft, scheme.stored, proposed), reason)


def _differs(draft: Draft, scheme: KnownScheme, name: str, known: Known) -> bool:
    wanted = comparable(draft, name, known.key_of)
    if wanted == comparable(scheme.stored, name, known.key_of, like=draft):
        return False
    exported = scheme.exported
    return exported is None or wanted != comparable(exported, name, known.key_of, like=draft)


def _changes(draft: Draft, stored: Draft, names: list[str]) -> tuple[FieldChange, ...]:
    return tuple(FieldChange(name, FIELDS[name], *rendered(stored, draft, name)) for name in names)
