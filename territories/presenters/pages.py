"""What every page of a place says about itself and about its figures."""

import re
from typing import NamedTuple

from territories.enums import PlaceKind, Wave
from territories.models import Place

# Vintage of the populations of the reference tables; a test compares it with the notice of sources.
POPULATION_YEAR = 2023
GEOGRAPHY_YEAR = 2026


class Link(NamedTuple):
    """An entry of a breadcrumb or of a list."""

    title: str
    url: str


def link(place: Place) -> Link:
    return Link(place.name, place.get_absolute_url())


# Natures of intercommunalités as people name them.
NATURES = {
    "CC": "Communauté de communes",
    "CA": "Communauté d’agglomération",
    "CU": "Communauté urbaine",
    "METRO": "Métropole",
    "MET69": "Métropole de Lyon",
    "EPT": "Établissement public territorial",
}


_COLLECTIVITY = re.compile(r"(REG|DEP)-(975|977|978|98\d)")


def is_in_collectivity(place: Place) -> bool:
    """Whether a place is, or lies in, a collectivity overseas: its population may come from a census of its own."""
    return any(_COLLECTIVITY.fullmatch(code) for code in (place.code, *place.ancestor_codes))


def kind_label(place: Place) -> str:
    """« Communauté d’agglomération », « Commune », « Département »…"""
    if place.kind in (PlaceKind.EPCI, PlaceKind.EPT):
        return NATURES.get(place.nature, place.get_kind_display())
    if place.kind in (PlaceKind.REGION, PlaceKind.DEPARTEMENT) and place.nature == "com":
        return "Collectivité d’outre-mer"
    return place.get_kind_display()


def codes_of_kind(place: Place, prefix: str) -> list[str]:
    """Codes of what contains a place, of one prefix (`REG-`, `DEP-`, `TI-2023-`), itself excluded, in their order."""
    return [code for code in place.ancestor_codes if code.startswith(prefix) and code != place.code]


CURRENT_TERRITORY = f"TI-{Wave.CURRENT.value}-"
FIRST_WAVE_TERRITORY = f"TI-{Wave.FIRST.value}-"
