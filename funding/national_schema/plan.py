"""From a file of the national schema to a plan, by the one comparison of sources."""

from datetime import datetime

from funding.national_schema.entries import entries, places_of
from funding.national_schema.reading import Sheet
from funding.sync.known import Known, known_organisations, known_schemes
from funding.sync.plan import Plan, compare

MAX_SOURCE = 200


def plan(sheet: Sheet, known: Known, *, source: str, at: datetime) -> Plan:
    """Compare a file with what is known; see `sync.plan.compare`."""
    return compare(entries(sheet, known.places), known, source=source, at=at, remarks=sheet.remarks)


def known_for(sheet: Sheet, *, source: str, at: datetime) -> Known:
    """Read what is known about the rows of a file: a constant number of queries for each five hundred schemes."""
    keys = {row.cells["id"].strip().lower() for row in sheet.rows}
    return Known(known_schemes(keys, source=source, at=at), places_of(sheet), *known_organisations())
