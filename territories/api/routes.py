"""Addresses of places, territories and nomenclatures in the API."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router

from territories.api import presenters, reading
from territories.api.schemas import (
    PLACE_PATTERN,
    AtPlace,
    EntryPage,
    MemberPage,
    Nomenclature,
    PlaceCode,
    PlaceDetail,
    PlacePage,
    PlaceSearch,
    TerritoryCode,
    TerritoryDetail,
    TerritoryPage,
)
from territories.enums import PlaceKind
from territories.models import Place
from territories.presenters.version import data_version
from territories.search import search
from ti_portal.core.api.answers import Volatile, answer
from ti_portal.core.api.cursors import DEFAULT_LIMIT, Cursors, cut, next_address
from ti_portal.core.api.kinds import Cursor, Limit

router = Router()

_MAY_BE_UNKNOWN = {"x-may-be-unknown": True}
_PLACES = Cursors("places", (str,))
_TERRITORIES = Cursors("territories", (str,))
_ENTRIES = Cursors("nomenclatures", (str,))

Kind = Annotated[PlaceKind | None, Query(description="Nature des lieux.", examples=["epci"])]
Within = Annotated[
    str | None,
    Query(pattern=PLACE_PATTERN, max_length=40, description="Lieux contenus dans celui-ci.", examples=["TI-2023-7604"]),
]
Typed = Annotated[
    str,
    Query(
        min_length=1,
        max_length=200,
        description="Nom, code postal, code Insee, SIREN ou SIRET d’une collectivité. Accents, casse et tirets libres.",
        examples=["ales"],
    ),
]
Generation = Annotated[
    Literal["2018", "2023"],
    Query(description="Première année de la vague : 2023 (liste en vigueur) ou 2018.", examples=["2023"]),
]


@router.get(
    "/places",
    response=PlacePage,
    tags=["Lieux"],
    summary="Lister des lieux",
    operation_id="list_places",
    openapi_extra=_MAY_BE_UNKNOWN,
)
def list_places(
    request: HttpRequest,
    nature: Kind = None,
    dans: Within = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
):
    """Les lieux en vigueur, par code : communes, intercommunalités, départements, régions, territoires, zonages."""
    after = _PLACES.read(cursor)

    def build():
        if dans:
            reading.place_of(dans, "query", "dans")
        found = reading.places(nature, dans, after and after[0], limit)
        page, is_followed = cut(found, limit)
        return Volatile(
            {
                "items": [presenters.place(place, request) for place in page],
                "next": next_address(request, _PLACES.write(page[-1].code) if is_followed else None),
            }
        )

    return answer(request, (), build)


@router.get(
    "/places/search", response=PlaceSearch, tags=["Lieux"], summary="Chercher un lieu", operation_id="search_places"
)
def search_places(request: HttpRequest, q: Typed, limit: Limit = DEFAULT_LIMIT):
    """Les mêmes réponses que la page de recherche, les meilleures d’abord ; sans page suivante."""

    def build():
        found = search(q, limit=limit)
        return Volatile(
            {"items": [presenters.suggestion(one, request) for one in found.places], "problem": found.problem or None}
        )

    return answer(request, (), build)


@router.get(
    "/places/{code}",
    response=PlaceDetail,
    tags=["Lieux"],
    summary="Un lieu et ce qui le contient",
    operation_id="get_place",
    openapi_extra=_MAY_BE_UNKNOWN,
)
def get_place(request: HttpRequest, code: PlaceCode):
    """Un lieu par son code, en vigueur ou non."""

    def build():
        found = reading.place_of(code)
        around = Place.objects.filter(code__in=found.ancestor_codes).exclude(code=code)
        ancestors = list(around.only("code", "kind", "name", "slug").order_by("code"))
        return Volatile(presenters.place_detail(found, ancestors, request))

    return answer(request, (), build)


@router.get(
    "/territories",
    response=TerritoryPage,
    tags=["Territoires"],
    summary="Lister les territoires",
    operation_id="list_territories",
    openapi_extra=_MAY_BE_UNKNOWN,
)
def list_territories(
    request: HttpRequest,
    vague: Generation = "2023",
    lieu: AtPlace = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
):
    """Les territoires d’une vague, par code. Avec un lieu : ceux qui s’y trouvent, ou celui où il se trouve."""
    after = _TERRITORIES.read(cursor)

    def build():
        found = reading.territories(int(vague), lieu, after and after[0], limit)
        page, is_followed = cut(found, limit)
        return {
            "items": [presenters.territory(territory, request) for territory in page],
            "next": next_address(request, _TERRITORIES.write(page[-1].place.code) if is_followed else None),
        }

    return answer(request, data_version(), build)


@router.get(
    "/territories/{code}",
    response=TerritoryDetail,
    tags=["Territoires"],
    summary="Un territoire",
    operation_id="get_territory",
    openapi_extra=_MAY_BE_UNKNOWN,
)
def get_territory(request: HttpRequest, code: TerritoryCode):
    """Un territoire, et ce qu’il dit de lui-même."""

    def build():
        found = reading.territory_of(code)
        return Volatile(
            {
                **presenters.territory(found, request),
                "list_as_of": presenters.iso(reading.list_date(found.wave)),
                "profile": presenters.profile(getattr(found, "profile", None)),
            }
        )

    return answer(request, (), build)


@router.get(
    "/territories/{code}/members",
    response=MemberPage,
    tags=["Territoires"],
    summary="Les membres d’un territoire",
    operation_id="list_members",
    openapi_extra=_MAY_BE_UNKNOWN,
)
def list_members(request: HttpRequest, code: TerritoryCode):
    """Les intercommunalités et communes membres, toutes en une page. Vague close : ceux de son dernier jour."""

    def build():
        found = reading.territory_of(code)
        return {"items": [presenters.member(one, request) for one in reading.members(found)], "next": None}

    return answer(request, data_version(), build)


@router.get(
    "/nomenclatures/{nomenclature}",
    response=EntryPage,
    tags=["Nomenclatures"],
    summary="Une nomenclature officielle",
    operation_id="list_entries",
)
def list_entries(request: HttpRequest, nomenclature: Nomenclature, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None):
    """Activités (NAF rév. 2), catégories juridiques ou tranches d’effectif, par code."""
    after = _ENTRIES.read(cursor)

    def build():
        found = reading.entries(nomenclature, after and after[0], limit)
        page, is_followed = cut(found, limit)
        return {
            "items": [presenters.entry(one) for one in page],
            "next": next_address(request, _ENTRIES.write(page[-1].code) if is_followed else None),
        }

    return answer(request, data_version(), build)
