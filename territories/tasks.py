"""Doorbells of `territories`. Each swallows arguments it does not know yet, and may ring twice."""

from celery import shared_task
from django.utils import timezone

from ti_portal.core.jobs import run_job


@shared_task(name="territories.remind_contact_entries")
def remind_contact_entries_task(**_future) -> None:
    from territories.reminders import remind_contact_entries

    at = timezone.now()
    today = timezone.localdate(at)
    run_job(
        "territories.remind_contact_entries",
        at=at,
        work=lambda: {"reminders": remind_contact_entries(today=today, at=at)},
    )
