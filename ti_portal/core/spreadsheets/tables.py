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


class UnreadableTable(ValueError):  # noqa: N818
    """The file is refused: `message` says why in French, `code` is stable, `row` is the row a spreadsheet shows."""

    def __init__(self, code: str, message: str, row: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.row = row


@dataclass(frozen=True)
class Row:
    """One row under the headers. `number` is the one a spreadsheet shows (the headers are usually row 1)."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    headers: tuple[str, ...]
    rows: tuple[Row, ...]

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row as (number, {header: text})."""
        for row in self.rows:
            yield row.number, dict(zip(self.headers, row.cells, strict=True))

    def require(self, *headers: str) -> None:
        """Raise UnreadableTable (`missing_column`) naming the headers that are not there."""
        missing = [header for header in headers if header not in self.headers]
        if missing:
            quoted = ", ".join(f"« {header} »" for header in missing)
            raise UnreadableTable(
                "missing_column",
                f"Colonne absente : {quoted}. Les colonnes lues sont : {', '.join(self.headers)}.",
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
                raise UnreadableTable(
                    "duplicate_key", f"La ligne {row.number} répète la ligne {first} : « {shown} ».", row.number
                )


def where(number: int, place: int) -> str:
    return f"ligne {number}, colonne {get_column_letter(place + 1)}"


def damaged() -> UnreadableTable:
    return UnreadableTable("damaged", "Ce classeur est tronqué ou abîmé : enregistrez-le de nouveau, puis réessayez.")


def formula(number: int, place: int) -> UnreadableTable:
    return UnreadableTable(
        "formula",
        f"La cellule ({where(number, place)}) contient une formule : collez les valeurs à la place des formules.",
        number,
    )
