"""The official list in its published form, built from the reference tables' editions."""

import csv
import io
from functools import lru_cache

from openpyxl import Workbook

from territories.reference_tables.tables import read_table

HEADER = ("id_ti", "lib_ti", "siren_membre", "lib_membre", "type_membre")


@lru_cache
def rows(edition: str) -> tuple[tuple[str, ...], ...]:
    """Rows of one edition ("2018", "2023-11", "2024-07"), without header."""
    territories = {row["number"]: row["name"] for row in read_table("territories") if row["edition"] == edition}
    communes = {row["code"]: row for row in read_table("communes")}
    bodies = {row["siren"]: row for row in read_table("intercommunalites")}
    found = []
    for row in read_table("territory_members"):
        if row["edition"] != edition:
            continue
        code = row["member_code"]
        siren, name = (
            (communes[code]["siren"], communes[code]["name"])
            if row["member_kind"] == "commune"
            else (code, bodies[code]["name"])
        )
        found.append((f"ti-{row['number']}", territories[row["number"]], siren, name, row["member_kind"]))
    return tuple(found)


def as_csv(table, *, header=HEADER, separator=",", encoding="utf-8") -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator)
    writer.writerow(header)
    writer.writerows(table)
    return buffer.getvalue().encode(encoding)


def as_xlsx(table, *, header=HEADER) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    sheet.append(header)
    for row in table:
        sheet.append(list(row))
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()
