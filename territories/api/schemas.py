"""Forms in which the API gives places and territories."""

from typing import Annotated, Literal

from ninja import Field, Path, Query
from pydantic import StringConstraints

from territories.enums import PlaceKind, Wave
from ti_portal.core.api.schemas import Day, Label, Told

# The form that the database holds a code to, in capitals.
PLACE_PATTERN = "^(COM|EPCI|EPT|DEP|REG|PAYS|TI|ZON)-[0-9A-Za-z-]+$"
TERRITORY_PATTERN = "^TI-(2018|2023)-[0-9]{4}$"
Code = Annotated[str, StringConstraints(pattern=PLACE_PATTERN, max_length=40)]

PlaceCode = Annotated[
    str,
    Path(
        pattern=PLACE_PATTERN,
        max_length=40,
        description="Code du lieu : COM- et le code Insee, EPCI- ou EPT- et le SIREN, DEP-, REG-, TI- ou ZON-.",
        examples=["COM-30007"],
    ),
]
TerritoryCode = Annotated[
    str,
    Path(
        pattern=TERRITORY_PATTERN,
        description="Code du territoire : TI-, la première année de sa vague et son numéro.",
        examples=["TI-2023-2707"],
    ),
]
AtPlace = Annotated[
    str | None,
    Query(
        pattern=PLACE_PATTERN,
        max_length=40,
        description="Code d’un lieu : ce qui s’y applique, ou ce qui le touche.",
        examples=["COM-30007"],
    ),
]


class PlaceRef(Told):
    code: str = Field(examples=["COM-30007"])
    kind: PlaceKind
    name: str = Field(examples=["Alès"])
    page: str | None = Field(description="Adresse de sa page, s’il en a une.")


class PlaceOut(PlaceRef):
    siren: str | None
    postcodes: list[str]
    population: int | None = Field(description="Population municipale.")
    longitude: float | None
    latitude: float | None
    valid_from: Day | None
    valid_until: Day | None = Field(description="Dernier jour en vigueur ; vide tant qu’il l’est.")
    ancestor_codes: list[str] = Field(description="Codes de tout ce qui le contient.")


class PlaceDetail(PlaceOut):
    ancestors: list[PlaceRef] = Field(description="Ce qui le contient, du plus proche au plus large.")


class PlacePage(Told):
    items: list[PlaceOut]
    next: str | None = Field(description="Adresse de la page suivante ; vide à la dernière.")


class FoundPlace(PlaceRef):
    hint: str = Field(description="Ce qui le distingue de ses homonymes.", examples=["Gard (30)"])
    via: str = Field(description="Par quel autre nom il a été trouvé, s’il y a lieu.")
    population: int | None
    territory_code: str | None = Field(description="Territoire d’industrie en vigueur où il se trouve.")
    is_closed: bool = Field(description="Vrai s’il n’existe plus.")


class PlaceSearch(Told):
    items: list[FoundPlace]
    problem: str | None = Field(description="Pourquoi rien n’a été trouvé, ou « did_you_mean » pour des noms proches.")


class TerritoryOut(Told):
    code: str = Field(examples=["TI-2023-2707"])
    wave: Wave = Field(description="Première année de la vague.")
    number: str = Field(description="Numéro dans la vague. Il change d’une vague à l’autre.", examples=["2707"])
    name: str
    page: str
    population: int | None
    main_region: PlaceRef
    region_codes: list[str] = Field(description="Régions touchées.")
    departement_codes: list[str] = Field(description="Départements touchés.")
    valid_from: Day | None
    valid_until: Day | None


class TerritoryPage(Told):
    items: list[TerritoryOut]
    next: str | None = Field(description="Adresse de la page suivante ; vide à la dernière.")


class LinkOut(Told):
    label: str
    url: str


class Profile(Told):
    presentation: str = Field(description="HTML simple, nettoyé.")
    sectors: list[Label]
    links: list[LinkOut]
    updated_at: str | None


class TerritoryDetail(TerritoryOut):
    list_as_of: Day | None = Field(description="Date de la liste officielle appliquée.")
    profile: Profile | None = Field(description="Ce que le territoire dit de lui-même.")


class MemberOut(PlaceRef):
    siren: str | None
    population: int | None
    since: Day | None
    until: Day | None


class MemberPage(Told):
    items: list[MemberOut]
    next: str | None = Field(description="Toujours vide : les membres tiennent en une page.")


class EntryOut(Told):
    code: str = Field(examples=["25.62B"])
    label: str
    level: int
    parent_code: str | None
    lower: int | None = Field(description="Effectif minimal, pour une tranche d’effectif.")
    upper: int | None


class EntryPage(Told):
    items: list[EntryOut]
    next: str | None = Field(description="Adresse de la page suivante ; vide à la dernière.")


Nomenclature = Annotated[
    Literal["naf", "legal_category", "staff_band"], Path(description="Nomenclature officielle.", examples=["naf"])
]
