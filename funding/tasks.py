"""Doorbells of `funding`. Each swallows arguments it does not know yet, and may ring twice."""

from celery import shared_task
from django.utils import timezone

from ti_portal.core.jobs import run_job


@shared_task(name="funding.purge")
def purge_task(**_future) -> None:
    from funding.retention import purge

    at = timezone.now()
    run_job("funding.purge", at=at, work=lambda: purge(at=at))
