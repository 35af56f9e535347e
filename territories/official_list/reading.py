"""Reading the list in its published form, CSV or XLSX, without trusting it.

Columns: id_ti, lib_ti, siren_membre; lib_membre, type_membre and others may be there. One row per member.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import PurePath
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from stdnum.exceptions import ValidationError
from stdnum.fr import siren as siren_number

from territories.official_list.listing import ListedMember, Listing, ListingError, Problem

REQUIRED = ("id_ti", "lib_ti", "siren_membre")
MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 60
MAX_FIELD = 200
# An XLSX file is a zip archive: what it unfolds to is checked before it is read.
MAX_UNFOLDED_BYTES = 50 * 1024 * 1024
MAX_RATIO = 100
MAX_PARTS = 200
ENOUGH_PROBLEMS = 200

_NUMBER = re.compile(r"(?:ti-?)?(\d{3,4})", re.IGNORECASE)
_SPACES = re.compile(r"[ \u00a0\u2007\u202f]+")
_SEPARATORS = (",", ";", "\t")
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# What openpyxl and its XML reader are known to raise on a broken workbook.
_BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    EOFError,
    OSError,
    NotImplementedError,
    SyntaxError,
    zipfile.LargeZipFile,
)

Cells = list[str]


def read(file: BinaryIO | bytes, *, name: str = "") -> Listing:
    """Read a whole list. Raises ListingError with every fault found, by line (the header is line 1).

    CSV in UTF-8, UTF-16 or Windows-1252, separated by commas, semicolons or tabs; or XLSX, first sheet. What the file
    says is checked here by itself; SIREN and régions are compared with what is known by `plan`. `name` is the file's
    name, kept as the label of the edition; its extension is not trusted.
    """
    content = file if isinstance(file, bytes) else file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise refusal(
            "too_big", f"Le fichier dépasse {MAX_BYTES // (1024 * 1024)} Mo : la liste officielle est plus petite."
        )
    if not content.strip(b"\0 \t\r\n"):
        raise refusal("empty", "Le fichier est vide.")
    rows = _xlsx_rows(content) if content.startswith(_ZIP) else _csv_rows(content)
    members = _members(rows)
    return Listing(members, PurePath(name.replace("\\", "/")).name[:200])


def refusal(code: str, message: str, line: int | None = None) -> ListingError:
    return ListingError([Problem(code, message, line)])


def _csv_rows(content: bytes) -> Iterator[tuple[int, Cells]]:
    if content.startswith(_OLD_EXCEL):
        raise refusal(
            "old_excel", "Le fichier est un ancien classeur Excel (.xls) : enregistrez-le en .xlsx ou en .csv."
        )
    text = _decoded(content)
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise refusal("not_text", "le fichier contient des octets nuls : ce n’est pas un CSV lisible.", line)
    head = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise refusal(
                "bad_csv", "la ligne ne se lit pas : guillemet mal fermé ou champ trop long.", line
            ) from error
        yield line, row


def _decoded(content: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            candidates = [encoding]
            break
    else:
        # Without a mark, UTF-16 shows by its nul bytes, one out of two.
        sample = content[:2000]
        if sample[1::2].count(0) > len(sample) // 3:
            candidates = ["utf-16-le"]
        elif sample[0::2].count(0) > len(sample) // 3:
            candidates = ["utf-16-be"]
        else:
            candidates = ["utf-8", "cp1252"]
    for encoding in candidates:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refusal("bad_encoding", "Les caractères du fichier ne se lisent pas : enregistrez-le en CSV UTF-8.")


def _xlsx_rows(content: bytes) -> Iterator[tuple[int, Cells]]:
    broken = "Le classeur ne se lit pas : fichier incomplet ou abîmé. Enregistrez-le de nouveau, ou en CSV."
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            unfolded = sum(part.file_size for part in parts)
            is_workbook = any(part.filename == "xl/workbook.xml" for part in parts)
    except _BROKEN as error:
        raise refusal("broken_workbook", broken) from error
    if len(parts) > MAX_PARTS or unfolded > MAX_UNFOLDED_BYTES or unfolded > MAX_RATIO * len(content):
        raise refusal("zip_bomb", "Le classeur se déplie en un volume démesuré : il n’a pas été lu.")
    if not is_workbook:
        raise refusal("not_a_workbook", "Le fichier est une archive, pas un classeur .xlsx ni un CSV.")
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = workbook.worksheets[0]
        # The size a sheet declares may be anything: rows are counted as they come.
        sheet.reset_dimensions()
        for line, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), start=1):
            yield line, [_cell(value) for value in row]
    except _BROKEN as error:
        raise refusal("broken_workbook", broken) from error


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        # A SIREN that a spreadsheet took for a number.
        return str(int(value))
    return str(value)


def _members(rows: Iterable[tuple[int, Cells]]) -> tuple[ListedMember, ...]:
    lines = iter(rows)
    columns = _columns(
        next(((line, row) for line, row in islice(lines, 20) if any(cell.strip() for cell in row)), None)
    )
    members: list[ListedMember] = []
    problems: list[Problem] = []
    for count, (line, row) in enumerate(lines, start=1):
        if count > MAX_ROWS:
            raise refusal(
                "too_many_rows",
                f"Le fichier compte plus de {MAX_ROWS} lignes : la liste officielle en a moins de mille.",
            )
        if not any(cell.strip() for cell in row):
            continue
        found = _member(line, {name: _text(row, index) for name, index in columns.items()})
        if isinstance(found, ListedMember):
            members.append(found)
        else:
            problems += found
        if len(problems) >= ENOUGH_PROBLEMS:
            break
    if not problems and not members:
        problems.append(Problem("empty", "Le fichier n’a que ses titres de colonnes : aucun membre."))
    if problems:
        raise ListingError(problems)
    return tuple(members)


def _text(row: Cells, index: int) -> str:
    """A cell with single plain spaces: spreadsheets like unbreakable ones."""
    text = _SPACES.sub(" ", row[index]) if index < len(row) else ""
    return text.strip(" ")


def _columns(header: tuple[int, Cells] | None) -> dict[str, int]:
    if header is None:
        raise refusal("empty", "Le fichier est vide.")
    line, cells = header
    titles = [cell.strip().lstrip("\ufeff").casefold() for cell in cells]
    missing = [name for name in REQUIRED if name not in titles]
    if missing:
        message = f"il manque la colonne {', '.join(missing)} : les titres attendus sont {', '.join(REQUIRED)}."
        raise refusal("missing_columns", message, line)
    repeated = [name for name in REQUIRED if titles.count(name) > 1]
    if repeated:
        raise refusal("repeated_columns", f"la colonne {', '.join(repeated)} apparaît deux fois.", line)
    return {name: titles.index(name) for name in (*REQUIRED, "lib_membre") if name in titles}


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
