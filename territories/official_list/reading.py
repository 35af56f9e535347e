"""Reading the list in its published form, CSV or XLSX, without trusting it.

Columns: id_ti, lib_ti, siren_membre; lib_membre, type_membre and others may be there. One row per member.
"""

import re
from typing import BinaryIO

from stdnum.exceptions import ValidationError
from stdnum.fr import siren as siren_number

from territories.official_list.listing import ListedMember, Listing, ListingError, Problem
from ti_portal.core.spreadsheets import Table, UnreadableTable, read_table
from ti_portal.core.text import fold

REQUIRED = ("id_ti", "lib_ti", "siren_membre")
MAX_ROWS = 20_000
MAX_FIELD = 200
ENOUGH_PROBLEMS = 200

_NUMBER = re.compile(r"(?:ti-?)?(\d{3,4})", re.IGNORECASE)
_SPACES = re.compile(r"[ \u00a0\u2007\u202f]+")


def read(file: BinaryIO | bytes) -> Listing:
    """Read a whole list. Raises ListingError with every fault found, by line (the header is line 1).

    What the file is, and what makes it unreadable, is the affair of `core.spreadsheets`. What it says is checked here
    by itself; SIREN and régions are compared with what is known by `plan`. The edition is named by its date: readers
    see that name, and a file may be called anything.
    """
    try:
        table = read_table(file, max_rows=MAX_ROWS)
    except UnreadableTable as error:
        raise refusal(error.code, error.detail, error.row) from error
    return Listing(_members(table))


def refusal(code: str, message: str, line: int | None = None) -> ListingError:
    return ListingError([Problem(code, message, line)])


def _members(table: Table) -> tuple[ListedMember, ...]:
    columns = _columns(table)
    members: list[ListedMember] = []
    problems: list[Problem] = []
    for row in table.rows:
        values = {name: _SPACES.sub(" ", row.cells[place]).strip() for name, place in columns.items()}
        found = _member(row.number, values)
        if isinstance(found, ListedMember):
            members.append(found)
        else:
            problems += found
        if len(problems) >= ENOUGH_PROBLEMS:
            break
    if problems:
        raise ListingError(problems)
    return tuple(members)


def _columns(table: Table) -> dict[str, int]:
    titles = [fold(header) for header in table.headers]
    missing = [name for name in REQUIRED if fold(name) not in titles]
    if missing:
        columns = "la colonne" if len(missing) == 1 else "les colonnes"
        message = f"il manque {columns} {', '.join(missing)} : les titres attendus sont {', '.join(REQUIRED)}."
        raise refusal("missing_columns", message, table.header_row)
    return {name: titles.index(fold(name)) for name in (*REQUIRED, "lib_membre") if fold(name) in titles}


def _member(line: int, values: dict[str, str]) -> ListedMember | list[Problem]:
    problems = []

    def refuse(code: str, message: str) -> None:
        problems.append(Problem(code, message, line))

    for name, value in values.items():
        if len(value) > MAX_FIELD:
            refuse("too_long", f"la colonne {name} dépasse {MAX_FIELD} caractères.")
            values[name] = value[:20]
        elif not value.isprintable():
            refuse("control_characters", f"la colonne {name} contient des caractères invisibles.")
            values[name] = "?"
    number = _NUMBER.fullmatch(values["id_ti"])
    if number is None:
        refuse("bad_number", f"l’identifiant « {values['id_ti']} » n’a pas la forme ti-2707.")
    if not values["lib_ti"]:
        refuse("no_name", "le nom du territoire (lib_ti) manque.")
    # A spreadsheet that took SIREN for numbers loses their leading zeros and may add spaces.
    siren = re.sub(r"\s", "", values["siren_membre"])
    if not (siren.isascii() and siren.isdigit() and len(siren) <= 9):
        refuse("bad_siren", f"le SIREN « {values['siren_membre']} » n’a pas neuf chiffres.")
    else:
        siren = siren.zfill(9)
        try:
            siren_number.validate(siren)
        except ValidationError:
            refuse("bad_siren", f"le SIREN {siren} n’est pas valide (chiffre de contrôle).")
    if problems or number is None:
        return problems
    return ListedMember(line, number.group(1).zfill(4), values["lib_ti"], siren, values.get("lib_membre", ""))
