"""Filters of the list of territories, as they are written in its address."""

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from territories.enums import PlaceKind, Wave
from territories.models import ListEdition, Membership, Place, PlaceName, Territory
from territories.names import STOP_WORDS
from ti_portal.core.text import fold_name

TEXT_LENGTH = 100


@dataclass(frozen=True)
class Areas:
    """Régions and départements touched by a territory of the list in force."""

    regions: list[Place]
    departements: list[Place]

    @property
    def by_code(self) -> dict[str, Place]:
        return {place.code: place for place in (*self.regions, *self.departements)}


def areas() -> Areas:
    """One query. Areas that no territory touches are left out: choosing them could only disappoint."""
    touched = Place.objects.filter(kind=PlaceKind.TERRITORY, valid_until=None, territory__wave=Wave.CURRENT)
    codes = touched.order_by().values_list("ancestor_codes", flat=True)
    known = {code for ancestors in codes for code in ancestors if code.startswith(("REG-", "DEP-"))}
    places = (
        Place.objects.in_force()
        .of_kind(PlaceKind.REGION, PlaceKind.DEPARTEMENT)
        .only("id", "code", "kind", "name", "slug", "nature")
        .order_by("slug", "pk")
    )
    found = [place for place in places if place.code in known]
    return Areas(
        regions=[place for place in found if place.kind == PlaceKind.REGION],
        departements=sorted(
            (place for place in found if place.kind == PlaceKind.DEPARTEMENT), key=lambda place: place.code
        ),
    )


class TerritoryFilterForm(forms.Form):
    """Read from the address. A field that is wrong says so; a wrong filter lists nothing rather than everything."""

    q = forms.CharField(
        label="Nom du territoire ou d’un de ses membres",
        required=False,
        max_length=TEXT_LENGTH,
        error_messages={"max_length": f"Le texte cherché est trop long : {TEXT_LENGTH} signes au plus."},
    )
    region = forms.ChoiceField(
        label="Région",
        required=False,
        error_messages={"invalid_choice": "Cette région n’est pas dans la liste : choisissez-en une autre."},
    )
    departement = forms.ChoiceField(
        label="Département",
        required=False,
        error_messages={"invalid_choice": "Ce département n’est pas dans la liste : choisissez-en un autre."},
    )
    tri = forms.ChoiceField(
        label="Trier par",
        required=False,
        choices=[("nom", "Nom"), ("population", "Population, la plus grande d’abord")],
        error_messages={"invalid_choice": "Ce tri n’existe pas."},
    )

    def __init__(self, data, *, areas: Areas) -> None:
        super().__init__(data)
        self.fields["region"].choices = [("", "Toutes les régions")] + [
            (place.short_code, place.name) for place in areas.regions
        ]
        self.fields["departement"].choices = [("", "Tous les départements")] + [
            (place.short_code, f"{place.short_code} – {place.name}") for place in areas.departements
        ]

    @property
    def is_filtering(self) -> bool:
        self.is_valid()
        return any(self.cleaned_data.get(name) for name in ("q", "region", "departement"))

    @property
    def refusal(self) -> str:
        """What is wrong with the filters, in a sentence; empty when they are right. An unknown order is no filter."""
        self.is_valid()
        return " ".join(str(error) for name in ("q", "region", "departement") for error in self.errors.get(name, ()))

    def apply(self, territories: QuerySet[Territory]) -> QuerySet[Territory]:
        if self.refusal:
            return territories.none()
        chosen = self.cleaned_data
        if region := chosen.get("region"):
            territories = territories.filter(place__ancestor_codes__contains=[f"REG-{region}"])
        if departement := chosen.get("departement"):
            territories = territories.filter(place__ancestor_codes__contains=[f"DEP-{departement}"])
        words = fold_name(chosen.get("q") or "").split()
        for word in [word for word in words if word not in STOP_WORDS] or words:
            territories = territories.filter(named(word))
        if chosen.get("tri") == "population":
            return territories.order_by(F("place__population").desc(nulls_last=True), "pk")
        return territories.order_by("place__slug", "pk")


def named(word: str) -> Q:
    """Territories that have a word beginning so in their name, or in the name of a member in force.

    `PlaceName` holds each end of a name from a word on, stop words left out: an index finds them by their beginning.
    """
    named = PlaceName.objects.filter(folded__startswith=word).values("place")
    containers = Membership.objects.filter(member__in=named, valid_until=None).values("container")
    return Q(place__in=named) | Q(place__in=containers)


def listed() -> QuerySet[Territory]:
    """Territories of the list in force, with what one line of the list shows."""
    members = Membership.objects.filter(container=OuterRef("place"), valid_until=None).order_by()
    return (
        Territory.objects.current()
        .select_related("place", "main_region")
        .only(
            "wave",
            "number",
            *(f"place__{name}" for name in ("code", "kind", "name", "slug", "population", "ancestor_codes")),
            *(f"main_region__{name}" for name in ("code", "kind", "name", "slug")),
        )
        .annotate(
            member_count=Coalesce(Subquery(members.values("container").annotate(total=Count("pk")).values("total")), 0)
        )
    )


def with_members(territories: QuerySet[Territory]) -> QuerySet[Territory]:
    """The same territories with the codes and names of their members, for exports."""
    members = Membership.objects.filter(container=OuterRef("place"), valid_until=None).order_by("member__code")
    return territories.annotate(
        member_codes=ArraySubquery(members.values("member__code")),
        member_names=ArraySubquery(members.values("member__name")),
    )


def places_touched(territory: Territory, known: dict[str, Place], kind: str) -> Iterable[Place]:
    """Régions or départements of a territory, the main région first."""
    found = [known[code] for code in territory.place.ancestor_codes if code in known and known[code].kind == kind]
    return sorted(found, key=lambda place: place.pk != territory.main_region_id)


def newest_edition() -> ListEdition | None:
    return (
        ListEdition.objects.filter(wave=Wave.CURRENT).order_by("-as_of", "-pk").only("as_of", "label", "wave").first()
    )
