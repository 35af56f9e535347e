"""The list of territories as CSV and XLSX, for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from territories.enums import PlaceKind
from territories.filters import places_touched
from territories.models import Place, Territory
from ti_portal.core.spreadsheets import neutralised

COLUMNS = (
    "Code",
    "Numéro officiel",
    "Nom",
    "Région principale",
    "Code de la région principale",
    "Régions touchées",
    "Départements",
    "Nombre de membres",
    "Codes des membres",
    "Noms des membres",
    "Population municipale 2023",
    "Adresse de la page",
)
WIDTHS = (14, 10, 44, 28, 10, 32, 20, 10, 44, 60, 14, 60)

Row = Sequence[str | int | None]


def rows(territories: Iterable[Territory], known: dict[str, Place], site: str) -> Iterable[Row]:
    """One row a territory (from `filters.with_members`). `site` comes before each page's path."""
    for territory in territories:
        place, region = territory.place, territory.main_region
        touched = [area.name for area in places_touched(territory, known, PlaceKind.REGION)]
        departements = [area.short_code for area in places_touched(territory, known, PlaceKind.DEPARTEMENT)]
        yield tuple(
            neutralised(value)
            for value in (
                place.code,
                f"ti-{territory.number}",
                place.name,
                region.name,
                region.short_code,
                ", ".join(touched),
                ", ".join(departements),
                territory.member_count,
                ", ".join(code.partition("-")[2] for code in territory.member_codes),
                ", ".join(territory.member_names),
                place.population,
                f"{site}{place.get_absolute_url()}",
            )
        )


def as_csv(lines: Iterable[Row]) -> bytes:
    """UTF-8 with its mark and semicolons: what a French spreadsheet opens with a double click."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(lines)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(lines: Iterable[Row], *, source: str, on: date) -> bytes:
    """A workbook: the list, and a second sheet that says where it comes from."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Territoires d’industrie")
    for index, width in enumerate(WIDTHS):
        sheet.column_dimensions[chr(ord("A") + index)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_title(sheet, name) for name in COLUMNS])
    for line in lines:
        sheet.append(line)
    notice = book.create_sheet("Source")
    notice.column_dimensions["A"].width = 100
    notice.append([source])
    notice.append([f"Fichier produit le {on:%d/%m/%Y}."])
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def _title(sheet, name: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=name)
    cell.font = Font(bold=True)
    return cell
