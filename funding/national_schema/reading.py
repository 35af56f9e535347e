"""Reading a file of the national schema, without trusting it: its bytes, its headers, then each cell by itself."""

from collections import defaultdict
from dataclasses import dataclass
from typing import BinaryIO

from funding.national_schema.columns import NAMES, NEEDED, VERSION
from ti_portal.core.spreadsheets import Table, UnreadableTable, read_table

MAX_ROWS = 10_000
MAX_BYTES = 20 * 1024 * 1024
_SHOWN = 10


@dataclass(frozen=True)
class SheetRow:
    """A row of the file. `number` is the one a spreadsheet shows; every column of the schema is there, maybe empty.

    `absent` names the columns that the file does not have.
    """

    number: int
    cells: dict[str, str]
    absent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sheet:
    """A file that was read whole. `remarks` are French sentences about its columns."""

    rows: tuple[SheetRow, ...]
    remarks: tuple[str, ...] = ()


def read(file: BinaryIO | bytes) -> Sheet:
    """Read a CSV (or XLSX) of the national schema: at most 10,000 rows and 20 MB.

    Raises UnreadableTable, whose message is a French sentence; nothing of such a file is kept.
    """
    table = read_table(file, max_rows=MAX_ROWS, max_bytes=MAX_BYTES)
    places = _columns(table)
    absent = frozenset(NAMES) - places.keys()
    rows = []
    for row in table.rows:
        cells = {name: row.cells[places[name]] if name in places else "" for name in NAMES}
        if any(cells.values()):
            rows.append(SheetRow(row.number, cells, absent))
    return Sheet(tuple(rows), tuple(_remarks(table, places)))


def _columns(table: Table) -> dict[str, int]:
    titles = [header.strip().casefold() for header in table.headers]
    missing = [name for name in NEEDED if name not in titles]
    if missing:
        raise UnreadableTable(
            "missing_column",
            f"il manque {_named(missing, 'la colonne', 'les colonnes')} du schéma national "
            f"« dispositif-aide-professionnels » : ce fichier n’en est pas un, ou sa première ligne est absente.",
            table.header_row,
        )
    return {name: titles.index(name) for name in NAMES if name in titles}


def _remarks(table: Table, places: dict[str, int]):
    absent = [name for name in NAMES if name not in places]
    if absent:
        yield f"Ce fichier n’a pas {_named(absent, 'la colonne', 'les colonnes')} de la version {VERSION} du schéma."
    known = set(places.values())
    unknown = [header for place, header in enumerate(table.headers) if place not in known]
    if unknown:
        end = "elles ne sont pas lues" if len(unknown) > 1 else "elle n’est pas lue"
        yield f"Le schéma ne connaît pas {_named(unknown, 'la colonne', 'les colonnes')} : {end}."


def _named(names: list[str], one: str, many: str) -> str:
    shown = ", ".join(name[:80] for name in names[:_SHOWN]) + ("…" if len(names) > _SHOWN else "")
    return f"{many if len(names) > 1 else one} {shown}"


def duplicates(rows: tuple[SheetRow, ...]) -> dict[int, list[int]]:
    """For each row whose identifier is there several times, the numbers of the others."""
    by_key: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.cells["id"]:
            by_key[row.cells["id"].casefold()].append(row.number)
    return {
        number: [other for other in numbers if other != number]
        for numbers in by_key.values()
        if len(numbers) > 1
        for number in numbers
    }
