"""The list of territories and its exports."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseNotFound
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView, View

from territories import exports
from territories.enums import PlaceKind
from territories.filters import TerritoryFilterForm, areas, listed, newest_edition, places_touched, with_members
from territories.presenters.pages import POPULATION_YEAR, link

PAGE_SIZE = 20
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class FilteredTerritories:
    """The rows that an address asks for: the same in the page and in the files."""

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.areas = areas()
        self.form = TerritoryFilterForm(request.GET, areas=self.areas)
        self.territories = self.form.apply(listed())


@method_decorator(login_not_required, name="dispatch")
class TerritoryListView(FilteredTerritories, TemplateView):
    template_name = "territories/list.html"

    def get_context_data(self, **kwargs):
        page = Paginator(self.territories, PAGE_SIZE).get_page(self.request.GET.get("page"))
        page.elided = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
        known = self.areas.by_code
        lines = [
            {
                "territory": territory,
                "place": territory.place,
                "url": territory.place.get_absolute_url(),
                "regions": [link(place) for place in places_touched(territory, known, PlaceKind.REGION)],
                "departements": [place.name for place in places_touched(territory, known, PlaceKind.DEPARTEMENT)],
            }
            for territory in page
        ]
        return super().get_context_data(
            form=self.form,
            selects=[(name, self.form[name]) for name in ("region", "departement", "tri")],
            page=page,
            lines=lines,
            filters_query=self._filters_query(),
            edition=newest_edition(),
            population_year=POPULATION_YEAR,
            **kwargs,
        )

    def _filters_query(self) -> str:
        """The filters of this address without its page number, for the files."""
        parameters = self.request.GET.copy()
        parameters.pop("page", None)
        return f"?{parameters.urlencode()}" if parameters else ""


@method_decorator(login_not_required, name="dispatch")
class TerritoryExportView(FilteredTerritories, View):
    def get(self, request, form: str) -> HttpResponse:
        if self.form.refusal:
            return HttpResponseNotFound(self.form.refusal, content_type="text/plain; charset=utf-8")
        today = timezone.localdate()
        lines = exports.rows(
            with_members(self.territories), self.areas.by_code, request.build_absolute_uri("/").rstrip("/")
        )
        if form == "csv":
            content = exports.as_csv(lines)
        else:
            content = exports.as_xlsx(lines, source=source_sentence(newest_edition()), on=today)
        response = HttpResponse(content, content_type=CONTENT_TYPES[form])
        response["Content-Disposition"] = f'attachment; filename="territoires-industrie-{today:%Y-%m-%d}.{form}"'
        return response


def source_sentence(edition) -> str:
    state = f", état au {edition.as_of:%d/%m/%Y}" if edition else ""
    return (
        f"Source : liste des Territoires d’industrie (ANCT, Licence Ouverte 2.0){state} ; "
        f"populations municipales {POPULATION_YEAR} (Insee)."
    )
