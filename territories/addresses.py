"""Stable, readable addresses of places: one folder per kind, then `<code>-<slug>`, all in lower case.

Pages hold hundreds of these links, so they are written by hand here instead of asking the URL resolver each
time; `territories.urls` builds its patterns from the same table, and a test checks that both agree.
"""

from django.urls import get_script_prefix

from territories.enums import PlaceKind

FOLDERS = {
    PlaceKind.TERRITORY.value: "territoires",
    PlaceKind.REGION.value: "regions",
    PlaceKind.DEPARTEMENT.value: "departements",
    PlaceKind.COMMUNE.value: "communes",
    PlaceKind.EPCI.value: "intercommunalites",
    PlaceKind.EPT.value: "intercommunalites",
}
CODE_PREFIXES = {
    "regions": ("REG",),
    "departements": ("DEP",),
    "communes": ("COM",),
    "intercommunalites": ("EPCI", "EPT"),
}


def address(kind: str, code: str, slug: str) -> str:
    """Path of a place's page; empty for a kind that has none (country, zoning).

    A territory keeps its whole code (`ti-2023-2707`), the others only their official number.
    """
    folder = FOLDERS.get(kind)
    if folder is None:
        return ""
    number = code if kind == PlaceKind.TERRITORY else code.partition("-")[2]
    return f"{get_script_prefix()}{folder}/{number.lower()}-{slug}/"


def codes_at(folder: str, number: str) -> list[str]:
    """Place codes that `number`, as written in an address of `folder`, may stand for."""
    return [f"{prefix}-{number.upper()}" for prefix in CODE_PREFIXES[folder]]


class CodeConverter:
    """Official number of a place: INSEE code or SIREN."""

    regex = "[0-9A-Za-z]{1,9}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value.lower()


class TerritoryCodeConverter(CodeConverter):
    """Code of a territory: `ti-2023-2707`."""

    regex = "[Tt][Ii]-[0-9]{4}-[0-9]{4}"
