"""The result as a PDF: for the answers of the address, or for a kept check."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from funding import rulebooks
from funding.answers import as_data
from funding.checks import check, recompute
from funding.dates import as_of
from funding.forms.reading import read_answers
from funding.models import KeptCheck
from funding.pdf import document
from funding.presenters.check_document import SHOWN, document_data
from funding.presenters.check_result import result_page
from funding.throttle import may
from funding.views.check_kept import HOUR, too_often
from funding.views.check_result import near_territories

DOCUMENTS_AN_HOUR = 120
CHANGED = (
    "Des fiches ou des règles ont été corrigées depuis que ce résultat a été gardé : ce document donne les verdicts "
    "corrigés, pour la même date. La page du résultat dit lesquels ont changé."
)


@method_decorator([login_not_required, never_cache], name="dispatch")
class DocumentView(View):
    def answer(self, answered, checked, *, day: str, at, version: str, remark: str = "") -> HttpResponse:
        if not may(self.request, "check-document", times=DOCUMENTS_AN_HOUR, seconds=HOUR):
            return too_often(self.request)
        page = result_page(checked, answered, as_of=day, near=near_territories, shown=SHOWN)
        data = document_data(page, made_at=at, version=version, remark=remark)
        response = HttpResponse(document("check.typ", data, at=at), content_type="application/pdf")
        response["Content-Disposition"] = 'attachment; filename="aides-territoires-industrie.pdf"'
        response["X-Robots-Tag"] = "noindex"
        return response


class ResultDocumentView(DocumentView):
    def get(self, request) -> HttpResponse:
        at = as_of(request)
        kept = rulebooks.current()
        answered, wrong = read_answers(request.GET, kept.exclusions)
        if wrong:
            return redirect(f"{reverse('funding:check_result')}?{request.GET.urlencode()}")
        day = request.as_of.day
        checked = check(answered.situation, at, kept)
        return self.answer(
            answered, checked, day=day.isoformat() if day else "", at=timezone.now(), version=str(kept.version)
        )


class KeptDocumentView(DocumentView):
    def get(self, request, token: str) -> HttpResponse:
        kept_check = get_object_or_404(KeptCheck, token=token)
        kept = rulebooks.current()
        answered, _ = read_answers(as_data(kept_check.facts), kept.exclusions)
        again = recompute(kept_check=kept_check, situation=answered.situation, at=kept_check.as_of, kept=kept)
        return self.answer(
            answered,
            again.checked,
            day=timezone.localdate(kept_check.as_of).isoformat(),
            at=timezone.now(),
            version=str(kept.version),
            remark=CHANGED if again.differences else "",
        )
