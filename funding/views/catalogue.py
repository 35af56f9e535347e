"""The catalogue of schemes."""

from functools import cache
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from funding.calendars.scopes import links_of_all, links_of_place
from funding.catalogue.filters import SORTS, USABLE, CatalogueForm
from funding.catalogue.loading import current
from funding.catalogue.places import CODE, TYPED, read_place
from funding.catalogue.rows import Row
from funding.catalogue.selection import Selection
from funding.dates import PARAMETER, as_of
from funding.open_data import FILES, File
from funding.presenters.cards import cards
from funding.presenters.facets import address, boxes, chips, pairs, selects, told
from funding.presenters.places import kept_query, place_proposals

PAGE_SIZE = 20
MOST_RELAXATIONS = 3
SHOWN_WHEN_RELAXED = 5


@cache
def files() -> list[tuple[str, File]]:
    """Addresses of the open-data files, which hold all the schemes whatever the filters."""
    return [(reverse(f"funding:export_{key}"), file) for key, file in FILES.items()]


class _Rows:
    """A selection as a paginator reads it."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection

    def __len__(self) -> int:
        return self.selection.count

    def __getitem__(self, wanted: slice) -> list[Row]:
        return self.selection.page(wanted.start, wanted.stop)


@method_decorator(login_not_required, name="dispatch")
class CatalogueView(TemplateView):
    template_name = "funding/catalogue.html"

    def get(self, request, *args, **kwargs):
        self.place_choice = read_place(request.GET)
        if TYPED in request.GET and not self.place_choice.error:
            return redirect(self._clean_address())
        return super().get(request, *args, **kwargs)

    def _clean_address(self) -> str:
        """The same question without empty fields, the place by its code: what a person copies and shares."""
        place = self.place_choice.place
        kept = [(name, value) for name, value in pairs(self.request.GET) if name not in (CODE, TYPED, "page")]
        if place is not None:
            kept.append((CODE, place.code))
        return f"{self.request.path}?{urlencode(kept)}" if kept else self.request.path

    def get_context_data(self, **kwargs):
        parameters = self.request.GET
        at = as_of(self.request)
        catalogue = current()
        form = CatalogueForm(parameters, catalogue=catalogue)
        wanted = form.wanted(self.place_choice.place)
        selection = Selection(catalogue, wanted, at.timestamp())
        page = Paginator(_Rows(selection), PAGE_SIZE).get_page(parameters.get("page"))
        page.elided = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
        suffix = kept_query(parameters, self.place_choice.place)
        context = {
            "form": form,
            "place": self.place_choice,
            "proposals": self._proposals(),
            "selects": selects(form, selection),
            "boxes": boxes(form, selection),
            "chips": chips(selection, parameters),
            "sorts": [(value, label, value == wanted.sort) for value, label in SORTS.items()],
            "page": page,
            "cards": cards(page.object_list, catalogue, at, suffix),
            "usable_count": selection.usable_count,
            "usable_url": self._usable_address(wanted),
            "has_more": any(getattr(wanted, name) for name in ("projet", "depense", "financeur", "avant", "aide")),
            "files": files(),
            "scope": links_of_place(place) if (place := self.place_choice.place) else links_of_all(),
            "others": [(PARAMETER, parameters[PARAMETER])] if parameters.get(PARAMETER) else [],
        }
        if not selection.count:
            context |= self._relaxed(selection, at, suffix)
        return super().get_context_data(**context, **kwargs)

    def _proposals(self) -> list[tuple]:
        kept = [(name, value) for name, value in pairs(self.request.GET) if name not in (CODE, TYPED, "page")]
        return place_proposals(self.request.GET, self.place_choice, kept)

    def _usable_address(self, wanted) -> str:
        """The address that keeps only what is open, or empty when it is this one."""
        if set(wanted.statut) == set(USABLE):
            return ""
        kept = [(name, value) for name, value in pairs(self.request.GET) if name not in ("statut", "page", TYPED)]
        return f"?{urlencode([*kept, *(('statut', state) for state in USABLE)])}"

    def _relaxed(self, selection: Selection, at, suffix: str) -> dict:
        """Nothing answers: the results without the tightest filter, which is told, and what the others would give."""
        found = [one for one in selection.relaxations() if one.count]
        relaxations = [
            {"label": told(one.name, selection), "count": one.count, "url": address(self.request.GET, one.name)}
            for one in found[:MOST_RELAXATIONS]
        ]
        if not found:
            return {"relaxations": [], "relaxed_cards": []}
        catalogue = selection.catalogue
        relaxed = Selection(catalogue, selection.wanted.without(found[0].name), at.timestamp())
        shown = cards(relaxed.page(0, SHOWN_WHEN_RELAXED), catalogue, at, suffix)
        return {"relaxations": relaxations, "relaxed_cards": shown}
