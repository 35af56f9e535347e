"""From the codes of a list to the places of today: by code, then by former code. Nothing is guessed."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.db import connection

from territories.enums import PlaceKind
from territories.models import Place, PlaceName
from territories.presenters.version import Version, data_version


@dataclass(frozen=True)
class Found:
    """`commune` is the key of a Place; `by_former_code` tells that the code is no longer a commune's."""

    commune: int | None = None
    by_former_code: bool = False


@dataclass(frozen=True)
class Gazetteer:
    """Codes → places, in memory: three queries for a file of any length.

    A former code that leads to several communes of today (a commune that was split) leads nowhere.
    """

    communes: Mapping[str, int]
    former: Mapping[str, frozenset[int]]
    departements: Mapping[str, int]
    departement_of: Mapping[int, str]

    def commune(self, code: str) -> Found:
        if (place := self.communes.get(code)) is not None:
            return Found(place)
        today = self.former.get(code, frozenset())
        return Found(next(iter(today)), by_former_code=True) if len(today) == 1 else Found()

    def why_not(self, code: str) -> str:
        if len(self.former.get(code, ())) > 1:
            return f"la commune {code} a été partagée entre plusieurs : aucune n’est choisie"
        return f"« {code[:20]} » n’est ni une commune ni une ancienne commune connue"


def load() -> Gazetteer:
    """Communes and départements in force, and the codes of communes that are no more; kept until they change."""
    return _load(connection.settings_dict["NAME"], data_version())


@lru_cache(maxsize=1)
def _load(database: str, version: Version) -> Gazetteer:
    communes, departement_of = {}, {}
    rows = Place.objects.in_force().of_kind(PlaceKind.COMMUNE).values_list("pk", "code", "ancestor_codes")
    for pk, code, ancestors in rows.order_by("pk").iterator(chunk_size=10_000):
        communes[code.partition("-")[2]] = pk
        departement_of[pk] = next((above[4:] for above in ancestors if above.startswith("DEP-")), "")
    former = defaultdict(set)
    names = PlaceName.objects.exclude(code="").filter(place__kind=PlaceKind.COMMUNE, place__valid_until=None)
    for code, place in names.values_list("code", "place_id").order_by("pk"):
        former[code].add(place)
    departements = {
        code[4:]: pk
        for pk, code in Place.objects.of_kind(PlaceKind.DEPARTEMENT).values_list("pk", "code").order_by("pk")
    }
    return Gazetteer(
        communes, {code: frozenset(places) for code, places in former.items()}, departements, departement_of
    )
