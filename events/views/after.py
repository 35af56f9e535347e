"""What an event leaves: its recording, its report, the answers to what is often asked."""

from itertools import groupby

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView, View

from events import questions, replays, reports
from events.entrance import registration_of
from events.enums import EventState
from events.permissions import may_organise
from events.presenters.documents import documents_of, shown
from events.presenters.recordings import marks_in_words
from events.presenters.report import document_data, sections
from events.views.meetings import EventOf404
from funding.throttle import may
from ti_portal.core.text import whole_number

# A whole town hall or firm may stand behind one connection; a code is longer than so many tries would find.
CODES_PER_HOUR = 100
DOCUMENTS_PER_HOUR = 60
DEAD_LINK = "Ce lien ne vaut plus : demandez-en un autre à qui vous l’a donné."


@method_decorator([login_not_required, never_cache], name="dispatch")
class ReplayView(EventOf404, TemplateView):
    """The recording, once the code is given (or by the shared link, `?partage=`)."""

    template_name = "events/replay.html"

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        if not replays.has_recording(self.event):
            raise Http404

    def post(self, request, *args, **kwargs):
        if "partager" in request.POST and self._may_share():
            replays.shared_secret_of(event_id=self.event.pk)
            return redirect("events:replay", slug=self.event.slug)
        if not may(request, "recording-code", times=CODES_PER_HOUR, seconds=3600):
            return self._refused("Trop d’essais depuis cette connexion : réessayez dans une heure.", 429)
        shared = request.POST.get("partage", "")
        if (shared and replays.is_shared_secret(self.event, shared)) or replays.is_code(
            self.event, request.POST.get("code", "")
        ):
            replays.open_for(request, self.event)
            return redirect("events:replay", slug=self.event.slug)
        return self._refused(DEAD_LINK if shared else "Ce n’est pas le code d’accès.", 422)

    def _may_share(self) -> bool:
        """Those who had a place, and those who organise, where a code is asked of the others."""
        if not self.event.recording_code:
            return False
        return may_organise(self.request.user) or registration_of(self.request, self.event) is not None

    def _shared_url(self) -> str:
        if not self.event.recording_secret:
            return ""
        return self.request.build_absolute_uri(f"{self.request.path}?partage={self.event.recording_secret}")

    def _refused(self, error: str, status: int):
        return self.render_to_response(self.get_context_data(error=error), status=status)

    def get_context_data(self, **kwargs):
        event, is_open = self.event, replays.may_watch(self.request, self.event)
        may_share = is_open and self._may_share()
        if not is_open:
            kwargs |= {"opens_with": self._opens_with(), "contact": settings.OPERATOR["contact"]}
        return super().get_context_data(
            event=event,
            is_open=is_open,
            is_here=replays.is_here(event),
            is_organiser=may_organise(self.request.user),
            marks=marks_in_words(replays.clock(event.recording_starts), replays.clock(event.recording_ends)),
            chapters=replays.chapters_of(event) if is_open else [],
            shared=self.request.GET.get("partage", ""),
            may_share=may_share,
            shared_url=self._shared_url() if may_share else "",
            documents=shown(documents_of(event)) if is_open else [],
            has_report=event.reports.exists(),
            **kwargs,
        )

    def _opens_with(self) -> str:
        """What the code opens besides the recording, in words."""
        found = []
        if replays.chapters_of(self.event):
            found.append("ses chapitres")
        if self.event.transcript:
            found.append("sa transcription")
        return " et ".join(found)


class ReportOfEvent(EventOf404):
    """The report in force, or the version that is asked for."""

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        number = request.GET.get("version", "")
        rows = self.event.reports
        if number:
            self.report = get_object_or_404(rows, number=whole_number(number, most=9999))
        else:
            self.report = reports.latest(self.event)


@method_decorator(login_not_required, name="dispatch")
class ReportView(ReportOfEvent, TemplateView):
    """The published report. Those who organise see it before it is published, and publish it here."""

    template_name = "events/report.html"

    def get(self, request, *args, **kwargs):
        if self.report is None and not may_organise(request.user):
            raise Http404
        return super().get(request, *args, **kwargs)

    def post(self, request, *args, **kwargs):
        if not may_organise(request.user):
            raise Http404
        try:
            made = reports.publish_report(
                event_id=self.event.pk,
                actor=request.user,
                at=timezone.now(),
                reason=request.POST.get("motif", ""),
            )
        except ValidationError as error:
            refused = self.get_context_data(refusal=" ".join(error.messages), reason=request.POST.get("motif", ""))
            return self.render_to_response(refused, status=422)
        messages.success(request, f"La version {made.number} du compte rendu est publiée.")
        return redirect("events:report", slug=self.event.slug)

    def get_context_data(self, **kwargs):
        is_organiser = may_organise(self.request.user)
        is_preview = is_organiser and (self.report is None or "apercu" in self.request.GET)
        content = reports.content_of(self.event) if is_preview else self.report.content
        versions = list(self.event.reports.order_by("-number").defer("content"))
        return super().get_context_data(
            event=self.event,
            report=None if is_preview else self.report,
            content=content,
            sections=sections(content),
            versions=versions,
            is_latest=not is_preview and self.report.number == versions[0].number,
            is_organiser=is_organiser,
            has_answers=questions.frequent().exists(),
            can_publish=is_organiser and self.event.state == EventState.FINISHED,
            **kwargs,
        )


@method_decorator(login_not_required, name="dispatch")
class ReportDocumentView(ReportOfEvent, View):
    """The published report as a PDF."""

    def get(self, request, *args, **kwargs) -> HttpResponse:
        if self.report is None:
            raise Http404
        if not may(request, "report-document", times=DOCUMENTS_PER_HOUR, seconds=3600):
            return HttpResponse("Trop de documents demandés : réessayez dans une heure.", status=429)
        response = HttpResponse(document_data(self.report), content_type="application/pdf")
        name = f"compte-rendu-{self.event.slug}-v{self.report.number}.pdf"
        response["Content-Disposition"] = f'inline; filename="{name}"'
        return response


@method_decorator(login_not_required, name="dispatch")
class FaqView(TemplateView):
    """Questions asked at public events with their official answers, by theme."""

    template_name = "events/faq.html"

    def get_context_data(self, **kwargs):
        rows = questions.frequent().select_related("event").prefetch_related("links", "schemes")
        rows = list(rows.order_by("theme", "-answered_at", "pk")[:300])
        themes = [
            (theme or "Autres questions", list(group)) for theme, group in groupby(rows, key=lambda row: row.theme)
        ]
        return super().get_context_data(themes=themes, today=timezone.localdate(), **kwargs)
