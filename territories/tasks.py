"""Doorbells of `territories`. Each swallows arguments it does not know yet, and may ring twice."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="territories.remind_contact_entries")
def remind_contact_entries_task(**_future) -> None:
    from territories.reminders import remind_contact_entries

    remind_contact_entries(today=timezone.localdate(), at=timezone.now())
