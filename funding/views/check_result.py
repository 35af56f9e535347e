"""The result of the check for the answers of the address: all the groups, or one of them paged."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from funding import rulebooks
from funding.answers import Answered, as_query
from funding.checks import Checked, check
from funding.dates import as_of
from funding.eligibility.codes import VerdictState
from funding.forms.reading import read_answers
from funding.presenters.check import STEP_URLS
from funding.presenters.check_result import ResultPage, result_page
from territories.models import Place
from territories.nearest import nearest_territories

NEAREST_KEPT = 3600


@method_decorator(login_not_required, name="dispatch")
class ResultView(TemplateView):
    template_name = "funding/check/result.html"

    def get(self, request, *args, **kwargs) -> HttpResponse:
        at = as_of(request)
        kept = rulebooks.current()
        self.answered, wrong = read_answers(request.GET, kept.exclusions)
        if wrong:
            # The step says what is wrong, at its field.
            return redirect(f"{reverse(STEP_URLS[wrong])}?{request.GET.urlencode()}")
        self.checked = check(self.answered.situation, at, kept)
        response = super().get(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    def get_context_data(self, **kwargs):
        day = self.request.as_of.day
        page = page_for(self.request, self.answered, self.checked, day.isoformat() if day else "")
        query = as_query(self.answered.answers, au=page.as_of)
        return super().get_context_data(
            page=page,
            query_string=query,
            keep_url=f"{reverse('funding:keep_check')}?{query}",
            pdf_url=f"{reverse('funding:check_document')}?{query}",
            **kwargs,
        )


def page_for(request, answered: Answered, checked: Checked, day: str, **more: Any) -> ResultPage:
    """The page asked for: `groupe` shows one state, `page` its pages; anything else shows all of them."""
    group = request.GET.get("groupe", "")
    number = request.GET.get("page", "")
    return result_page(
        checked,
        answered,
        as_of=day,
        group=VerdictState(group) if group in set(VerdictState) else None,
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1,
        near=near_territories,
        **more,
    )


def near_territories(place: Place) -> list[tuple[str, str, str, float]]:
    """Code, name, slug and distance in km of the nearest territories; kept an hour, as places do not move."""
    key = f"check:near:{place.code}"
    found = cache.get(key)
    if found is None:
        found = [(near.code, near.name, near.slug, near.km) for near in nearest_territories(place)]
        cache.set(key, found, NEAREST_KEPT)
    return found
