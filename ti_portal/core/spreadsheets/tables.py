"""A table that was read, and the sentence for one that was refused."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

MAX_ROWS = 10_000
MAX_BYTES = 5 * 1024 * 1024
MAX_COLUMNS = 100
MAX_CELL = 50_000
NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class UnreadableTable(ValueError):
    """The file is refused: `message` says why in French, `code` is stable, `row` is the row a spreadsheet shows.

    `detail` is the message without the row, for who shows the row elsewhere.
    """

    def __init__(self, code: str, detail: str, row: int | None = None) -> None:
        self.code = code
        self.detail = detail
        self.row = row
        self.message = f"Ligne {row} : {detail}" if row else detail
        super().__init__(self.message)


@dataclass(frozen=True)
class Row:
    """One row under the headers. `number` is the one a spreadsheet shows (counted from 1)."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """`header_row` is the number of the row that holds the headers."""

    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    header_row: int = 1

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row as (number, {header: text})."""
        for row in self.rows:
            yield row.number, dict(zip(self.headers, row.cells, strict=True))

    def require(self, *headers: str) -> None:
        """Raise UnreadableTable (`missing_column`) naming the headers that are not there."""
        missing = [header for header in headers if header not in self.headers]
        if missing:
            quoted = ", ".join(f"« {header} »" for header in missing)
            s = "s" if len(missing) > 1 else ""
            raise UnreadableTable(
                "missing_column",
                f"Colonne{s} absente{s} : {quoted}. Les colonnes lues sont : {', '.join(self.headers)}.",
            )

    def refuse_duplicates(self, *headers: str) -> None:
        """Raise UnreadableTable (`duplicate_key`) when two rows share the same values in these columns, case aside."""
        self.require(*headers)
        places = [self.headers.index(header) for header in headers]
        seen: dict[tuple[str, ...], int] = {}
        for row in self.rows:
            key = tuple(row.cells[place].casefold() for place in places)
            first = seen.setdefault(key, row.number)
            if first != row.number:
                shown = " / ".join(row.cells[place] or "(vide)" for place in places)
                raise UnreadableTable("duplicate_key", f"répète la ligne {first} : « {shown} ».", row.number)


def damaged() -> UnreadableTable:
    return UnreadableTable("damaged", "Ce classeur est tronqué ou abîmé : enregistrez-le de nouveau, puis réessayez.")


def bad_cell(code: str, number: int, place: int, fault: str) -> UnreadableTable:
    """`place` counts columns from 0."""
    return UnreadableTable(code, f"la cellule de la colonne {get_column_letter(place + 1)} {fault}", number)


def formula(number: int, place: int) -> UnreadableTable:
    return bad_cell("formula", number, place, "contient une formule : collez les valeurs à la place des formules.")
