"""Doorbells of `core`. Each fetches nothing itself, swallows arguments it does not know yet, and may ring twice."""

import time

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from ti_portal.core.jobs import run_job

HEARTBEAT_KEY = "heartbeat"
# The sweep is rung every minute: a long backlog is taken up by the next one.
SWEEP_SECONDS = 50


@shared_task(name="core.deliver_message")
def deliver_message_task(*, message_id: int, **_future) -> None:
    from ti_portal.core.mail import deliver_message

    deliver_message(message_id=message_id, at=timezone.now())


@shared_task(name="core.sweep_outbox", soft_time_limit=150, time_limit=170)
def sweep_outbox_task(**_future) -> None:
    from ti_portal.core.mail import sweep_outbox

    def sweep() -> dict[str, int]:
        counts = {"sent": 0, "refused": 0}
        deadline = time.monotonic() + SWEEP_SECONDS
        while time.monotonic() < deadline:
            swept = sweep_outbox(at=timezone.now())
            counts["sent"] += swept.sent
            counts["refused"] += swept.refused
            if swept.is_over:
                break
        return counts

    run_job("core.sweep_outbox", at=timezone.now(), work=sweep)


@shared_task(name="core.heartbeat")
def heartbeat_task(**_future) -> None:
    """Beat rang and a worker answered: both are alive. Read by /sante/pret."""
    cache.set(HEARTBEAT_KEY, timezone.now().isoformat(), timeout=24 * 3600)


@shared_task(name="core.purge")
def purge_task(**_future) -> None:
    from ti_portal.core.retention import purge

    at = timezone.now()
    run_job("core.purge", at=at, work=lambda: purge(at=at))


@shared_task(name="core.catch_up")
def catch_up_task(**_future) -> None:
    from ti_portal.core.job_reports import ring_missed_jobs

    at = timezone.now()
    run_job("core.catch_up", at=at, work=lambda: ring_missed_jobs(at=at))
