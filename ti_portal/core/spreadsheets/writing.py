"""Writing a table that a spreadsheet opens without running anything."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from openpyxl import Workbook

from ti_portal.core.spreadsheets.tables import NOT_TEXT

_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # full-width signs are read as formulas too


def neutralised(value: Any) -> Any:
    """Return `value` so that no spreadsheet takes it for a formula: text that begins like one gets an apostrophe."""
    if isinstance(value, str) and _looks_like_formula(value):
        return "'" + value
    return value


def unneutralised(text: str) -> str:
    """Undo `neutralised`, so that an export can be imported again without a change."""
    if text.startswith("'") and _looks_like_formula(text[1:]):
        return text[1:]
    return text


def _looks_like_formula(text: str) -> bool:
    # An apostrophe before a formula gets one more, so that undoing gives it back as it was.
    return text.lstrip(" \u00a0'").startswith(_FORMULA_STARTS)


def _writable(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, str):
        return neutralised(NOT_TEXT.sub("\ufffd", value))
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).replace(tzinfo=None)
    return value


def write_csv(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV that a French spreadsheet opens at once: UTF-8 with its mark, semicolons, no formula."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow([_writable(header) for header in headers])
    writer.writerows([_writable(value) for value in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def write_xlsx(headers: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "Export") -> bytes:
    """A workbook of one sheet, headers frozen. Text stays text: no formula, no code turned into a number."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    sheet.freeze_panes = "A2"
    sheet.append([_writable(header) for header in headers])
    for row in rows:
        sheet.append([_writable(value) for value in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
