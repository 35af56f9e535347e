"""Proposals while typing a place or an activity. Never an error.

`{"results": [{"code", "label", "detail"}], "status"}`
"""

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.utils.decorators import method_decorator
from django.views.generic import View

from funding.activities import activities_like, activity_label
from funding.forms.check import PLACE_KINDS
from territories.enums import PlaceKind
from territories.presenters.search import status
from territories.search import Suggestion, suggest

PROPOSALS = 8
LONGEST = 100


def suggested_label(found: Suggestion) -> str:
    """The same words as `forms.check.place_label` gives for the place once it is chosen."""
    departement = found.hint.rpartition("(")[2].rstrip(")") if "(" in found.hint else ""
    return f"{found.name} ({departement})" if found.kind == PlaceKind.COMMUNE and departement else found.name


@method_decorator(login_not_required, name="dispatch")
class SuggestionsView(View):
    def get(self, request) -> JsonResponse:
        results = self.results(request.GET.get("q", "")[:LONGEST])
        return JsonResponse({"results": results, "status": status(len(results), limit=PROPOSALS)})


class PlacesView(SuggestionsView):
    def results(self, text: str) -> list[dict[str, str]]:
        found = suggest(text, limit=PROPOSALS, kinds=PLACE_KINDS)
        return [
            {"code": place.code, "label": suggested_label(place), "detail": place.hint or place.via} for place in found
        ]


class ActivitiesView(SuggestionsView):
    def results(self, text: str) -> list[dict[str, str]]:
        found = activities_like(text, limit=PROPOSALS)
        return [{"code": code, "label": activity_label(code), "detail": ""} for code, _ in found]
