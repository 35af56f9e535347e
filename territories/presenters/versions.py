"""Versions of a territory's page, in words: what they hold, what differs, who made them."""

from dataclasses import dataclass
from datetime import datetime

from territories import rich_text
from territories.comparison import Segment, compare_lines, has_changes
from territories.enums import Sector
from territories.profiles import FIELDS, MERGED, RESTORED, Document

LABELS = {"presentation": "Présentation", "sectors": "Filières", "links": "Liens"}


@dataclass(frozen=True)
class FieldComparison:
    """`lines` are lists of segments. `only_formatting`: the words are the same, their formatting is not."""

    name: str
    label: str
    lines: list[list[Segment]]
    is_changed: bool
    only_formatting: bool


@dataclass(frozen=True)
class VersionLine:
    """One line of the list of versions. `author` is empty when the account is gone."""

    version: int
    at: datetime
    author: str
    changed: str
    note: str


def labels_of(fields) -> str:
    """« Présentation, filières »"""
    names = [LABELS[name] for name in FIELDS if name in fields]
    return ", ".join(names[:1] + [name.lower() for name in names[1:]])


def lines_of(document: Document, field: str) -> list[str]:
    match field:
        case "presentation":
            return rich_text.to_lines(document.presentation)
        case "sectors":
            return [str(Sector(code).label) if code in Sector.values else code for code in document.sectors]
        case _:
            return [f"{label} : {url}" for label, url in document.links]


def compare_field(before: Document, after: Document, field: str) -> FieldComparison:
    lines = compare_lines(lines_of(before, field), lines_of(after, field))
    is_changed = getattr(before, field) != getattr(after, field)
    return FieldComparison(field, LABELS[field], lines, is_changed, is_changed and not has_changes(lines))


def compare_documents(before: Document, after: Document) -> list[FieldComparison]:
    return [compare_field(before, after, field) for field in FIELDS]


def person_name(user) -> str:
    """Name of an author for those who may see the history: full name, else e-mail address, else nothing."""
    return (user.get_full_name() or user.email) if user is not None else ""


def note_of(reason: str | None) -> str:
    """What a version is, when it is not a plain change."""
    if reason and reason.startswith(RESTORED):
        return f"Retour à la version {reason.removeprefix(RESTORED)}"
    if reason and reason.startswith(MERGED):
        kept = labels_of(reason.removeprefix(MERGED).split(","))
        return f"Écrite en même temps qu’une autre ; gardé de l’autre : {kept.lower()}"
    return ""


def version_lines(rows) -> list[VersionLine]:
    """Lines for `rows` of the history, newest first. Give one row more than is shown: it only serves to compare."""
    documents = [Document.of(row) for row in rows]
    lines = []
    for index, row in enumerate(rows):
        before = documents[index + 1] if index + 1 < len(rows) else Document()
        lines.append(
            VersionLine(
                version=row.version,
                at=row.history_date,
                author=person_name(row.history_user),
                changed=labels_of(documents[index].differs_from(before)),
                note=note_of(row.history_change_reason),
            )
        )
    return lines
