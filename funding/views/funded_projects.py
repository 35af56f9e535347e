"""The funded projects of a territory: a page, and the same rows as files."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView, View

from funding.models import FundedProject, FundedProjectList
from funding.presenters.funded_projects import COLUMNS, export_rows, line, sources, whole_euros
from territories.models import Territory
from territories.presenters.pages import Link
from ti_portal.core.spreadsheets import write_csv, write_xlsx

PAGE_SIZE = 20
FOLDER = "projets-finances/"
LIST = "liste"
UNKNOWN_LIST = "Cette liste n’existe pas ici : choisissez-en une autre."
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class TerritoryProjects:
    """The rows that an address asks for: the same in the page and in the files."""

    def setup(self, request: HttpRequest, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        code = kwargs["code"].upper()
        self.territory = Territory.objects.select_related("place").filter(place__code=code).order_by("pk").first()
        if self.territory is None:
            raise Http404
        self.place = self.territory.place
        self.address = f"{self.place.get_absolute_url()}{FOLDER}"
        here = FundedProject.objects.public().of_territory(code)
        self.totals = list(here.totals_by_list())
        self.lists = FundedProjectList.objects.in_bulk([row["list_id"] for row in self.totals])
        wanted = request.GET.get(LIST, "")
        self.chosen = next((row for row in self.lists.values() if row.slug == wanted), None)
        self.refusal = UNKNOWN_LIST if wanted and self.chosen is None else ""
        self.projects = here.filter(list=self.chosen) if self.chosen else here
        self.counted = [row for row in self.totals if self.chosen is None or row["list_id"] == self.chosen.pk]

    def rows(self):
        return self.projects.largest_first().select_related("commune")


@method_decorator(login_not_required, name="dispatch")
class TerritoryProjectsView(TerritoryProjects, TemplateView):
    template_name = "funding/territory_projects.html"

    def get(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.path != self.address:
            return redirect(self.address, permanent=True)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs) -> dict:
        paginator = Paginator(self.rows(), PAGE_SIZE)
        # Known already, from the totals of the lists.
        paginator.count = sum(row["count"] for row in self.counted)
        page = paginator.get_page(self.request.GET.get("page"))
        page.elided = paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
        choices = sources(self.totals, self.lists)
        return super().get_context_data(
            territory=self.territory,
            place=self.place,
            address=self.address,
            page=page,
            lines=[line(project, self.lists) for project in page.object_list],
            total=whole_euros(sum(row["total"] for row in self.counted)) if self.counted else "",
            choices=choices,
            chosen=self.chosen,
            refusal=self.refusal,
            sources=[source for source in choices if self.chosen is None or source.slug == self.chosen.slug],
            suffix=f"?{LIST}={self.chosen.slug}" if self.chosen else "",
            links=[Link(self.place.name, self.place.get_absolute_url())],
            **kwargs,
        )


@method_decorator(login_not_required, name="dispatch")
class TerritoryProjectsFileView(TerritoryProjects, View):
    def get(self, request: HttpRequest, *args, form: str, **kwargs) -> HttpResponse:
        if self.refusal:
            return HttpResponseNotFound(self.refusal, content_type="text/plain; charset=utf-8")
        rows = export_rows(self.rows(), self.lists)
        content = write_csv(COLUMNS, rows) if form == "csv" else write_xlsx(COLUMNS, rows, title="Projets financés")
        response = HttpResponse(content, content_type=CONTENT_TYPES[form])
        name = f"projets-finances-{self.place.code.lower()}-{timezone.localdate():%Y-%m-%d}.{form}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
