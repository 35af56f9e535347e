"""Kept checks: kept by POST, opened by whoever has the link, judged again on demand, contested.

These addresses take no CSRF token: its cookie would be the only one that a visitor without an account gets, and there
is no session here whose authority could be borrowed. What a hostile page could do is keep an empty check or send a
text that it could send itself; browsers say where a form comes from, which is checked, and a visitor may only do so
so often.
"""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView, TemplateView, View

from funding import rulebooks
from funding.answers import as_data, as_query
from funding.checks import check, contest_verdict, keep_check, recompute
from funding.dates import as_of
from funding.eligibility.codes import VerdictState
from funding.eligibility.labels import VERDICT_STATES
from funding.forms.check import ContestForm
from funding.forms.reading import read_answers
from funding.models import KeptCheck, Scheme
from funding.presenters.check_result import differences_in_words
from funding.throttle import may
from funding.views.check_result import page_for

HOUR = 3600
KEEPS_AN_HOUR = 30
CONTESTS_AN_HOUR = 10
MOST_DIFFERENCES = 40


def is_from_here(request) -> bool:
    """Whether a form was sent from a page of the portal, as browsers say it; a client that says nothing is believed."""
    site = request.headers.get("Sec-Fetch-Site", "")
    if site:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin", "")
    return not origin or origin == f"{request.scheme}://{request.get_host()}"


def too_often(request) -> HttpResponse:
    response = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(HOUR)
    return response


@method_decorator([login_not_required, csrf_exempt], name="dispatch")
class KeepView(View):
    """Keep the answers of the address with the verdicts of its date."""

    http_method_names = ["post"]

    def post(self, request) -> HttpResponse:
        if not is_from_here(request):
            return render(request, "403.html", status=HTTPStatus.FORBIDDEN)
        if not may(request, "keep-check", times=KEEPS_AN_HOUR, seconds=HOUR):
            return too_often(request)
        at = as_of(request)
        kept = rulebooks.current()
        answered, wrong = read_answers(request.GET, kept.exclusions)
        if wrong:
            return redirect(f"{reverse('funding:check_result')}?{request.GET.urlencode()}")
        checked = check(answered.situation, at, kept)
        kept_check = keep_check(answers=answered.answers, checked=checked, at=timezone.now())
        return redirect("funding:kept_check", kept_check.token)


@method_decorator([login_not_required, never_cache], name="dispatch")
class KeptCheckPage(TemplateView):
    """A kept check by its token; whoever does not have it finds nothing."""

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.kept_check = get_object_or_404(KeptCheck, token=kwargs["token"])
        self.kept = rulebooks.current()
        self.answered, _ = read_answers(as_data(self.kept_check.facts), self.kept.exclusions)

    @property
    def day(self) -> str:
        """The day of the kept verdicts, when it is not the day on which they were kept."""
        day = timezone.localdate(self.kept_check.as_of)
        return "" if day == timezone.localdate(self.kept_check.created_at) else day.isoformat()

    def words(self, differences) -> list[tuple[str, str, str]]:
        shown = differences[:MOST_DIFFERENCES]
        names = Scheme.objects.filter(slug__in=[one.key for one in shown]).order_by("pk").values_list("slug", "name")
        return differences_in_words(shown, dict(names)) if shown else []

    def render_to_response(self, context, **response_kwargs) -> HttpResponse:
        response = super().render_to_response(context, **response_kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response


class KeptCheckView(KeptCheckPage):
    """The verdicts as they were given, with what the rules of now would say otherwise for the same date."""

    template_name = "funding/check/kept.html"

    def get_context_data(self, **kwargs):
        kept_check, token = self.kept_check, self.kept_check.token
        again = recompute(kept_check=kept_check, situation=self.answered.situation, at=kept_check.as_of, kept=self.kept)
        here = reverse("funding:kept_check", args=[token])
        page = page_for(
            self.request,
            self.answered,
            again.checked,
            self.day,
            contest=lambda slug: reverse("funding:contest", args=[token, slug]),
            path=here,
        )
        return super().get_context_data(
            kept_check=kept_check,
            page=page,
            differences=self.words(again.differences),
            differences_count=len(again.differences),
            rules_changed=again.rules_changed,
            share_url=self.request.build_absolute_uri(here),
            pdf_url=reverse("funding:kept_document", args=[token]),
            recompute_url=reverse("funding:recompute_check", args=[token]),
            follow_url=reverse("funding:follow_check", args=[token]),
            edit_url=f"{reverse('funding:check')}?{as_query(self.answered.answers, au=self.day)}",
            **kwargs,
        )


class RecomputeView(KeptCheckPage):
    """The same answers judged now: what changed since they were kept, and the way to the whole new result."""

    template_name = "funding/check/recomputed.html"

    def get_context_data(self, **kwargs):
        now = timezone.now()
        again = recompute(kept_check=self.kept_check, situation=self.answered.situation, at=now, kept=self.kept)
        counts = again.checked.verdicts.counts
        return super().get_context_data(
            kept_check=self.kept_check,
            now=now,
            differences=self.words(again.differences),
            differences_count=len(again.differences),
            rules_changed=again.rules_changed,
            counts=[(VERDICT_STATES[state], counts[state]) for state in VerdictState],
            kept_url=reverse("funding:kept_check", args=[self.kept_check.token]),
            result_url=f"{reverse('funding:check_result')}?{as_query(self.answered.answers)}",
            **kwargs,
        )


@method_decorator([login_not_required, csrf_exempt, never_cache], name="dispatch")
class ContestView(FormView):
    """« Ce verdict me semble faux » : said to the délégation about one verdict of a kept check."""

    form_class = ContestForm
    template_name = "funding/check/contest.html"

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.kept_check = get_object_or_404(KeptCheck, token=kwargs["token"])
        self.scheme = get_object_or_404(Scheme.objects.public(), slug=kwargs["slug"])
        if self.scheme.slug not in self.kept_check.verdicts:
            raise Http404

    def post(self, request, *args, **kwargs) -> HttpResponse:
        if not is_from_here(request):
            return render(request, "403.html", status=HTTPStatus.FORBIDDEN)
        form = self.get_form()
        if not form.is_valid():
            return self.form_invalid(form)
        if not may(request, "contest", times=CONTESTS_AN_HOUR, seconds=HOUR):
            return too_often(request)
        try:
            contest_verdict(
                kept_check=self.kept_check,
                scheme=self.scheme,
                text=form.cleaned_data["text"],
                reply_to=form.cleaned_data["reply_to"],
                at=timezone.now(),
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        return redirect(f"{request.path}?envoye=1")

    def get_context_data(self, **kwargs):
        contest = self.kept_check.contests.filter(scheme=self.scheme).order_by("pk").first()
        return super().get_context_data(
            kept_check=self.kept_check,
            scheme=self.scheme,
            verdict=VERDICT_STATES[VerdictState(self.kept_check.verdicts[self.scheme.slug]["state"])],
            contest=contest,
            kept_url=reverse("funding:kept_check", args=[self.kept_check.token]),
            **kwargs,
        )
