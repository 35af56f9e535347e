"""Reminders before an event: seven days, one day, one hour. Through the outbox, once each, and never after the start.

The key of a message holds the start it was counted from: an event that moves has new reminders. After a downtime only
the nearest of those that are due goes out, saying how long is left. Someone who registered after a reminder was due
does not receive it.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.template.loader import render_to_string

from events.enums import EventState
from events.models import Event, Registration
from events.presenters.moments import period_in_words
from events.registrations import locked_event
from ti_portal.accounts.links import absolute_url
from ti_portal.core.bulk_mail import Outgoing, queue_messages
from ti_portal.core.models import OutboxMessage

KINDS = {"j7": timedelta(days=7), "j1": timedelta(days=1), "h1": timedelta(hours=1)}
BATCH = 500


def send_reminders(*, at: datetime) -> int:
    """Write the reminders that are due; return how many were new. Safe to run twice, or to be stopped half-way."""
    soon = Event.objects.filter(
        state=EventState.PUBLISHED, starts_at__gt=at, starts_at__lte=at + max(KINDS.values())
    ).order_by("starts_at", "pk")
    return sum(_remind(event, kind, at) for event in soon if (kind := due_kind(event.starts_at, at)))


def due_kind(starts_at: datetime, at: datetime) -> str:
    """The nearest reminder that is due at `at`, empty when none is or the event has begun. Pure."""
    due = [(before, kind) for kind, before in KINDS.items() if starts_at - before <= at < starts_at]
    return min(due)[1] if due else ""


def left_in_words(left: timedelta) -> str:
    """« dans 7 jours », « demain », « dans 1 heure », « dans 20 minutes ». Pure; rounded to the nearest."""
    minutes = round(left.total_seconds() / 60)
    if minutes >= 36 * 60:
        return f"dans {round(minutes / 1440)} jours"
    if minutes >= 90:
        return f"dans {round(minutes / 60)} heures"
    return "dans 1 heure" if minutes >= 55 else f"dans {max(1, minutes)} minute{'s' * (minutes > 1)}"


def _remind(event: Event, kind: str, at: datetime) -> int:
    prefix = f"event:{event.pk}:reminder:{kind}:{event.starts_at.timestamp():.0f}:"
    written = {
        int(key.rpartition(":")[2])
        for key in OutboxMessage.objects.filter(key__startswith=prefix).values_list("key", flat=True)
    }
    registered = event.registrations.registered().filter(confirmed_at__lt=event.starts_at - KINDS[kind])
    waiting = [row for row in registered.exclude(email="").order_by("pk") if row.pk not in written]
    when = period_in_words(event.starts_at, event.ends_at, event.zone)
    left = left_in_words(event.starts_at - at)
    shared = {"event": event, "when": when, "left": left}

    def message(registration: Registration) -> Outgoing:
        link = absolute_url("events:registration", registration.secret)
        return Outgoing(
            key=f"{prefix}{registration.pk}",
            recipient=registration.email,
            subject=f"{left.capitalize()} : {event.title}",
            text_body=render_to_string("events/mails/reminder.txt", {**shared, "link": link}).strip(),
        )

    sent = 0
    for start in range(0, len(waiting), BATCH):
        with transaction.atomic():
            # One at a time for one event: the same keys written side by side would be refused.
            locked_event(event.pk)
            sent += queue_messages([message(one) for one in waiting[start : start + BATCH]], at=at)
    return sent
