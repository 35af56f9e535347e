"""Files of the national schema of aids to firms, by their address or sent by hand."""

from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from funding.enums import LineOutcome
from funding.models import Source
from funding.national_schema.columns import LABELS
from funding.national_schema.entries import entries, places_of
from funding.national_schema.reading import read
from funding.sources.kind import Kind, refuse_page
from funding.sources.reading import Entry, Problem, Reading, UnreadableSource
from ti_portal.core.spreadsheets import UnreadableTable

_PLACE = "eligibilite_geographique"


class NationalCsv(Kind):
    name: ClassVar[str] = "national_csv"
    label: ClassVar[str] = "Schéma national des aides (CSV)"
    file_name: ClassVar[str] = "schema-national.csv"

    def read(self, data: bytes, source: Source, at: datetime | None = None) -> Reading:
        refuse_page(data)
        try:
            sheet = read(data)
        except UnreadableTable as error:
            raise UnreadableSource(error.code, error.message) from error
        return Reading(tuple(_told(item) for item in entries(sheet, places_of(sheet))), sheet.remarks)


def _told(item: Entry | Problem) -> Entry | Problem:
    """A row that only its place refuses is unplaced."""
    start = f"{LABELS[_PLACE]} ("
    if isinstance(item, Problem) and all(reason.startswith(start) for reason in item.reasons):
        return replace(item, outcome=LineOutcome.UNPLACED)
    return item
