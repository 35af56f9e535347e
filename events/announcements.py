"""Telling those who registered what changed. `EventChange` is the truth: rung again, nothing goes twice."""

from datetime import datetime

from django.db import transaction
from django.template.loader import render_to_string

from events.enums import RegistrationState
from events.models import EventChange
from events.presenters.moments import period_in_words
from ti_portal.accounts.links import absolute_url
from ti_portal.core.mail import queue_message

BATCH = 500


def tell_changes(*, at: datetime, change_id: int | None = None) -> int:
    """Write to the outbox what is not told yet (all of it, or one change); return how many messages were new.

    By batches, each in its transaction: killed half-way, the next call goes on, and the keys keep what was written
    from being written again.
    """
    waiting = EventChange.objects.filter(told_at=None).order_by("pk")
    if change_id is not None:
        waiting = waiting.filter(pk=change_id)
    written = 0
    for change in waiting.select_related("event"):
        last = 0
        while batch := _batch(change, after=last):
            with transaction.atomic():
                written += sum(_tell(change, registration, at=at) for registration in batch)
            last = batch[-1].pk
        EventChange.objects.filter(pk=change.pk, told_at=None).update(told_at=at)
    return written


def _batch(change: EventChange, *, after: int) -> list:
    """Those who had a place, or waited for one, when it changed and still do."""
    rows = change.event.registrations.filter(
        state__in=RegistrationState.active, confirmed_at__lte=change.created_at, pk__gt=after
    ).exclude(email="")
    return list(rows.order_by("pk")[:BATCH])


def _tell(change: EventChange, registration, *, at: datetime) -> bool:
    event = change.event
    context = {
        "event": event,
        "change": change,
        "when": period_in_words(event.starts_at, event.ends_at, event.zone),
        "link": absolute_url("events:registration", registration.secret),
        "event_link": absolute_url("events:event", event.slug),
    }
    subject = "Rencontre annulée" if change.is_cancelled else "Rencontre modifiée"
    message = queue_message(
        key=f"event:{event.pk}:change:{change.revision}:{registration.pk}",
        recipient=registration.email,
        subject=f"{subject} : {event.title}",
        text_body=render_to_string("events/mails/change.txt", context).strip(),
        at=at,
    )
    return message is not None
