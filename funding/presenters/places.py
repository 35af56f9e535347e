"""Addresses that keep a place and a date from page to page."""

from urllib.parse import urlencode

from django.http import QueryDict

from funding.catalogue.places import CODE, PlaceChoice
from funding.dates import PARAMETER
from territories.models import Place
from territories.presenters.search import Result, result


def kept_query(parameters: QueryDict, place: Place | None) -> str:
    """The query string that keeps the date of the switch, and this place."""
    kept = [(CODE, place.code)] if place is not None else []
    if day := parameters.get(PARAMETER):
        kept.append((PARAMETER, day))
    return f"?{urlencode(kept)}" if kept else ""


def place_proposals(
    parameters: QueryDict, choice: PlaceChoice, kept: list[tuple[str, str]] | None = None
) -> list[tuple[Result, str]]:
    """Places to choose from when a name is not enough, each with its address. `kept` are the other parameters."""
    if kept is None:
        kept = [(PARAMETER, day)] if (day := parameters.get(PARAMETER)) else []
    return [(result(place), f"?{urlencode([(CODE, place.code), *kept])}") for place in choice.proposals]
