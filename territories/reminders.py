"""Reminders to confirm one's entry in the directory: one message per person and year, as long as it waits."""

from datetime import date, datetime

from django.conf import settings
from django.db.models import Min
from django.template.loader import render_to_string

from territories.contacts import CONFIRMED_FOR, waiting_for_confirmation
from ti_portal.accounts.links import absolute_url
from ti_portal.core.mail import queue_message
from ti_portal.core.models import OutboxMessage


def reminder_key(person_id: int, due_on: date, today: date) -> str:
    """The delivery key of the reminder that is due on `today`: it changes on each anniversary of `due_on`."""
    years = (today - due_on) // CONFIRMED_FOR
    return f"contact-entry:{person_id}:{due_on.isoformat()}:{years}"


def remind_contact_entries(*, today: date, at: datetime) -> int:
    """Queue a message for everyone whose entry waits to be confirmed; return how many were queued.

    An entry waits from 365 days after its confirmation, or from the first day of the mandate when it was never
    confirmed. Safe to run twice, or to be killed half-way: the outbox refuses a key that it knows.
    """
    people = (
        waiting_for_confirmation(today)
        .values("person_id", "person__email", "person__first_name", "person__contact_entry__confirmed_on")
        .annotate(since=Min("valid_from"))
        .order_by("person_id")
    )
    wanted = {}
    for person in people:
        confirmed_on = person["person__contact_entry__confirmed_on"]
        due_on = confirmed_on + CONFIRMED_FOR if confirmed_on else person["since"]
        wanted[reminder_key(person["person_id"], due_on, today)] = person
    known = set(OutboxMessage.objects.filter(key__in=wanted).values_list("key", flat=True))
    return sum(_remind(key, person, at) for key, person in wanted.items() if key not in known)


def _remind(key: str, person: dict, at: datetime) -> bool:
    context = {
        "first_name": person["person__first_name"],
        "confirmed_on": person["person__contact_entry__confirmed_on"],
        "url": absolute_url("territories:my_contact"),
        "SITE_NAME": settings.SITE_NAME,
    }
    message = queue_message(
        key=key,
        recipient=person["person__email"],
        subject="Vos coordonnées sont-elles à jour ?",
        text_body=render_to_string("territories/contribution/mail/confirm_contact.txt", context),
        html_body=render_to_string("territories/contribution/mail/confirm_contact.html", context),
        at=at,
    )
    return message is not None
