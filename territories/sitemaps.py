"""Pages of places and territories, for search engines; indexes of at most 5,000 addresses."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from territories.enums import PlaceKind
from territories.models import Place

PAGE_SIZE = 5_000


class TerritoryListsSitemap(Sitemap):
    def items(self) -> list[str]:
        return ["territories:list", "territories:map", "territories:search"]

    def location(self, item: str) -> str:
        return reverse(item)


class PlacesSitemap(Sitemap):
    """Pages of the places in force of some kinds; the first wave's territories are history, and listed all the same."""

    limit = PAGE_SIZE
    kinds: tuple[str, ...] = ()

    def items(self):
        places = Place.objects.of_kind(*self.kinds)
        if PlaceKind.TERRITORY not in self.kinds:
            places = places.in_force()
        return places.only("code", "kind", "slug").order_by("code")


def of_kinds(*kinds: str) -> type[PlacesSitemap]:
    return type("PlacesSitemap", (PlacesSitemap,), {"kinds": kinds})


sitemaps: dict[str, type[Sitemap]] = {
    "listes": TerritoryListsSitemap,
    "territoires": of_kinds(PlaceKind.TERRITORY),
    "regions": of_kinds(PlaceKind.REGION),
    "departements": of_kinds(PlaceKind.DEPARTEMENT),
    "intercommunalites": of_kinds(PlaceKind.EPCI, PlaceKind.EPT),
    "communes": of_kinds(PlaceKind.COMMUNE),
}
