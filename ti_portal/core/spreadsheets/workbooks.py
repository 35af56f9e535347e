"""XLSX: checked as a zip before openpyxl sees it, then read row by row."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, BinaryIO
from xml.parsers import expat

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ti_portal.core.spreadsheets.tables import MAX_COLUMNS, UnreadableTable, bad_cell, damaged, formula

# A workbook is a zip of XML. Real ones of 10,000 rows weigh a few megabytes unpacked and shrink ten- to thirtyfold.
MAX_UNPACKED = 60 * 1024 * 1024
MAX_RATIO = 200
MAX_PARTS = 200


def workbook_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    _check_workbook(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        # The sheet's own statement of its size may lie, and rows are padded to it.
        sheet.reset_dimensions()
        numbered = enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), 1)
        while (row := next(numbered, None)) is not None:
            yield row[0], [_cell_text(row[0], place, cell) for place, cell in enumerate(row[1])]
        book.close()
    except UnreadableTable:
        raise
    except (zipfile.BadZipFile, zlib.error, InvalidFileException, EOFError, OSError, SyntaxError) as error:
        raise damaged() from error  # SyntaxError: XML's ParseError is one
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, OverflowError) as error:
        # openpyxl lets these out on a workbook whose parts do not fit together.
        raise damaged() from error


def _check_workbook(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            unpacked = sum(part.file_size for part in parts)
            # zipfile never unpacks more of a part than the size it declares, so these sums bind.
            if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * len(content):
                raise UnreadableTable(
                    "zip_bomb", "Ce classeur se déplie en un contenu démesuré : il est refusé par prudence."
                )
            if "xl/workbook.xml" not in names:
                raise UnreadableTable(
                    "not_a_table", "Ce fichier n’est pas un classeur .xlsx : enregistrez-le au format .xlsx ou .csv."
                )
            for part in parts:
                if part.flag_bits & 1:
                    raise UnreadableTable("old_workbook", "Ce classeur est protégé par un mot de passe : retirez-le.")
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as stream:
                        _refuse_doctype(stream)
    except UnreadableTable:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise damaged() from error


class _EndOfProlog(Exception):
    pass


def _refuse_doctype(stream: BinaryIO) -> None:
    """Read up to the root element: a document type may define entities that grow without end; no workbook has one."""

    def refuse(*_: object) -> None:
        raise UnreadableTable(
            "zip_bomb", "Ce classeur contient des définitions d’entités : il est refusé par prudence."
        )

    def stop(*_: object) -> None:
        raise _EndOfProlog

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = stop
    try:
        while chunk := stream.read(4096):
            parser.Parse(chunk, False)
    except _EndOfProlog:
        return
    except expat.ExpatError as error:
        raise damaged() from error


def _cell_text(number: int, place: int, cell: Any) -> str:
    value = cell.value
    if cell.data_type == "f":
        raise formula(number, place)
    if cell.data_type == "e":
        raise bad_cell("formula", number, place, f"contient une erreur de calcul ({value}).")
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        midnight = value.hour == value.minute == value.second == 0
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
