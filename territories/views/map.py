"""The national map: every territory in force, drawn and listed."""

from itertools import groupby

from django.contrib.auth.decorators import login_not_required
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from territories.enums import PlaceKind
from territories.filters import newest_edition
from territories.models import Place, Territory
from territories.presenters.maps import draw, national_map, outlines_version
from territories.presenters.pages import link

MAINLAND = "metro"


@method_decorator(login_not_required, name="dispatch")
class NationalMapView(TemplateView):
    template_name = "territories/map.html"

    def get_context_data(self, **kwargs):
        edition = newest_edition()
        territories = list(
            Territory.objects.current()
            .select_related("place")
            .only("main_region_id", "wave", "place__code", "place__kind", "place__name", "place__slug")
            .order_by("place__slug", "pk")
        )
        regions = {
            region.pk: region
            for region in Place.objects.in_force()
            .of_kind(PlaceKind.REGION)
            .only("code", "kind", "name", "slug", "nature")
            .order_by("slug", "pk")
        }
        drawn = national_map(outlines_version(), [territory.place_id for territory in territories], list(regions))
        groups = list(self._by_region(territories, regions))
        shapes = draw(
            (f"../{territory.place.code.lower()}/", territory.place.name, drawn.shapes.get(territory.place_id))
            for group in groups
            for territory, _ in group["territories"]
        )
        return super().get_context_data(
            map=drawn, shapes=shapes, groups=groups, edition=edition,
            total=len(territories), **kwargs,
        )  # fmt: skip

    def _by_region(self, territories, regions):
        """Régions of mainland France, then overseas, each with its territories by name."""

        def rank(territory):
            region = regions[territory.main_region_id]
            return (region.nature != MAINLAND, region.slug, region.pk)

        for _, group in groupby(sorted(territories, key=rank), key=rank):
            found = list(group)
            yield {
                "region": link(regions[found[0].main_region_id]),
                "territories": [(territory, self._nearby(territory)) for territory in found],
            }

    def _nearby(self, territory) -> str:
        """Address of a territory seen from the map's. The page has to stay light: shapes bear the code alone."""
        return territory.place.get_absolute_url().replace(reverse("territories:list"), "../", 1)
