"""Doorbells of `events`. Each swallows arguments it does not know yet, and may ring twice."""

from celery import shared_task
from django.utils import timezone

from ti_portal.core.jobs import run_job


@shared_task(name="events.tell_changes")
def tell_changes_task(*, change_id: int | None = None, **_future) -> None:
    """Rung after each change, and by beat for what a lost doorbell left."""
    from events.announcements import tell_changes

    at = timezone.now()
    if change_id is not None:
        tell_changes(at=at, change_id=change_id)
    else:
        run_job("events.tell_changes", at=at, work=lambda: {"written": tell_changes(at=at)})


@shared_task(name="events.send_reminders")
def send_reminders_task(**_future) -> None:
    from events.reminders import send_reminders

    at = timezone.now()
    run_job("events.send_reminders", at=at, work=lambda: {"written": send_reminders(at=at)})


@shared_task(name="events.sweep_ballots")
def sweep_ballots_task(**_future) -> None:
    """Rung after each closing, and by beat for what a lost doorbell left."""
    from events.retention import sweep_ballots

    at = timezone.now()
    run_job("events.sweep_ballots", at=at, work=lambda: {"polls": sweep_ballots(at=at)})


@shared_task(name="events.purge")
def purge_task(**_future) -> None:
    from events.retention import purge

    at = timezone.now()
    run_job("events.purge", at=at, work=lambda: purge(at=at))
