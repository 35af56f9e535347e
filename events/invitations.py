"""Inviting people to an event by their address. Each gets a link of their own, through the outbox."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string

from events.changes import where_of
from events.enums import EventState
from events.models import Event, EventInvitation
from events.presenters.moments import period_in_words
from events.registrations import locked_event, new_secret
from ti_portal.accounts.links import absolute_url
from ti_portal.core.mail import queue_message
from ti_portal.core.templatetags.portal import number

MOST = 1000
_BETWEEN = re.compile(r"[\s,;<>\"]+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Addresses that are new, those that were invited already, and how many messages were written."""

    invited: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    written: int = 0


def addresses_in(text: str) -> list[str]:
    """Addresses of a text, one a line or parted by commas and semicolons, « Nom <adresse> » included; each once.

    Raises ValidationError with what is not an address.
    """
    found: dict[str, None] = {}
    bad = []
    for line in re.split(r"[\n,;]+", text):
        words = [word for word in _BETWEEN.split(line) if word]
        if not words:
            continue
        address = next((word for word in words if "@" in word), line.strip()).lower()
        try:
            validate_email(address)
        except ValidationError:
            bad.append(line.strip()[:80])
        else:
            found[address] = None
    if bad:
        quoted = ", ".join(f"« {one} »" for one in bad[:5])
        raise ValidationError(f"Ce ne sont pas des adresses : {quoted}.")
    if len(found) > MOST:
        raise ValidationError(f"{number(MOST)} adresses au plus à la fois.")
    return list(found)


@transaction.atomic
def invite(*, event_id: int, addresses: Iterable[str], actor, at: datetime) -> Outcome:
    """Invite addresses, and write to those that are new. An address that is invited already is left as it is.

    Raises ValidationError for an event that is not published yet, is cancelled or over: the link would lead nowhere.
    """
    event = locked_event(event_id)
    if event.state != EventState.PUBLISHED or event.ends_at <= at:
        raise ValidationError("On invite à une rencontre publiée et à venir.")
    wanted = list(dict.fromkeys(address.strip().lower() for address in addresses))
    invited = {one.lower() for one in event.invitations.values_list("email", flat=True)}
    made = EventInvitation.objects.bulk_create(
        EventInvitation(event=event, email=address, secret=new_secret(), created_at=at, invited_by=actor)
        for address in wanted
        if address not in invited
    )
    written = sum(_send(event, one, stamp="", at=at) for one in made)
    known = tuple(address for address in wanted if address in invited)
    return Outcome(tuple(one.email for one in made), known, written)


@transaction.atomic
def send_again(*, invitation_ids: Iterable[int], at: datetime) -> int:
    """Write again to the invited, at most once in each hour of the clock; return how many messages were written."""
    rows = EventInvitation.objects.filter(
        pk__in=list(invitation_ids), event__state=EventState.PUBLISHED, event__ends_at__gt=at
    )
    rows = rows.select_related("event").order_by("pk")
    return sum(_send(one.event, one, stamp=f":{at:%Y%m%d%H}", at=at) for one in rows)


@transaction.atomic
def withdraw(*, invitation_ids: Iterable[int]) -> int:
    """Take invitations back: their links lead nowhere any more. A registration that was made stays."""
    return EventInvitation.objects.filter(pk__in=list(invitation_ids)).delete()[1].get("events.EventInvitation", 0)


def _send(event: Event, invitation: EventInvitation, *, stamp: str, at: datetime) -> bool:
    context = {
        "event": event,
        "when": period_in_words(event.starts_at, event.ends_at, event.zone),
        "where": where_of(event),
        "link": absolute_url("events:invited", invitation.secret),
    }
    message = queue_message(
        key=f"event:{event.pk}:invitation:{invitation.pk}{stamp}",
        recipient=invitation.email,
        subject=f"Invitation : {event.title}",
        text_body=render_to_string("events/mails/invitation.txt", context).strip(),
        at=at,
    )
    return message is not None
