"""The directory of local resources and partners: not money, but what a territory can lean on."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from funding.catalogue.places import CODE, TYPED, read_place
from funding.eligibility import french
from funding.enums import ResourceKind
from funding.models import Resource
from funding.presenters.places import place_proposals
from territories.models import Place
from territories.perimeters import COUNTRY, covering, describe

PAGE_SIZE = 20


@method_decorator(login_not_required, name="dispatch")
class ResourcesView(TemplateView):
    """By kind (`nature`) and by place (`lieu`)."""

    template_name = "funding/resources.html"

    def get(self, request, *args, **kwargs):
        self.place_choice = read_place(request.GET)
        self.kind = request.GET.get("nature", "")
        if TYPED in request.GET and not self.place_choice.error:
            place = self.place_choice.place
            kept = [(name, value) for name, value in (("nature", self.kind), (CODE, place and place.code)) if value]
            return redirect(f"{request.path}?{urlencode(kept)}" if kept else request.path)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        place = self.place_choice.place
        found = Resource.objects.published()
        error = ""
        if self.kind in ResourceKind.values:
            found = found.filter(kind=self.kind)
        elif self.kind:
            error = "Cette nature n’existe pas : choisissez-en une autre."
        if place is not None:
            found = found.filter(covering(place))
        page = Paginator(found.order_by("kind", "name", "pk"), PAGE_SIZE).get_page(self.request.GET.get("page"))
        page.elided = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
        rows = list(page.object_list)
        names = Place.objects.names_by_code(
            {code for row in rows for code in (*row.included_codes, *row.excluded_codes)}
        )
        return super().get_context_data(
            kinds=[(value, label, value == self.kind) for value, label in ResourceKind.choices],
            kind_error=error,
            place=self.place_choice,
            proposals=place_proposals(
                self.request.GET, self.place_choice, [("nature", self.kind)] if self.kind else []
            ),
            page=page,
            resources=[(row, _where(row, names), _dead(row)) for row in rows],
            is_filtering=bool(self.kind or place),
            **kwargs,
        )


def _where(row: Resource, names) -> str:
    if COUNTRY in row.included_codes and not row.excluded_codes:
        return "Toute la France"
    return describe(row.included_codes, row.excluded_codes, names)


def _dead(row: Resource) -> str:
    return french.day(row.url_dead_since) if row.url_dead_since else ""
