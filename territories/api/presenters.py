"""Places and territories in plain JSON. Identifiers are official codes; keys of the database never leave."""

from typing import Any

from django.http import HttpRequest

from territories.addresses import address
from territories.enums import Sector
from territories.models import Membership, NomenclatureEntry, Place, Territory, TerritoryProfile
from territories.search import Suggestion

Plain = dict[str, Any]


def iso(value: Any) -> str | None:
    return value.isoformat() if value else None


def reference(place: Place, request: HttpRequest) -> Plain:
    return _reference(place.code, place.kind, place.name, place.slug, request)


def _reference(code: str, kind: str, name: str, slug: str, request: HttpRequest) -> Plain:
    path = address(kind, code, slug)
    return {"code": code, "kind": kind, "name": name, "page": request.build_absolute_uri(path) if path else None}


def place(found: Place, request: HttpRequest) -> Plain:
    return {
        **reference(found, request),
        "siren": found.siren or None,
        "postcodes": found.postcodes,
        "population": found.population,
        "longitude": found.longitude,
        "latitude": found.latitude,
        "valid_from": iso(found.valid_from),
        "valid_until": iso(found.valid_until),
        "ancestor_codes": [code for code in found.ancestor_codes if code != found.code],
    }


def place_detail(found: Place, ancestors: list[Place], request: HttpRequest) -> Plain:
    rank = {code: index for index, code in enumerate(found.ancestor_codes)}
    known = sorted(ancestors, key=lambda one: rank[one.code])
    return {**place(found, request), "ancestors": [reference(one, request) for one in known]}


def suggestion(found: Suggestion, request: HttpRequest) -> Plain:
    return {
        **_reference(found.code, found.kind, found.name, found.slug, request),
        "hint": found.hint,
        "via": found.via,
        "population": found.population,
        "territory_code": found.territory_code or None,
        "is_closed": found.is_closed,
    }


def territory(found: Territory, request: HttpRequest) -> Plain:
    codes = found.place.ancestor_codes
    return {
        "code": found.place.code,
        "wave": found.wave,
        "number": found.number,
        "name": found.place.name,
        "page": request.build_absolute_uri(found.get_absolute_url()),
        "population": found.place.population,
        "main_region": reference(found.main_region, request),
        "region_codes": [code for code in codes if code.startswith("REG-")],
        "departement_codes": [code for code in codes if code.startswith("DEP-")],
        "valid_from": iso(found.place.valid_from),
        "valid_until": iso(found.place.valid_until),
    }


def profile(found: TerritoryProfile | None) -> Plain | None:
    if found is None:
        return None
    return {
        "presentation": found.presentation,
        "sectors": [{"code": code, "label": Sector(code).label} for code in found.sectors],
        "links": [{"label": link["label"], "url": link["url"]} for link in found.links],
        "updated_at": iso(found.updated_at),
    }


def member(found: Membership, request: HttpRequest) -> Plain:
    return {
        **reference(found.member, request),
        "siren": found.member.siren or None,
        "population": found.member.population,
        "since": iso(found.valid_from),
        "until": iso(found.valid_until),
    }


def entry(found: NomenclatureEntry) -> Plain:
    return {
        "code": found.code,
        "label": found.label,
        "level": found.level,
        "parent_code": found.parent_code or None,
        "lower": found.lower,
        "upper": found.upper,
    }
