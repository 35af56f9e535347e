"""Telling those who registered what changed. `EventChange` is the truth: rung again, nothing goes twice."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string

from events.changes import where_of
from events.enums import RegistrationState
from events.models import EventChange, Registration
from events.presenters.moments import period_in_words
from ti_portal.accounts.links import absolute_url
from ti_portal.core.bulk_mail import Outgoing, queue_messages

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
        shared = _shared(change)
        last: int | None = 0
        while last is not None:
            with transaction.atomic():
                # One at a time for one change: the same keys written side by side would be refused.
                EventChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
                batch = _batch(change, after=last)
                written += queue_messages([_message(change, one, shared) for one in batch], at=at)
                last = batch[-1].pk if batch else None
        EventChange.objects.filter(pk=change.pk, told_at=None).update(told_at=at)
    return written


def _batch(change: EventChange, *, after: int) -> list[Registration]:
    """Those who had a place, or waited for one, when it changed and still do."""
    rows = change.event.registrations.filter(
        state__in=RegistrationState.active, confirmed_at__lte=change.created_at, pk__gt=after
    ).exclude(email="")
    return list(rows.order_by("pk")[:BATCH])


def _shared(change: EventChange) -> dict[str, Any]:
    """What the text says to everyone alike."""
    event = change.event
    return {
        "event": event,
        "change": change,
        "when": period_in_words(event.starts_at, event.ends_at, event.zone),
        "where": where_of(event),
        "event_link": absolute_url("events:event", event.slug),
    }


def _message(change: EventChange, registration: Registration, shared: dict[str, Any]) -> Outgoing:
    own = {
        "link": absolute_url("events:registration", registration.secret),
        "has_place": registration.state == RegistrationState.REGISTERED,
    }
    subject = "Rencontre annulée" if change.is_cancelled else "Rencontre modifiée"
    return Outgoing(
        key=f"event:{change.event_id}:change:{change.revision}:{registration.pk}",
        recipient=registration.email,
        subject=f"{subject} : {change.event.title}",
        text_body=render_to_string("events/mails/change.txt", {**shared, **own}).strip(),
    )
