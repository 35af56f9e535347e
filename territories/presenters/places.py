"""Facts of the pages of régions, départements, intercommunalités and communes."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Count, Q, Sum

from territories.addresses import address
from territories.enums import NameKind, PlaceKind
from territories.filters import listed
from territories.models import Membership, Place, PlaceName, Territory
from territories.nearest import nearest_territories
from territories.presenters.maps import drawing, local_map, outlines_version
from territories.presenters.pages import CURRENT_TERRITORY, FIRST_WAVE_TERRITORY, Link, codes_of_kind, link

LINK_FIELDS = ("code", "kind", "nature", "name", "slug", "population")
NAMED_COMMUNES = 150  # above, communes are counted by intercommunalité and named on its page


@dataclass(frozen=True)
class Coverage:
    """How much of an area lies in territories of the list in force."""

    communes: int
    covered_communes: int
    population: int
    covered_population: int

    @property
    def share(self) -> int | None:
        """Percentage of the inhabitants, rounded; None when nobody was counted."""
        return round(100 * self.covered_population / self.population) if self.population else None


def territories_touching(area: Place) -> list[Territory]:
    """Territories in force with a commune in the area, with what `filters.listed` gives of each."""
    return list(listed().filter(place__ancestor_codes__contains=[area.code]).order_by("place__slug", "pk"))


def coverage(area: Place, territories: list[Territory]) -> Coverage:
    covered = Q(ancestor_codes__overlap=[territory.place.code for territory in territories])
    counted = (
        Place.objects.in_force()
        .of_kind(PlaceKind.COMMUNE)
        .within(area.code)
        .aggregate(
            communes=Count("pk"),
            covered_communes=Count("pk", filter=covered),
            people=Sum("population", default=0),
            covered_people=Sum("population", filter=covered, default=0),
        )
    )
    return Coverage(counted["communes"], counted["covered_communes"], counted["people"], counted["covered_people"])


def area_map(area: Place, territories: list[Territory]) -> dict | None:
    """The area's outline with its territories over it, numbered in the order given."""
    shapes = local_map(outlines_version(), (area.pk,), tuple(territory.place_id for territory in territories))
    if shapes is None:
        return None
    places = [
        (territory.place.get_absolute_url(), territory.place.name, territory.place_id) for territory in territories
    ]
    return drawing(shapes, area.pk, places, label=f"Carte des territoires d’industrie : {area.name}")


@dataclass(frozen=True)
class Surroundings:
    """What contains a place, kind by kind, and its territories of both waves."""

    epts: list[Link]
    epcis: list[Link]
    departements: list[Link]
    regions: list[Link]
    territories: list[Place]
    first_wave: list[Place]


def surroundings(place: Place) -> Surroundings:
    """One query. Each list is in the order of the place's ancestors: where most of its people live first."""
    rank = {code: index for index, code in enumerate(place.ancestor_codes)}
    found = Place.objects.filter(code__in=set(rank) - {place.code}).only(*LINK_FIELDS).order_by("code")
    by_kind: dict[str, list[Place]] = defaultdict(list)
    for container in sorted(found, key=lambda container: rank[container.code]):
        by_kind[container.kind].append(container)
    territories = by_kind[PlaceKind.TERRITORY]
    return Surroundings(
        epts=[link(found) for found in by_kind[PlaceKind.EPT]],
        epcis=[link(found) for found in by_kind[PlaceKind.EPCI]],
        departements=[link(found) for found in by_kind[PlaceKind.DEPARTEMENT]],
        regions=[link(found) for found in by_kind[PlaceKind.REGION]],
        territories=[found for found in territories if found.code.startswith(CURRENT_TERRITORY)],
        first_wave=[found for found in territories if found.code.startswith(FIRST_WAVE_TERRITORY)],
    )


class NearLink(NamedTuple):
    """A territory near a place, and how far, in words."""

    name: str
    url: str
    distance: str


def nearest(place: Place) -> list[NearLink]:
    """Nearest territories of a place that lies in none; see `territories.nearest` for how distances are taken."""
    return [
        NearLink(near.name, address(PlaceKind.TERRITORY, near.code, near.slug), spoken_distance(near.km))
        for near in nearest_territories(place)
    ]


def spoken_distance(km: float) -> str:
    """« moins de 1 km », « 12 km », with a non-breaking space."""
    return "moins de 1\u00a0km" if km < 1 else f"{round(km)}\u00a0km"


def former_communes(place: Place) -> list[str]:
    """Names of the communes that became part of this one, by name; codes without a name are left out."""
    names = PlaceName.objects.filter(place=place, kind=NameKind.FORMER).order_by("folded", "pk")
    return list(dict.fromkeys(name for name in names.values_list("label", flat=True) if name and name != place.name))


@dataclass
class MemberCommunes:
    """Communes of an intercommunalité; `partial`: territories it is not in, but some of its communes are."""

    communes: list[Place]
    partial: list[tuple[Place, list[Place]]] = field(default_factory=list)


def communes_of(place: Place) -> MemberCommunes:
    memberships = (
        Membership.objects.in_force()
        .filter(container=place, member__kind=PlaceKind.COMMUNE)
        .select_related("member")
        .only("container_id", *(f"member__{name}" for name in (*LINK_FIELDS, "ancestor_codes")))
        .order_by("member__slug", "member__code")
    )
    communes = [membership.member for membership in memberships]
    whole = set(codes_of_kind(place, CURRENT_TERRITORY))
    partial: dict[str, list[Place]] = defaultdict(list)
    for commune in communes:
        for code in codes_of_kind(commune, CURRENT_TERRITORY):
            if code not in whole:
                partial[code].append(commune)
    if not partial:
        return MemberCommunes(communes)
    territories = Place.objects.filter(code__in=partial).only(*LINK_FIELDS).order_by("slug", "pk")
    return MemberCommunes(communes, [(territory, partial[territory.code]) for territory in territories])


@dataclass
class EpciInDepartement:
    place: Place
    territories: list[Link]
    communes: int = 0
    outside: int = 0


@dataclass(frozen=True)
class Departement:
    """`outside` are communes in no territory; named only when they are few, counted by intercommunalité always."""

    epcis: list[EpciInDepartement]
    communes: int
    population: int
    outside: list[Place]

    @property
    def outside_population(self) -> int:
        return sum(commune.population or 0 for commune in self.outside)

    @property
    def names_outside(self) -> bool:
        return len(self.outside) <= NAMED_COMMUNES

    @property
    def coverage(self) -> Coverage:
        return Coverage(
            communes=self.communes,
            covered_communes=self.communes - len(self.outside),
            population=self.population,
            covered_population=self.population - self.outside_population,
        )


def departement(area: Place, territories: list[Territory]) -> Departement:
    """Two queries: the intercommunalités that touch the département, and its communes."""
    known = {territory.place.code: link(territory.place) for territory in territories}
    epcis = {
        place.code: EpciInDepartement(place, [known[code] for code in place.ancestor_codes if code in known])
        for place in Place.objects.in_force()
        .of_kind(PlaceKind.EPCI, PlaceKind.EPT)
        .within(area.code)
        .only(*LINK_FIELDS, "ancestor_codes")
        .order_by("slug", "code")
    }
    communes = (
        Place.objects.in_force()
        .of_kind(PlaceKind.COMMUNE)
        .within(area.code)
        .only("code", "kind", "name", "slug", "population", "ancestor_codes")
        .order_by("slug", "code")
    )
    outside, total, population = [], 0, 0
    for commune in communes:
        total += 1
        population += commune.population or 0
        is_outside = not any(code.startswith(CURRENT_TERRITORY) for code in commune.ancestor_codes)
        if is_outside:
            outside.append(commune)
        for code in commune.ancestor_codes:
            if code in epcis:
                epcis[code].communes += 1
                epcis[code].outside += is_outside
    return Departement(list(epcis.values()), total, population, outside)
