"""How long things without a domain word are kept."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db.models import Q

from ti_portal.core.enums import JobState
from ti_portal.core.jobs import registered_jobs
from ti_portal.core.models import JobRun, OutboxMessage

KEEP_MESSAGE_BODIES = timedelta(days=180)
KEEP_RUNS = timedelta(days=30)
# Jobs of every minute mostly find nothing to do: 1,440 such runs a day and job would tell nobody anything.
KEEP_IDLE_RUNS = timedelta(days=1)
FREQUENT = timedelta(hours=1)


def purge(*, at: datetime) -> dict[str, int]:
    """Delete expired sessions and old runs of jobs, empty settled messages older than 180 days. Safe to run twice."""
    sessions, _ = Session.objects.filter(expire_date__lt=at).delete()
    emptied = OutboxMessage.objects.settled().filter(created_at__lt=at - KEEP_MESSAGE_BODIES).empty()
    return {"sessions": sessions, "messages": emptied, "runs": _purge_runs(at)}


def _purge_runs(at: datetime) -> int:
    """Delete runs older than 30 days, and those of over a day that found nothing to do, for jobs of every minute.

    The last run of each job in each state stays, however old: it is what the délégation is shown.
    """
    settled = JobRun.objects.exclude(state=JobState.RUNNING)
    last = settled.order_by("name", "state", "-started_at", "-pk").distinct("name", "state").values("pk")
    frequent = [job.name for job in registered_jobs() if job.every < FREQUENT]
    idle = Q(name__in=frequent, state=JobState.DONE, counts={}, ended_at__lt=at - KEEP_IDLE_RUNS)
    deleted, _ = settled.filter(Q(ended_at__lt=at - KEEP_RUNS) | idle).exclude(pk__in=last).delete()
    return deleted
