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
    bad_cell,
    formula,
)
from ti_portal.core.spreadsheets.texts import text_rows
from ti_portal.core.spreadsheets.workbooks import workbook_rows
from ti_portal.core.spreadsheets.writing import unneutralised

_OLE = b"\xd0\xcf\x11\xe0"


def read_table(file: bytes | BinaryIO, *, max_rows: int = MAX_ROWS, max_bytes: int = MAX_BYTES) -> Table:
    """Read the first sheet of an XLSX workbook or a CSV file (`;`, `,` or tab; UTF-8, UTF-16 or Windows-1252).

    What it is follows from its bytes, not its name. The first row that is not blank holds the headers. Blank rows are
    skipped, cells are stripped, columns without header at the right are dropped when empty.

    Raises `UnreadableTable` with one of the codes: empty, too_big, too_many_rows, too_many_columns,
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
    return _as_table(rows, max_rows)


def _as_table(rows: Iterator[tuple[int, list[str]]], max_rows: int) -> Table:
    headers: list[str] = []
    header_row = 0
    kept: list[Row] = []
    for number, cells in rows:
        _check_cells(number, cells)
        cells = [unneutralised(cell) for cell in cells]  # noqa: PLW2901
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if not headers:
            headers, header_row = _checked_headers(cells, number), number
            continue
        if len(cells) > len(headers):
            raise UnreadableTable(
                "extra_cells",
                f"{len(cells)} cellules pour {len(headers)} colonnes ; "
                "une cellule contient peut-être le séparateur sans guillemets.",
                number,
            )
        if len(kept) == max_rows:
            shown = f"{max_rows:,}".replace(",", "\u202f")
            raise UnreadableTable("too_many_rows", f"Le fichier compte plus de {shown} lignes.")
        kept.append(Row(number, tuple(cells + [""] * (len(headers) - len(cells)))))
    if not headers:
        raise UnreadableTable("empty", "Le fichier est vide.")
    if not kept:
        raise UnreadableTable(
            "empty", "Le fichier n’est pas un tableau, ou ne contient aucune ligne sous ses titres de colonnes."
        )
    return Table(tuple(headers), tuple(kept), header_row)


def _checked_headers(cells: list[str], number: int) -> list[str]:
    if len(cells) > MAX_COLUMNS:
        raise UnreadableTable("too_many_columns", f"plus de {MAX_COLUMNS} colonnes.", number)
    headers = [" ".join(cell.split()) for cell in cells]
    for place, header in enumerate(headers):
        if not header:
            raise UnreadableTable("no_header", f"la colonne {get_column_letter(place + 1)} n’a pas de titre.", number)
        if header.casefold() in (other.casefold() for other in headers[:place]):
            raise UnreadableTable("duplicate_header", f"deux colonnes portent le titre « {header[:80]} ».", number)
    return headers


def _check_cells(number: int, cells: Sequence[str]) -> None:
    for place, cell in enumerate(cells):
        if len(cell) > MAX_CELL:
            raise bad_cell("cell_too_long", number, place, f"dépasse {MAX_CELL // 1000}\u202f000 signes.")
        if NOT_TEXT.search(cell):
            raise bad_cell("control_character", number, place, "contient un signe illisible.")
        if cell.startswith(("=", "＝")):
            raise formula(number, place)
