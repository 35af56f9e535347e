"""Readings of sources: what each found, line by line, and what was answered."""

import gzip

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import get_valid_filename

from funding.admin.source import NO_BROKER
from funding.enums import LineOutcome, RunState, RunTrigger
from funding.models import SyncRun
from funding.permissions import can_run_sources
from funding.sync import wording
from funding.sync.due import ring_run
from funding.sync.runs import File, give_up, start
from ti_portal.core.admin_bases import ReadOnlyAdmin

LINES = 100
FORGOTTEN = "La réponse de cette lecture n’est plus gardée : relisez la source."


def is_shorter(run: SyncRun) -> bool:
    """Whether the answer was understood, and warned of: a person may believe it all the same."""
    return bool(run.warnings) and bool(run.counts.get("entries"))


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    change_form_template = "admin/funding/syncrun/change_form.html"
    list_display = ["started_at", "source", "trigger", "state", "summary", "lasted"]
    list_filter = ["state", "source", "trigger", "is_dry_run"]
    list_select_related = ["source"]
    ordering = ["-started_at", "-pk"]
    fields = ["source", "trigger", "is_dry_run", "state", "started_at", "lasted", "asked_by", "raw_name", "size"]
    readonly_fields = ["summary", "lasted", "size"]

    def label_of(self, run: SyncRun) -> str:
        return f"{run.source.name}, {timezone.localtime(run.started_at):%d/%m/%Y %H:%M}"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("source", "asked_by").defer("raw")

    @admin.display(description="ce qui a été trouvé")
    def summary(self, run: SyncRun) -> str:
        return run.error or wording.summary(run)

    @admin.display(description="durée")
    def lasted(self, run: SyncRun) -> str:
        return wording.duration(run.duration)

    @admin.display(description="taille de la réponse")
    def size(self, run: SyncRun) -> str:
        return "–" if run.raw_size is None else f"{wording.number(-(-run.raw_size // 1024))} ko"

    def render_change_form(self, request: HttpRequest, context: dict, add=False, change=False, form_url="", obj=None):
        lines = obj.lines.select_related("scheme").order_by("position")
        if (wanted := request.GET.get("suite")) in LineOutcome.values:
            lines = lines.filter(outcome=wanted)
        page = Paginator(lines, LINES).get_page(request.GET.get("page"))
        may_run = can_run_sources(request.user)
        has_raw = may_run and SyncRun.objects.filter(pk=obj.pk, raw__isnull=False).exists()
        context |= {
            "run": obj,
            "summary": wording.summary(obj),
            "page": page,
            "outcomes": LineOutcome.choices,
            "wanted": wanted,
            "has_raw": has_raw,
            "may_write": has_raw and obj.state == RunState.PLANNED,
            # Guarded for its length: one that could not be read has counted nothing.
            "may_be_shorter": has_raw and obj.state in (RunState.PLANNED, RunState.GUARDED) and is_shorter(obj),
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_urls(self):
        protect = self.admin_site.admin_view
        return [
            path("<int:run_id>/ecrire/", protect(self.write_view), name="funding_syncrun_write"),
            path("<int:run_id>/reponse/", protect(self.raw_view), name="funding_syncrun_raw"),
            *super().get_urls(),
        ]

    def write_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """Ask for the very answer of this run to be compared again and written."""
        shown = self._run(request, run_id)
        if request.method != "POST":
            raise Http404
        if shown.raw is None:
            self.message_user(request, FORGOTTEN, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:funding_syncrun_change", args=[shown.pk]))
        content = File(gzip.decompress(shown.raw), shown.raw_name, shown.raw_type)
        sent = {"trigger": RunTrigger.UPLOAD, "at": timezone.now(), "content": content, "actor": request.user}
        try:
            with transaction.atomic():
                run = start(source_id=shown.source_id, **sent)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:funding_syncrun_change", args=[shown.pk]))
        if not ring_run(run.pk, accept_shorter=request.POST.get("plus_courte") == "oui"):
            give_up(run_id=run.pk, at=timezone.now(), sentence=NO_BROKER)
        return HttpResponseRedirect(reverse("admin:funding_syncrun_change", args=[run.pk]))

    def raw_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """What the source answered, as it was, to be kept and never shown as a page of the portal."""
        run = self._run(request, run_id)
        if run.raw is None:
            raise Http404
        name = get_valid_filename(run.raw_name or "reponse")
        return HttpResponse(
            gzip.decompress(run.raw),
            content_type="application/octet-stream",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
        )

    def _run(self, request: HttpRequest, run_id: int) -> SyncRun:
        if not (can_run_sources(request.user) and self.has_view_permission(request)):
            raise PermissionDenied
        run = SyncRun.objects.select_related("source").filter(pk=run_id).first()
        if run is None:
            raise Http404
        return run
