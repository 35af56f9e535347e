"""Doorbells of `events`. Each swallows arguments it does not know yet, and may ring twice."""

from celery import shared_task
from django.utils import timezone


@shared_task(name="events.tell_changes")
def tell_changes_task(*, change_id: int | None = None, **_future) -> None:
    from events.announcements import tell_changes

    tell_changes(at=timezone.now(), change_id=change_id)
