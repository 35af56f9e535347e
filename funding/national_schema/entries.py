"""Rows of a file of the national schema as entries of a source."""

from collections.abc import Collection, Iterator

from funding.enums import LineOutcome
from funding.national_schema.cells import listed
from funding.national_schema.mapping import mapped
from funding.national_schema.reading import Sheet, duplicates
from funding.sources.reading import Entry, Problem
from territories.models import Place

_PLACES = ("eligibilite_geographique", "eligibilite_geographique_exclusions")


def places_of(sheet: Sheet) -> frozenset[str]:
    """Those of the codes of places of a file that the portal has: one query."""
    codes = {code.upper() for row in sheet.rows for name in _PLACES for code in listed(row.cells[name])}
    return frozenset(Place.objects.in_force().filter(code__in=codes).values_list("code", flat=True))


def entries(sheet: Sheet, places: Collection[str]) -> Iterator[Entry | Problem]:
    """Each row of a file, in its order, `places` being the codes that exist. Of rows that have the same identifier,
    none can be trusted: all are refused.
    """
    twins = duplicates(sheet.rows)
    for row in sheet.rows:
        found = mapped(row, places)
        reasons = found.reasons
        if others := twins.get(row.number):
            shown = ", ".join(str(number) for number in others[:5])
            reasons = (
                f"Identifiant (id) : le même est aussi ligne {shown} ; gardez une seule de ces lignes.",
                *reasons,
            )
        if others or found.draft is None:
            yield Problem(found.number, found.key, found.title, LineOutcome.REFUSED, reasons, found.remarks)
        else:
            yield Entry(found.number, found.title, found.draft, found.remarks)
