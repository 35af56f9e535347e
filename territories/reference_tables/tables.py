"""The project's own reference tables: names, columns, and one way to read and write each of them.

A table is a UTF-8 CSV with LF line ends, a header, and rows sorted by the writer, so that the same open data
gives the same bytes. An unknown value is an empty string.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

REFERENCE_DIR = Path(__file__).resolve().parent.parent / "reference"

Row = dict[str, str]

COLUMNS: dict[str, tuple[str, ...]] = {
    "regions": ("code", "name", "zone"),
    "departements": ("code", "name", "region"),
    "communes": (
        "code",
        "name",
        "departement",
        "epci",
        "ept",
        "siren",
        "postcodes",
        "population",
        "longitude",
        "latitude",
    ),
    "former_communes": ("code", "name", "kind", "current_code"),
    "intercommunalites": ("siren", "name", "kind"),
    "territories": ("edition", "wave", "number", "name", "region"),
    "territory_members": ("edition", "number", "member_kind", "member_code"),
    "territory_neighbours": ("wave", "number_a", "number_b"),
    "naf": ("code", "label", "level", "parent", "section"),
    "legal_categories": ("code", "label"),
    "staff_bands": ("code", "label", "lower", "upper"),
    "outlines_national": ("code", "rings"),
    "outlines_detailed": ("code", "rings"),
    "sources": ("code", "title", "producer", "licence", "vintage", "read_on", "tables", "note"),
}


def table_path(name: str, folder: Path = REFERENCE_DIR) -> Path:
    """File of a table. An unknown name is a programming error: KeyError."""
    COLUMNS[name]
    return folder / f"{name}.csv"


def render_table(name: str, rows: Iterable[Row]) -> str:
    """Text of a table; every row must have exactly the table's columns."""
    columns = COLUMNS[name]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        if row.keys() != set(columns):
            raise ValueError(f"{name}: {sorted(row)} is not {sorted(columns)}")
        writer.writerow(row)
    return buffer.getvalue()


def write_table(name: str, rows: Iterable[Row], folder: Path = REFERENCE_DIR) -> int:
    """Write a table whole, by a temporary file then a rename. Returns its number of rows."""
    rows = list(rows)
    path = table_path(name, folder)
    draft = path.with_suffix(".csv.part")
    draft.write_text(render_table(name, rows), encoding="utf-8", newline="")
    draft.replace(path)
    return len(rows)


def read_table(name: str, folder: Path = REFERENCE_DIR) -> Iterator[Row]:
    """Rows of a table, in file order, as text; the header must be the one declared here."""
    with table_path(name, folder).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS[name]:
            raise ValueError(f"{name}: header {reader.fieldnames} is not {COLUMNS[name]}")
        yield from reader
