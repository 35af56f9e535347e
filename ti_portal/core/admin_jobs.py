"""Background work in the administration: how jobs, queues, mail and sources fare, and the runs one by one."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from ti_portal.core import job_words as words
from ti_portal.core import panels
from ti_portal.core.admin_bases import ChoiceFilter, ReadOnlyAdmin
from ti_portal.core.enums import JobState, MessageState
from ti_portal.core.job_reports import job_reports
from ti_portal.core.jobs import registered_jobs
from ti_portal.core.models import JobRun, OutboxMessage
from ti_portal.core.queues import queue_lengths

MAIL_IS_LATE = timedelta(minutes=10)


@dataclass(frozen=True)
class Line:
    """One job on the page."""

    label: str
    does: str
    rhythm: str
    verdict: str
    is_grave: bool
    running: str
    success: JobRun | None
    success_counts: str
    failure: JobRun | None
    failure_reason: str
    name: str


def lines(at: datetime) -> list[Line]:
    return [
        Line(
            label=report.job.label,
            does=report.job.does,
            rhythm=words.rhythm_in_words(report.job.every),
            verdict=words.verdict_in_words(report, at),
            is_grave=not report.is_well(at),
            running=words.running_in_words(report, at),
            success=report.success,
            success_counts=words.counts_in_words(report.success, report.job) if report.success else "",
            failure=report.failure,
            failure_reason=words.error_in_words(report.failure.error) if report.failure else "",
            name=report.job.name,
        )
        for report in job_reports()
    ]


def outbox(at: datetime) -> dict:
    """Messages that wait and that were given up; `oldest` is due since then, `is_late` when that is long ago."""
    found = OutboxMessage.objects.aggregate(
        queued=Count("pk", filter=Q(state=MessageState.QUEUED)),
        failed=Count("pk", filter=Q(state=MessageState.FAILED)),
        oldest=Min("created_at", filter=Q(state=MessageState.QUEUED)),
        due=Min("next_attempt_at", filter=Q(state=MessageState.QUEUED)),
    )
    return {**found, "is_late": found["due"] is not None and at - found["due"] > MAIL_IS_LATE}


class JobFilter(ChoiceFilter):
    title = "travail"
    parameter_name = "travail"

    def lookups(self, request: HttpRequest, model_admin):
        return [(job.name, job.label) for job in registered_jobs()]

    def filtered(self, queryset, value: str):
        return queryset.filter(name=value)


class StateFilter(ChoiceFilter):
    title = "état"
    parameter_name = "etat"
    choices_in_words = JobState.choices

    def filtered(self, queryset, value: str):
        return queryset.filter(state=value)


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    change_list_template = "admin/core/jobrun/change_list.html"
    list_display = ["started_at", "label", "state", "duration", "counted", "reason"]
    list_filter = [JobFilter, StateFilter]
    date_hierarchy = "started_at"
    ordering = ["-started_at", "-pk"]
    fields = ["label", "name", "state", "started_at", "ended_at", "duration", "lease_until", "counted", "reason"]
    readonly_fields = ["label", "duration", "counted", "reason"]

    def get_urls(self):
        view = self.admin_site.admin_view(self.state_view)
        return [path("etat/", view, name="core_jobrun_state"), *super().get_urls()]

    def state_view(self, request: HttpRequest) -> HttpResponse:
        """How everything fares, on one page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        at = timezone.now()
        context = {
            **self.admin_site.each_context(request),
            "title": "Travaux de fond",
            "opts": self.opts,
            "at": at,
            "lines": lines(at),
            "queues": queue_lengths(),
            "outbox": outbox(at),
            "panels": panels.panels(at=at),
        }
        return TemplateResponse(request, "admin/core/jobrun/state.html", context)

    def label_of(self, run: JobRun) -> str:
        return f"{self.label(run)}, exécution {run.pk}"

    @admin.display(description="travail", ordering="name")
    def label(self, run: JobRun) -> str:
        return next((job.label for job in registered_jobs() if job.name == run.name), run.name)

    @admin.display(description="durée")
    def duration(self, run: JobRun) -> str:
        return words.duration_in_words(run)

    @admin.display(description="ce qui a été fait")
    def counted(self, run: JobRun) -> str:
        return words.counts_in_words(run, next((job for job in registered_jobs() if job.name == run.name), None))

    @admin.display(description="erreur")
    def reason(self, run: JobRun) -> str:
        return words.error_in_words(run.error)
