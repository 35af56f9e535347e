"""Recent changes: of all territories for the délégation, of one territory for its people."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.generic import View

from territories.changes import in_words, recent_changes
from territories.forms.changes import ChangeFilters
from territories.models import Territory
from territories.permissions import can_see_recent_changes
from territories.views.contribution import TerritoryOfOnes

CHANGES_PER_PAGE = 30


def page_of_changes(lines, number):
    paginator = Paginator(lines, CHANGES_PER_PAGE)
    page = paginator.get_page(number)
    page.elided = paginator.get_elided_page_range(page.number)
    page.object_list = [in_words(line) for line in page.object_list]
    return page


class RecentChangesView(View):
    def dispatch(self, request, *args, **kwargs):
        if not can_see_recent_changes(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request) -> HttpResponse:
        known = Territory.objects.select_related("place").order_by("-wave", "place__slug", "pk")
        by_code = {territory.place.code: territory for territory in known}
        choices = [
            (code, f"{territory.place.name} ({territory.get_wave_display()})") for code, territory in by_code.items()
        ]
        form = ChangeFilters(request.GET, territories=choices)
        form.is_valid()
        chosen = form.cleaned_data
        lines = recent_changes(
            territory=by_code.get(chosen.get("territoire") or ""),
            person=chosen.get("personne") or "",
            since=chosen.get("du"),
            until=chosen.get("au"),
        )
        page = page_of_changes(lines, request.GET.get("page"))
        return render(request, "territories/contribution/recent_changes.html", {"form": form, "page": page})


class TerritoryChangesView(TerritoryOfOnes):
    def get(self, request, code: str) -> HttpResponse:
        lines = recent_changes(territory=self.territory)
        return self.page("territory_changes.html", page=page_of_changes(lines, request.GET.get("page")))
