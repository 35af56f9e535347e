"""Tables that people send or take away (CSV, XLSX): read without trust, written without harm.

Everything read is text, cell by cell, as a person would read it on the screen: 2707 and "2707" are the same code, a
date is written 2026-11-24. What cannot be read raises `UnreadableTable`, whose message is a French sentence for a form.
"""

from ti_portal.core.spreadsheets.reading import read_table
from ti_portal.core.spreadsheets.tables import Row, Table, UnreadableTable
from ti_portal.core.spreadsheets.writing import neutralised, unneutralised, write_csv, write_xlsx

__all__ = [
    "Row",
    "Table",
    "UnreadableTable",
    "neutralised",
    "read_table",
    "unneutralised",
    "write_csv",
    "write_xlsx",
]
