"""Reading a table that somebody sends."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from openpyxl.utils import get_column_letter

from ti_portal.core.spreadsheets.tables import (
    MAX_BYTES,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    NOT_TEXT,
    Row,
    Table,
    UnreadableTable,
    formula,
    where,
)
from ti_portal.core.spreadsheets.texts import text_rows
from ti_portal.core.spreadsheets.workbooks import workbook_rows
from ti_portal.core.spreadsheets.writing import unneutralised

_OLE = b"\xd0\xcf\x11\xe0"


def read_table(
    file: bytes | BinaryIO, *, max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES, header_row: int = 1
) -> Table:
    """Read the first sheet of an XLSX workbook or a CSV file (`;`, `,` or tab; UTF-8, UTF-16 or Windows-1252).

    What it is follows from its bytes, not its name. Blank rows are skipped, cells are stripped, columns without header
    at the right are dropped when empty. `header_row` is the row that holds the headers, counted from 1; what stands
    above is left out. Raises `UnreadableTable` with one of the codes: empty, too_big, too_many_rows, too_many_columns,
    old_workbook, not_a_table, damaged, zip_bomb, encoding, control_character, separator, quotes, formula,
    cell_too_long, no_header, duplicate_header, extra_cells.
    """
    content = file if isinstance(file, bytes) else file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise UnreadableTable("too_big", f"Le fichier dépasse {max_bytes // 1024 // 1024} Mo.")
    if not content.strip():
        raise UnreadableTable("empty", "Le fichier est vide.")
    if content.startswith(_OLE):
        raise UnreadableTable(
            "old_workbook",
            "Ce classeur est à l’ancien format (.xls) ou protégé par un mot de passe : "
            "enregistrez-le au format .xlsx, sans mot de passe.",
        )
    rows = workbook_rows(content) if content.startswith(b"PK") else text_rows(content)
    return _as_table(rows, header_row, max_rows)


def _as_table(rows: Iterator[tuple[int, list[str]]], header_row: int, max_rows: int) -> Table:
    headers: list[str] | None = None
    kept: list[Row] = []
    for number, cells in rows:
        if number < header_row:
            continue
        _check_cells(number, cells)
        cells = [unneutralised(cell) for cell in cells]  # noqa: PLW2901
        while cells and not cells[-1]:
            cells.pop()
        if headers is None:
            headers = _checked_headers(cells)
            continue
        if not cells:
            continue
        if len(cells) > len(headers):
            raise UnreadableTable(
                "extra_cells",
                f"La ligne {number} compte {len(cells)} cellules pour {len(headers)} colonnes : "
                "une cellule contient peut-être le séparateur sans guillemets.",
                number,
            )
        if len(kept) == max_rows:
            shown = f"{max_rows:,}".replace(",", "\u202f")
            raise UnreadableTable("too_many_rows", f"Le fichier compte plus de {shown} lignes.", number)
        kept.append(Row(number, tuple(cells + [""] * (len(headers) - len(cells)))))
    if headers is None:
        raise UnreadableTable("no_header", "La ligne des titres de colonnes manque.")
    if not kept:
        raise UnreadableTable("empty", "Le fichier ne contient aucune ligne sous les titres de colonnes.")
    return Table(tuple(headers), tuple(kept))


def _checked_headers(cells: list[str]) -> list[str]:
    if not cells:
        raise UnreadableTable("no_header", "La ligne des titres de colonnes manque : la première ligne est vide.")
    if len(cells) > MAX_COLUMNS:
        raise UnreadableTable("too_many_columns", f"Le fichier compte plus de {MAX_COLUMNS} colonnes.")
    headers = [" ".join(cell.split()) for cell in cells]
    for place, header in enumerate(headers):
        if not header:
            raise UnreadableTable("no_header", f"La colonne {get_column_letter(place + 1)} n’a pas de titre.")
        if header.casefold() in (other.casefold() for other in headers[:place]):
            raise UnreadableTable("duplicate_header", f"Deux colonnes portent le titre « {header[:80]} ».")
    return headers


def _check_cells(number: int, cells: Sequence[str]) -> None:
    for place, cell in enumerate(cells):
        if len(cell) > MAX_CELL:
            raise UnreadableTable(
                "cell_too_long",
                f"La cellule ({where(number, place)}) dépasse {MAX_CELL // 1000}\u202f000 signes.",
                number,
            )
        if NOT_TEXT.search(cell):
            raise UnreadableTable(
                "control_character", f"La cellule ({where(number, place)}) contient un signe illisible.", number
            )
        if cell.startswith(("=", "＝")):
            raise formula(number, place)
