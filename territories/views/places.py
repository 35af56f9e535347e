"""Pages of régions, départements, intercommunalités and communes."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from territories.addresses import codes_at
from territories.enums import PlaceKind
from territories.models import Place, Territory
from territories.presenters import places as facts
from territories.presenters.pages import GEOGRAPHY_YEAR, POPULATION_YEAR, Link, is_in_collectivity, kind_label

TERRITORIES = "Territoires d’industrie"


@method_decorator(login_not_required, name="dispatch")
class PlaceView(TemplateView):
    """One place by its code; a wrong slug or case is sent to the canonical address."""

    folder = ""

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        found = Place.objects.filter(code__in=codes_at(self.folder, kwargs["code"])).order_by("pk").first()
        if found is None:
            raise Http404
        self.place = found

    def get(self, request, *args, **kwargs):
        canonical = self.place.get_absolute_url()
        if request.path != canonical:
            return redirect(canonical, permanent=True)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            place=self.place,
            kind_label=kind_label(self.place),
            population_year=POPULATION_YEAR,
            geography_year=GEOGRAPHY_YEAR,
            is_in_collectivity=is_in_collectivity(self.place),
            **kwargs,
        )

    def breadcrumb(self, *containers: list[Link]) -> list[Link]:
        """The list of territories, then the first of each list of containers."""
        return [Link(TERRITORIES, reverse("territories:list")), *(links[0] for links in containers if links)]

    def describe(self, around: facts.Surroundings, detail: str) -> str:
        """One sentence for search engines and previews: which territory, if any."""
        name = self.place.name
        if around.territories:
            answer = f"{name} fait partie du Territoire d’industrie {around.territories[0].name}"
        else:
            answer = f"{name} et les Territoires d’industrie les plus proches"
        return f"{answer} ({detail})." if detail else f"{answer}."

    def count(self, territories: list[Territory]) -> str:
        names = ", ".join(territory.place.name for territory in territories[:3])
        if not territories:
            return f"{self.place.name} : départements, intercommunalités, communes et Territoires d’industrie."
        others = len(territories) - 3
        more = f" et {others} autre{'s' * (others > 1)}" if others > 0 else ""
        return f"{self.place.name}, ses Territoires d’industrie : {names}{more}."


class RegionView(PlaceView):
    template_name = "territories/region.html"
    folder = "regions"

    def get_context_data(self, **kwargs):
        territories = facts.territories_touching(self.place)
        departements = (
            Place.objects.in_force()
            .of_kind(PlaceKind.DEPARTEMENT)
            .within(self.place.code)
            .only("code", "kind", "name", "slug", "population")
            .order_by("code")
        )
        return super().get_context_data(
            territories=territories,
            departements=departements,
            coverage=facts.coverage(self.place, territories),
            map=facts.area_map(self.place, territories),
            region_code=self.place.code,
            description=self.count(territories),
            breadcrumb=self.breadcrumb(),
            **kwargs,
        )


class DepartementView(PlaceView):
    template_name = "territories/departement.html"
    folder = "departements"

    def get_context_data(self, **kwargs):
        territories = facts.territories_touching(self.place)
        around = facts.surroundings(self.place)
        return super().get_context_data(
            territories=territories,
            around=around,
            departement=facts.departement(self.place, territories),
            map=facts.area_map(self.place, territories),
            region_code=next((code for code in self.place.ancestor_codes if code.startswith("REG-")), ""),
            description=self.count(territories),
            breadcrumb=self.breadcrumb(around.regions),
            **kwargs,
        )


class IntercommunaliteView(PlaceView):
    template_name = "territories/intercommunalite.html"
    folder = "intercommunalites"

    def get_context_data(self, **kwargs):
        around = facts.surroundings(self.place)
        members = facts.communes_of(self.place)
        return super().get_context_data(
            around=around,
            members=members,
            partial=members.partial,
            nearest=[] if around.territories or members.partial else facts.nearest(self.place),
            description=self.describe(around, f"{len(members.communes)} commune{'s' * (len(members.communes) > 1)}"),
            breadcrumb=self.breadcrumb(around.regions, around.departements),
            **kwargs,
        )


class CommuneView(PlaceView):
    template_name = "territories/commune.html"
    folder = "communes"

    def get_context_data(self, **kwargs):
        around = facts.surroundings(self.place)
        return super().get_context_data(
            around=around,
            nearest=[] if around.territories else facts.nearest(self.place),
            description=self.describe(around, ", ".join(self.place.postcodes)),
            former_communes=facts.former_communes(self.place),
            breadcrumb=self.breadcrumb(around.regions, around.departements, around.epcis),
            **kwargs,
        )
