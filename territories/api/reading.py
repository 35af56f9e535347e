"""Reading for the API: one page of a list, from a key on."""

from collections.abc import Sequence
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from territories.models import ListEdition, Membership, NomenclatureEntry, Place, Territory
from ti_portal.core.api.problems import FieldError, Problem, unknown

Row = TypeVar("Row", bound=Model)

PLACE_FIELDS = (
    "code", "kind", "name", "slug", "siren", "postcodes", "population", "longitude", "latitude", "valid_from",
    "valid_until", "ancestor_codes",
)  # fmt: skip


def unknown_place(location: str, field: str) -> Problem:
    """What to raise for a code that is no place's."""
    sentence = "Aucun lieu n’a ce code. Cherchez-le par son nom : /places/search?q="
    return unknown(sentence, FieldError(location, field, "unknown_place", sentence))


def place_of(code: str, location: str = "path", field: str = "code") -> Place:
    """A place by its code, closed or not. Raises Problem 404."""
    found = Place.objects.filter(code=code).only(*PLACE_FIELDS).order_by("pk").first()
    if found is None:
        raise unknown_place(location, field)
    return found


def places(kind: str | None, within: str | None, after: str | None, limit: int) -> Sequence[Place]:
    """Places in force by code: at most `limit + 1`, so that one knows whether there are more."""
    found = Place.objects.in_force().only(*PLACE_FIELDS)
    if kind:
        found = found.of_kind(kind)
    if within:
        found = found.within(within)
    return page_of(found, "code", after, limit)


def territories(wave: int, at: str | None, after: str | None, limit: int) -> Sequence[Territory]:
    """Territories of a wave by code; `at` keeps those that lie in a place, or in which it lies."""
    found = with_places(Territory.objects.filter(wave=wave))
    if at:
        around = place_of(at, "query", "lieu").ancestor_codes
        found = found.filter(Q(place__ancestor_codes__contains=[at]) | Q(place__code__in=around))
    return page_of(found, "place__code", after, limit)


def territory_of(code: str) -> Territory:
    """A territory with its profile. Raises Problem 404."""
    found = with_places(Territory.objects.filter(place__code=code)).select_related("profile").order_by("pk").first()
    if found is None:
        raise unknown("Aucun territoire n’a ce code.")
    return found


def with_places(found: QuerySet[Territory]) -> QuerySet[Territory]:
    return found.select_related("place", "main_region")


def members(territory: Territory) -> Sequence[Membership]:
    """Members in force, by code; those of a wave that is over are the ones of its last day."""
    found = Membership.objects.filter(container=territory.place_id).select_related("member")
    in_force = Q(valid_until=None) | Q(valid_until=territory.place.valid_until)
    return list(found.filter(in_force).order_by("member__code", "pk"))


def list_date(wave: int):
    """Day of the last official list of a wave that was applied."""
    return ListEdition.objects.filter(wave=wave).order_by("-as_of", "-pk").values_list("as_of", flat=True).first()


def entries(nomenclature: str, after: str | None, limit: int) -> Sequence[NomenclatureEntry]:
    return page_of(NomenclatureEntry.objects.filter(nomenclature=nomenclature), "code", after, limit)


def page_of(found: QuerySet[Row], key: str, after: str | None, limit: int) -> list[Row]:
    """At most `limit + 1` rows after a key that is unique."""
    if after is not None:
        found = found.filter(**{f"{key}__gt": after})
    return list(found.order_by(key)[: limit + 1])
