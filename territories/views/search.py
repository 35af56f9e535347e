"""Find a place: by name, postcode, code, SIREN or SIRET."""

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView, View

from territories.enums import PlaceKind
from territories.interpretation import MAX_LENGTH
from territories.presenters.search import EMPTY_ANSWERS, ERRORS, only_answer, result, status
from territories.search import FINDABLE, search, suggest

LIMIT = 50
PROPOSALS = 8


@method_decorator(login_not_required, name="dispatch")
class SearchView(TemplateView):
    """Without a text: how to search. One sure answer: its page at once. Several: the list."""

    template_name = "territories/search.html"

    def get(self, request, *args, **kwargs):
        typed = request.GET.get("q")
        self.found = None
        if typed is not None:
            self.found = search(typed, limit=LIMIT)
            if (answer := only_answer(self.found)) is not None:
                return redirect(result(answer).url)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        found = self.found
        if found is None:
            return super().get_context_data(**kwargs)
        title, advice = EMPTY_ANSWERS.get(found.problem, ("", ""))
        return super().get_context_data(
            has_searched=True,
            search_query=self.request.GET["q"][:MAX_LENGTH],
            search_error=ERRORS.get(found.problem, ""),
            empty_title=title,
            empty_advice=advice,
            results=[result(place) for place in found.places],
            is_cut=len(found.places) == LIMIT,
            **kwargs,
        )


@method_decorator(login_not_required, name="dispatch")
class SuggestionsView(View):
    """Proposals while typing: `{"results": [{"code", "label", "detail", "url"}], "status"}`. Never an error.

    `nature=commune` proposes communes alone, for a field that takes nothing else; anything else there changes nothing.
    """

    def get(self, request) -> JsonResponse:
        kinds = (PlaceKind.COMMUNE,) if request.GET.get("nature") == PlaceKind.COMMUNE else FINDABLE
        places = suggest(request.GET.get("q", ""), limit=PROPOSALS, kinds=kinds)
        found = [(place.code, result(place)) for place in places]
        return JsonResponse(
            {
                "results": [
                    {"code": code, "label": place.name, "detail": place.detail, "url": place.url}
                    for code, place in found
                ],
                "status": status(len(found), limit=PROPOSALS),
            }
        )
