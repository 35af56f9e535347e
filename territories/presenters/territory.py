"""What the official data says of a territory: members, areas, neighbours, history, shapes."""

from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q

from territories.enums import NameKind, PlaceKind, Wave
from territories.models import Adjacency, ListEdition, Membership, Place, PlaceName, Territory
from territories.presenters.maps import LocalMap, local_map
from territories.presenters.pages import codes_of_kind, kind_label
from territories.presenters.version import Version

PLACE_FIELDS = ("code", "kind", "nature", "name", "slug", "population", "longitude", "latitude", "ancestor_codes")


class Member(NamedTuple):
    """`number` is what its shape bears on the map; `communes` are the names of its communes, `total` how many."""

    number: int
    place: Place
    label: str
    url: str
    total: int
    communes: str


class MemberChange(NamedTuple):
    place: Place
    since: date | None
    until: date | None

    @property
    def gone_since(self) -> date | None:
        """First day without the member: the date of the list that leaves it out."""
        return self.until and self.until + timedelta(days=1)


class TerritoryFacts:
    """What the official data says of a territory. Each fact is read on first use."""

    def __init__(self, territory: Territory, version: Version) -> None:
        self.territory = territory
        self.version = version

    @cached_property
    def edition(self) -> ListEdition | None:
        return ListEdition.objects.filter(wave=self.territory.wave).order_by("-as_of", "-pk").first()

    @cached_property
    def old_names(self) -> list[str]:
        renamed = PlaceName.objects.filter(place=self.territory.place_id, kind=NameKind.RENAMED)
        return sorted(set(renamed.values_list("label", flat=True)))

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
                len(membership.communes) or int(membership.member.kind == PlaceKind.COMMUNE),
                ", ".join(membership.communes),
            )
            for number, membership in enumerate(in_force, start=1)
        ]

    @cached_property
    def commune_count(self) -> int:
        return sum(member.total for member in self.members)

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
        place = self.territory.place
        other_wave = f"TI-{Wave.FIRST if self.territory.wave == Wave.CURRENT else Wave.CURRENT}-"
        codes = {code for code in place.ancestor_codes if code.startswith(("DEP-", "REG-"))}
        for first, second in (
            Adjacency.objects.filter(Q(first=place) | Q(second=place))
            .values_list("first__code", "second__code")
            .order_by("pk")
        ):
            codes.update((first, second))
        for member in self.members:
            codes.update(codes_of_kind(member.place, other_wave))
        related = Place.objects.filter(code__in=codes - {place.code})
        return list(related.only("code", "kind", "name", "slug", "population").order_by("slug", "pk"))

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

    @property
    def map(self) -> LocalMap | None:
        members = tuple(member.place.pk for member in self.members)
        return local_map(
            self.version[0],
            (self.territory.place_id,) if self.territory.wave == Wave.CURRENT else members,
            members,
            backdrop=(neighbour.pk for neighbour in self.neighbours),
            points=self._single_communes,
            margin=40,
        )

    @cached_property
    def _single_communes(self) -> list[tuple[int, float, float]]:
        return [
            (member.place.pk, member.place.longitude, member.place.latitude)
            for member in self.members
            if member.place.kind == PlaceKind.COMMUNE and member.place.longitude is not None
        ]

    @property
    def has_discs(self) -> bool:
        """Whether some members are single communes, drawn as discs over the outline of the territory."""
        return bool(self._single_communes)
