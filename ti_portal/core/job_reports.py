"""How each job fares: read by the délégation's page, by its home and by /sante/pret."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.db.models import Count, F, OuterRef, Q, Subquery
from kombu.exceptions import OperationalError

from ti_portal.core.enums import JobState
from ti_portal.core.jobs import Job, registered_jobs
from ti_portal.core.models import JobRun

FAILURES = (JobState.FAILED, JobState.LOST)
# A frequent job may fail once, a worker being restarted say: the next minute mends it.
FORGIVEN_FAILURES = 2
# Rarer jobs than this are rung again when beat missed them; others are rung again soon anyway.
RARE = timedelta(hours=1)


@dataclass(frozen=True)
class JobReport:
    """A job with its newest runs. `failures` counts those in a row since the last success."""

    job: Job
    running: JobRun | None
    success: JobRun | None
    failure: JobRun | None
    failures: int

    @property
    def is_failing(self) -> bool:
        return self.failures > (FORGIVEN_FAILURES if self.job.every < RARE else 0)

    @property
    def last_start(self) -> datetime | None:
        return max((run.started_at for run in (self.running, self.success, self.failure) if run), default=None)

    def is_late(self, at: datetime) -> bool:
        """Whether it was tried once and its last success (or first failure) is too old. A new job is not late."""
        since = self.success or self.failure or self.running
        return since is not None and at - since.started_at > self.job.late_after

    def is_well(self, at: datetime) -> bool:
        return not self.is_failing and not self.is_late(at)


def job_reports(jobs: Sequence[Job] | None = None) -> list[JobReport]:
    """One report for each of `jobs`, all the registered ones unless told: two queries."""
    jobs = registered_jobs() if jobs is None else jobs
    names = [job.name for job in jobs]
    newest = (
        JobRun.objects.filter(name__in=names).order_by("name", "state", "-started_at", "-pk").distinct("name", "state")
    )
    found = {(run.name, run.state): run for run in newest}
    last_success = (
        JobRun.objects.filter(name=OuterRef("name"), state=JobState.DONE)
        .order_by("-started_at", "-pk")
        .values("started_at")[:1]
    )
    failures = dict(
        JobRun.objects.filter(name__in=names, state__in=FAILURES)
        .annotate(success=Subquery(last_success))
        .filter(Q(success=None) | Q(started_at__gt=F("success")))
        .values_list("name")
        .annotate(number=Count("pk"))
        .order_by("name")
    )
    reports = []
    for job in jobs:
        failed = [run for state in FAILURES if (run := found.get((job.name, state)))]
        reports.append(
            JobReport(
                job=job,
                running=found.get((job.name, JobState.RUNNING)),
                success=found.get((job.name, JobState.DONE)),
                failure=max(failed, key=lambda run: (run.started_at, run.pk), default=None),
                failures=failures.get(job.name, 0),
            )
        )
    return reports


def ring_missed_jobs(*, at: datetime) -> dict[str, int]:
    """Ring jobs of every hour or rarer that beat did not start when they were due: never, or too long ago.

    Beat forgets what it missed when its own file is lost with its container; the history of runs does not. A job that
    started and failed waits for its next turn. Does nothing while the broker is away.
    """
    missed = [
        report.job.name
        for report in job_reports()
        if report.job.every >= RARE and (report.last_start is None or at - report.last_start > report.job.late_after)
    ]
    rung = 0
    for name in missed:
        try:
            current_app.send_task(name, expires=RARE.total_seconds())
        except OperationalError:
            break
        rung += 1
    return {"rung": rung}
