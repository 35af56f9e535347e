"""What a file would change in a list. Pure.

A key is shared by several lines (a file number covers several communes, or several payments). Within a key, a line and
a known project that say the same are the same; the others are paired, those of one place and one beneficiary first,
then in order. So the order of the lines never matters, and reading a file again changes nothing.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from operator import attrgetter

from funding.funded_projects.reading import NO_NAME, REFUSED, UNPLACED, Draft, Line, Note, Sheet, Withheld

# A file that has lost more than this share of the list is likely to be a part of it: a person confirms.
MOST_GONE = 0.2
VALUES = tuple(field.name for field in fields(Draft) if field.name != "key")


@dataclass(frozen=True, slots=True)
class Known:
    """A project of the list as it is. `is_gone`: the last edition did not have it."""

    id: int
    rank: int
    draft: Draft
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class New:
    line: Line
    rank: int


@dataclass(frozen=True, slots=True)
class Change:
    """`fields` are those that differ; none for a project that had gone and is back as it was."""

    line: Line
    known: Known
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """Each line of the file is in exactly one of new, changed, unchanged, or is refused by a note. `columns` is what
    the list will remember of them: {field: header}, an empty header for what is not to be read.
    """

    list_id: int
    columns: Mapping[str, str]
    ignored: tuple[str, ...]
    basis: str
    new: tuple[New, ...] = ()
    changed: tuple[Change, ...] = ()
    unchanged: tuple[Line, ...] = ()
    gone: tuple[Known, ...] = ()
    notes: tuple[Note, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    listed_before: int = 0

    @property
    def is_empty(self) -> bool:
        """Nothing to write."""
        return not (self.new or self.changed or self.gone)

    @property
    def needs_confirmation(self) -> bool:
        """So many projects would leave the list that a person has to say that the file is whole."""
        return len(self.gone) > MOST_GONE * self.listed_before

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        return (*(item.line for item in self.new), *(item.line for item in self.changed), *self.unchanged)

    @cached_property
    def counts(self) -> dict[str, int]:
        drafts = [line.draft for line in self.lines]
        numbers = {
            kind: {note.number for note in self.notes if note.kind == kind} for kind in (REFUSED, UNPLACED, NO_NAME)
        }
        return {
            "rows": len(self.lines) + len(numbers[REFUSED]),
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": len(self.unchanged),
            "gone": len(self.gone),
            "refused": len(numbers[REFUSED]),
            "communes": sum(draft.commune_id is not None for draft in drafts),
            "former_communes": sum(line.by_former_code for line in self.lines),
            "departement_only": sum(not draft.commune_code and bool(draft.departement_code) for draft in drafts),
            "unplaced": len(numbers[UNPLACED] - numbers[REFUSED]),
            "no_name": len(numbers[NO_NAME] - numbers[REFUSED]),
        }

    @cached_property
    def fingerprint(self) -> str:
        """The same for the same file against the same list: a screen compares it before it applies."""
        facts = [self.list_id, sorted(self.columns.items()), self.basis, self.new, self.changed, self.gone]
        return hashlib.sha256(repr(facts).encode()).hexdigest()


def basis_of(known: Iterable[Known]) -> str:
    """A digest of a list as it is."""
    digest = hashlib.sha256()
    for row in sorted(known, key=attrgetter("id")):
        digest.update(repr(row).encode())
    return digest.hexdigest()


def plan(sheet: Sheet, known: Iterable[Known], *, list_id: int) -> Plan:
    """Compare a file with the projects of its list."""
    known = list(known)
    groups: dict[str, list[Known]] = defaultdict(list)
    for row in known:
        groups[row.draft.key].append(row)
    lines: dict[str, list[Line]] = defaultdict(list)
    for line in sheet.lines:
        lines[line.draft.key].append(line)
    new: list[New] = []
    changed: list[Change] = []
    unchanged: list[Line] = []
    gone = [row for key, rows in groups.items() if key not in lines for row in rows if not row.is_gone]
    for key, wanted in lines.items():
        there = groups.get(key, [])
        pairs, alone, left = _paired(wanted, there)
        for line, row in pairs:
            differing = tuple(name for name in VALUES if getattr(line.draft, name) != getattr(row.draft, name))
            if differing or row.is_gone:
                changed.append(Change(line, row, differing))
            else:
                unchanged.append(line)
        ranks = _free_ranks({row.rank for row in there}, len(alone))
        new += [New(line, rank) for line, rank in zip(alone, ranks, strict=True)]
        gone += [row for row in left if not row.is_gone]
    return Plan(
        list_id=list_id,
        columns=dict(sheet.columns.remembered),
        ignored=sheet.columns.ignored,
        basis=basis_of(known),
        new=tuple(sorted(new, key=lambda item: item.line.number)),
        changed=tuple(sorted(changed, key=lambda item: item.line.number)),
        unchanged=tuple(sorted(unchanged, key=attrgetter("number"))),
        gone=tuple(sorted(gone, key=attrgetter("id"))),
        notes=sheet.notes,
        withheld=sheet.withheld,
        listed_before=sum(not row.is_gone for row in known),
    )


def _paired(wanted: list[Line], there: list[Known]) -> tuple[list[tuple[Line, Known]], list[Line], list[Known]]:
    """Pairs, lines without a project, projects without a line."""
    pairs: list[tuple[Line, Known]] = []
    # Projects still listed before those that had gone, then by rank: the same whatever the order of the file.
    left = sorted(there, key=lambda row: (row.is_gone, row.rank))
    alone = sorted(wanted, key=lambda line: (_words(line.draft), line.number))
    for same in (lambda draft: draft, _place_and_body, lambda draft: draft.key):
        waiting: dict[object, list[Known]] = defaultdict(list)
        for row in left:
            waiting[same(row.draft)].append(row)
        still: list[Line] = []
        for line in alone:
            rows = waiting.get(same(line.draft))
            if rows:
                pairs.append((line, rows.pop(0)))
            else:
                still.append(line)
        taken = {row.id for _, row in pairs}
        alone, left = still, [row for row in left if row.id not in taken]
    return pairs, alone, left


def _place_and_body(draft: Draft) -> tuple[str, str, str]:
    return draft.commune_code, draft.siren, draft.beneficiary


def _words(draft: Draft) -> tuple[str, ...]:
    return tuple(str(getattr(draft, name)) for name in VALUES)


def _free_ranks(taken: set[int], count: int) -> list[int]:
    ranks, rank = [], 0
    while len(ranks) < count:
        rank += 1
        if rank not in taken:
            ranks.append(rank)
    return ranks
