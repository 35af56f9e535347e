"""A région's own list of aids (XLSX or CSV): which column says what is remembered with the source.

A column that is not named is not told. An empty cell tells nothing, but for dates: a row without any is permanent, to
be checked. Places are codes, labels that a person has placed, or names that a single place bears.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django import forms

from funding.enums import LineOutcome
from funding.models import Source
from funding.national_schema.texts import shortened
from funding.sources.kind import Kind, refuse_page
from funding.sources.reading import Entry, Problem, Reading, UnreadableSource
from funding.sources.spreadsheet.columns import COLUMNS, PREFIX, USUAL, SpreadsheetForm
from funding.sources.spreadsheet.places import Places
from funding.sources.spreadsheet.rows import Reader, SourceRow
from ti_portal.core.spreadsheets import Table, UnreadableTable, read_table
from ti_portal.core.text import fold

MAX_ROWS = 10_000
MAX_BYTES = 20 * 1024 * 1024


class Spreadsheet(Kind):
    name: ClassVar[str] = "spreadsheet"
    label: ClassVar[str] = "Tableur d’une région (XLSX ou CSV)"
    form_class: ClassVar[type[forms.Form]] = SpreadsheetForm
    file_name: ClassVar[str] = "tableur"

    def initial(self, source: Source) -> dict[str, Any]:
        return {**source.options, **{PREFIX + name: title for name, title in source.mapping.items()}}

    def settings(self, cleaned: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        options = {name: value for name, value in cleaned.items() if not name.startswith(PREFIX)}
        mapping = {
            name.removeprefix(PREFIX): title.strip()
            for name, title in cleaned.items()
            if name.startswith(PREFIX) and title
        }
        return options, mapping

    def propose(self, data: bytes) -> dict[str, str]:
        """Columns of a file that have a usual title, as the mapping of a source that has none yet."""
        titles = {fold(header): header for header in _table(data).headers}
        return {
            name: titles[usual[0]]
            for name, words in USUAL.items()
            if (usual := [word for word in words if word in titles])
        }

    def read(self, data: bytes, source: Source, at: datetime | None = None) -> Reading:
        """Without any mapping, the columns that have a usual title are read, and the reading says which."""
        table = _table(data)
        columns = {name: title for name, title in source.mapping.items() if name in COLUMNS and isinstance(title, str)}
        warnings: tuple[str, ...] = ()
        if not columns:
            columns = self.propose(data)
            shown = " ; ".join(f"{COLUMNS[name]} : « {title} »" for name, title in columns.items())
            warnings = (f"Colonnes reconnues d’après leur titre, à confirmer dans la source : {shown or 'aucune'}.",)
        place_of = _positions(table, columns)
        rows = [
            SourceRow(row.number, {name: row.cells[place] for name, place in place_of.items()}) for row in table.rows
        ]
        rows = [row for row in rows if any(row.cells.values())]
        reader = Reader(
            source.options, Places.load((word for row in rows for word in row.several("places")), source.options)
        )
        items = [reader.item(row) for row in rows]
        return Reading(tuple(_without_twins(items)), warnings)


def _table(data: bytes) -> Table:
    refuse_page(data)
    try:
        return read_table(data, max_rows=MAX_ROWS, max_bytes=MAX_BYTES)
    except UnreadableTable as error:
        raise UnreadableSource(error.code, error.message) from error


def _positions(table: Table, columns: dict[str, str]) -> dict[str, int]:
    titles = {fold(header): place for place, header in enumerate(table.headers)}
    lost = [title for title in columns.values() if fold(title) not in titles]
    if lost or "name" not in columns:
        named = ", ".join(f"« {title} »" for title in lost) or "du nom du dispositif"
        read = shortened(", ".join(table.headers), 300)
        raise UnreadableSource(
            "missing_column", f"Il manque la colonne {named}. Les colonnes du fichier sont : {read}."
        )
    return {name: titles[fold(title)] for name, title in columns.items()}


def _without_twins(items: list[Entry | Problem]) -> Iterable[Entry | Problem]:
    """Of rows that have the same identifier none can be trusted."""
    lines: dict[str, list[int]] = defaultdict(list)
    for item in items:
        lines[item.key].append(item.position)
    for item in items:
        others = [line for line in lines[item.key] if line != item.position]
        if item.key and others:
            shown = ", ".join(map(str, others[:5]))
            reason = f"Le même identifiant est aussi ligne {shown} : gardez une seule de ces lignes."
            yield Problem(item.position, item.key, item.title, LineOutcome.REFUSED, (reason,))
        else:
            yield item
