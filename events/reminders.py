"""Reminders before an event: seven days, one day, one hour. Through the outbox, once each, and never after the start.

The key of a message holds the start it was counted from: an event that moves has new reminders. After a downtime only
the nearest of those that are due goes out, saying how long is left. Whoever got their place after a reminder was due
does not receive it; nor does anybody when the event moved after that moment: they were told of the new date then.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.template.loader import render_to_string

from events.changes import DATE, where_of
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
    return sum(_remind(event.pk, at) for event in soon if _to_remind(event, at).exists())


def due_kind(starts_at: datetime, at: datetime) -> str:
    """The nearest reminder that is due at `at`, empty when none is or the event has begun. Pure."""
    due = [(before, kind) for kind, before in KINDS.items() if starts_at - before <= at < starts_at]
    return min(due)[1] if due else ""


def left_in_words(starts_at: datetime, at: datetime, zone: str) -> str:
    """« dans 7 jours », « demain », « dans 3 heures », « dans 20 minutes ». Days are the zone's. Pure."""
    minutes = round((starts_at - at).total_seconds() / 60)
    if minutes < 55:
        return f"dans {max(1, minutes)} minute{'s' * (minutes > 1)}"
    if minutes < 90:
        return "dans 1 heure"
    local = ZoneInfo(zone)
    days = (starts_at.astimezone(local).date() - at.astimezone(local).date()).days
    if days == 0:
        return f"dans {round(minutes / 60)} heures"
    return "demain" if days == 1 else f"dans {days} jours"


def _remind(event_id: int, at: datetime) -> int:
    """By batches, each for the event as it then stands: it may be moved or cancelled between two of them."""
    sent = 0
    while True:
        with transaction.atomic():
            # One at a time for one event: the same keys written side by side would be refused.
            event = locked_event(event_id)
            batch = [_message(event, one, at) for one in _to_remind(event, at).order_by("pk")[:BATCH]]
            sent += queue_messages(batch, at=at)
        if len(batch) < BATCH:
            return sent


def _to_remind(event: Event, at: datetime) -> QuerySet[Registration]:
    """Who is to receive the reminder that is due now, and was not written it yet."""
    kind = due_kind(event.starts_at, at) if event.state == EventState.PUBLISHED else ""
    if not kind:
        return Registration.objects.none()
    due_at = event.starts_at - KINDS[kind]
    if event.changes.filter(created_at__gt=due_at, lines__contains=[{"label": DATE}]).exists():
        return Registration.objects.none()
    key = Concat(Value(_key_prefix(event, at)), Cast(OuterRef("pk"), CharField()))
    return (
        event.registrations.registered()
        .alias(seated_at=Coalesce("promoted_at", "confirmed_at"))
        .filter(~Exists(OutboxMessage.objects.filter(key=key)), seated_at__lt=due_at)
        .exclude(email="")
    )


def _key_prefix(event: Event, at: datetime) -> str:
    return f"event:{event.pk}:reminder:{due_kind(event.starts_at, at)}:{event.starts_at.timestamp():.0f}:"


def _message(event: Event, registration: Registration, at: datetime) -> Outgoing:
    left = left_in_words(event.starts_at, at, event.zone)
    context = {
        "event": event,
        "when": period_in_words(event.starts_at, event.ends_at, event.zone),
        "where": where_of(event),
        "left": left,
        "link": absolute_url("events:registration", registration.secret),
    }
    return Outgoing(
        key=f"{_key_prefix(event, at)}{registration.pk}",
        recipient=registration.email,
        subject=f"{left.capitalize()} : {event.title}",
        text_body=render_to_string("events/mails/reminder.txt", context).strip(),
    )
