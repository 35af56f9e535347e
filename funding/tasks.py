"""Doorbells of `funding`. Each swallows arguments it does not know yet, and may ring twice."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="funding.purge")
def purge_task(**_future) -> None:
    from funding.retention import purge

    purge(at=timezone.now())
