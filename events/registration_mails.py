"""What people who register are written, through the outbox. The key of each message is its fact: none goes twice."""

from datetime import datetime

from django.template.loader import render_to_string

from events.changes import where_of
from events.models import Registration
from events.presenters.moments import period_in_words
from ti_portal.accounts.links import absolute_url
from ti_portal.core.mail import queue_message


def key_prefix(event_id: int, registration_id: int) -> str:
    """How the keys of all messages to this person begin."""
    return f"event:{event_id}:registration:{registration_id}:"


def send_confirmation_request(*, registration: Registration, at: datetime) -> None:
    """Ask the owner of the address to confirm."""
    link = absolute_url("events:confirm", registration.secret)
    _send(registration, "confirm", registration.secret[:12], "Confirmez votre inscription", at, link=link)


def send_outcome(*, registration: Registration, at: datetime) -> None:
    """Tell whether there is a place, or a rank on the waiting list, or that a place was found."""
    subject = {
        "registered": "Une place pour vous" if registration.promoted_at else "Votre inscription",
        "waiting": "Vous êtes sur la liste d’attente",
    }[registration.state]
    since = registration.promoted_at or registration.confirmed_at or at
    _send(registration, registration.state, f"{since.timestamp():.6f}", subject, at)


def send_reminder_of_link(*, registration: Registration, at: datetime) -> None:
    """Someone who is registered asked again: their link, at most once in each hour of the clock."""
    _send(registration, "link", f"{at:%Y%m%d%H}", "Votre inscription", at)


def send_cancelled(*, registration: Registration, at: datetime) -> None:
    """Say that the place is given back."""
    stamp = registration.cancelled_at or at
    _send(registration, "cancelled", f"{stamp.timestamp():.6f}", "Inscription annulée", at)


def _send(registration: Registration, what: str, stamp: str, subject: str, at: datetime, *, link: str = "") -> None:
    event = registration.event
    context = {
        "what": what,
        "event": event,
        "registration": registration,
        "when": period_in_words(event.starts_at, event.ends_at, event.zone),
        "where": where_of(event),
        "link": link or absolute_url("events:registration", registration.secret),
        "event_link": absolute_url("events:event", event.slug),
    }
    queue_message(
        key=f"{key_prefix(event.pk, registration.pk)}{what}:{stamp}",
        recipient=registration.email,
        subject=f"{subject} : {event.title}",
        text_body=render_to_string("events/mails/registration.txt", context).strip(),
        at=at,
    )
