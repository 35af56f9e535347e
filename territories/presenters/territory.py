"""Facts of a territory's page, read in few queries and shared by its sections."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.shortcuts import get_object_or_404

from territories.enums import NameKind, PlaceKind, Wave
from territories.models import Adjacency, ListEdition, Membership, Place, PlaceName, Territory
from territories.presenters.maps import LocalMap, local_map, newest_outlines
from territories.presenters.pages import codes_of_kind, kind_label

PLACE_FIELDS = ("id", "code", "kind", "nature", "name", "slug", "population", "ancestor_codes")


def territory_for_page(code: str) -> Territory:
    """Territory of a code like `TI-2023-2707`, with all that its page says of itself. Raises Http404."""
    editions = ListEdition.objects.filter(wave=OuterRef("wave")).order_by("-as_of", "-pk")
    renamed = PlaceName.objects.filter(place=OuterRef("place"), kind=NameKind.RENAMED).order_by("label").distinct()
    return get_object_or_404(
        Territory.objects.select_related("place", "main_region", "profile")
        .annotate(
            outlines_version=newest_outlines(),
            edition_as_of=editions.values("as_of")[:1],
            old_names=ArraySubquery(renamed.values("label")),
            after=ArraySubquery(Adjacency.objects.filter(first=OuterRef("place")).values("second__code")),
            before=ArraySubquery(Adjacency.objects.filter(second=OuterRef("place")).values("first__code")),
        )
        .defer("place__longitude", "place__latitude", "place__postcodes", "main_region__ancestor_codes"),
        place__code=code,
    )


class Member(NamedTuple):
    """`number` is what its shape bears on the map; `communes` are names."""

    number: int
    place: Place
    label: str
    url: str
    communes: list[str]


class MemberChange(NamedTuple):
    place: Place
    since: date | None
    until: date | None


@dataclass
class TerritoryFacts:
    """Read on first use and kept for one page."""

    territory: Territory
    today: date

    @property
    def edition(self) -> dict[str, date | None]:
        return {"as_of": self.territory.edition_as_of}

    @cached_property
    def _memberships(self) -> list[Membership]:
        communes = Place.objects.filter(
            containers__container=OuterRef("member"), containers__valid_until=None, kind=PlaceKind.COMMUNE
        )
        return list(
            Membership.objects.filter(container=self.territory.place_id)
            .select_related("member")
            .only("valid_from", "valid_until", "container_id", *(f"member__{name}" for name in PLACE_FIELDS))
            .annotate(communes=ArraySubquery(communes.order_by("slug", "pk").values("name")))
            .order_by("member__slug", "valid_from", "pk")
        )

    @cached_property
    def members(self) -> list[Member]:
        """Members in force, by name; those of a wave that is over are the ones of its last day."""
        last_day = self.territory.place.valid_until
        in_force = [membership for membership in self._memberships if membership.valid_until in (None, last_day)]
        return [
            Member(
                number,
                membership.member,
                kind_label(membership.member),
                membership.member.get_absolute_url(),
                membership.communes,
            )
            for number, membership in enumerate(in_force, start=1)
        ]

    @cached_property
    def commune_count(self) -> int:
        return sum(len(member.communes) or member.place.kind == PlaceKind.COMMUNE for member in self.members)

    @cached_property
    def changes(self) -> list[MemberChange]:
        """Members that joined or left after the first list of the wave, newest change first."""
        starts = [membership.valid_from for membership in self._memberships if membership.valid_from]
        first, last_day = min(starts, default=None), self.territory.place.valid_until
        changes = [
            MemberChange(membership.member, membership.valid_from, membership.valid_until)
            for membership in self._memberships
            if membership.valid_until not in (None, last_day)
            or (membership.valid_from and membership.valid_from != first)
        ]
        return sorted(changes, key=lambda change: (change.until or change.since, change.place.slug), reverse=True)

    @cached_property
    def _related(self) -> list[Place]:
        """Régions, départements, neighbours and territories of the other wave that share a member."""
        other_wave = f"TI-{Wave.FIRST if self.territory.wave == Wave.CURRENT else Wave.CURRENT}-"
        codes = {code for code in self.territory.place.ancestor_codes if code.startswith(("DEP-", "REG-"))}
        codes.update(self.territory.after, self.territory.before)
        for member in self.members:
            codes.update(codes_of_kind(member.place, other_wave))
        related = Place.objects.filter(code__in=codes).only("code", "kind", "name", "slug", "population")
        return list(related.order_by("slug", "pk"))

    @cached_property
    def regions(self) -> list[Place]:
        """Régions touched, the main one first."""
        return self._containing(PlaceKind.REGION)

    @cached_property
    def departements(self) -> list[Place]:
        """Départements touched, by the number of inhabitants of the territory who live there."""
        return self._containing(PlaceKind.DEPARTEMENT)

    def _containing(self, kind: str) -> list[Place]:
        rank = {code: index for index, code in enumerate(self.territory.place.ancestor_codes)}
        found = [place for place in self._related if place.kind == kind and place.code in rank]
        main = self.territory.main_region_id
        return sorted(found, key=lambda place: (place.pk != main, rank[place.code]))

    @cached_property
    def neighbours(self) -> list[Place]:
        """Territories of the same wave that share a border."""
        return [place for place in self._related if place.code.startswith(f"TI-{self.territory.wave}-")]

    @cached_property
    def other_wave(self) -> list[Place]:
        """Territories of the other wave that share a member with this one."""
        prefix = f"TI-{self.territory.wave}-"
        return [
            place for place in self._related if place.kind == PlaceKind.TERRITORY and not place.code.startswith(prefix)
        ]

    @cached_property
    def map(self) -> LocalMap | None:
        members = tuple(member.place.pk for member in self.members)
        focus = (self.territory.place_id,) if self.territory.wave == Wave.CURRENT else members
        return local_map(
            self.territory.outlines_version, focus, members, tuple(neighbour.pk for neighbour in self.neighbours)
        )


def facts_of(territory: Territory, today: date) -> TerritoryFacts:
    """The facts of a page, read once however many sections ask for them."""
    facts = territory.__dict__.get("_page_facts")
    if facts is None or facts.today != today:
        facts = territory.__dict__["_page_facts"] = TerritoryFacts(territory, today)
    return facts
