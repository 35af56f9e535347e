"""Registering to an event: asked, confirmed, seated or waiting, cancelled, promoted. Never one seat too many.

Every function that seats people or frees a seat locks the event's row first, so that seats are counted by one
transaction at a time. A person is known by their address: signed in, it is verified already; otherwise a mail asks
them to confirm, and until then nothing is kept for them.

Whoever asks with an address that is known learns nothing: the answer is a mail to that address.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from events import registration_mails as mails
from events.enums import EventState, RegistrationState, Visibility
from events.models import Event, EventInvitation, Registration
from territories.models import Place, Territory
from ti_portal.core.integrity import refused_by_constraints
from ti_portal.core.models import OutboxMessage

# How long a registration that nobody confirmed is kept, and its link good.
CONFIRM_WITHIN = timedelta(days=2)


class RegistrationRefused(Exception):
    """The event takes no (more) registration from this person; the message is for them."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who registers, as they wrote it. `commune_code` is empty when they gave none."""

    email: str
    first_name: str = ""
    last_name: str = ""
    organisation: str = ""
    commune_code: str = ""

    @property
    def address(self) -> str:
        return self.email.strip().lower()


def check_open(event: Event, *, at: datetime) -> None:
    """Raise RegistrationRefused when nobody can register any more, whatever their right to."""
    if event.state == EventState.CANCELLED:
        raise RegistrationRefused("Cette rencontre est annulée.")
    if event.state != EventState.PUBLISHED or event.ends_at <= at:
        raise RegistrationRefused("Cette rencontre est passée.")
    if not event.takes_registrations:
        raise RegistrationRefused("On ne s’inscrit pas à cette rencontre sur le portail.")
    if event.registration_closes_at is not None and event.registration_closes_at <= at:
        raise RegistrationRefused("Les inscriptions sont closes.")


@transaction.atomic
def register_user(*, event_id: int, person: Person, user, at: datetime) -> Registration:
    """Register a signed-in person, whose address is verified: seated or waiting at once. Doing it again changes only
    what they say of themselves.

    Raises RegistrationRefused, and ValidationError by field, in French.
    """
    event = locked_event(event_id)
    check_open(event, at=at)
    _check_invited(event, person.address)
    registration = _find(event, person.address) or Registration(event=event, secret=new_secret(), asked_at=at)
    _describe(registration, person)
    registration.user = user
    if registration.state in RegistrationState.active:
        _save(registration)
        return registration
    _take_a_place(event, registration, at=at)
    mails.send_outcome(registration=registration, at=at)
    return registration


@transaction.atomic
def ask(*, event_id: int, person: Person, at: datetime) -> None:
    """Register someone without account: a mail asks them to confirm. The answer never tells whether the address is
    known: someone who is registered receives the link to their own page instead.

    Raises RegistrationRefused, and ValidationError by field, in French. An address that is not invited to an event on
    invitation is answered like the others, by nothing.
    """
    event = locked_event(event_id)
    check_open(event, at=at)
    if event.visibility == Visibility.COMMUNITY:
        raise RegistrationRefused("Cette rencontre est réservée à la communauté : connectez-vous pour vous inscrire.")
    registration = _find(event, person.address) or Registration(event=event, secret=new_secret(), asked_at=at)
    if registration.state in RegistrationState.active:
        mails.send_reminder_of_link(registration=registration, at=at)
        return
    _describe(registration, person)
    registration.state = RegistrationState.ASKED
    registration.secret = new_secret()
    registration.asked_at = at
    registration.cancelled_at = None
    if not _is_invited(event, person.address):
        registration.clean_fields(exclude=["user"])
        return
    _save(registration)
    mails.send_confirmation_request(registration=registration, at=at)


@transaction.atomic
def register_invited(*, secret: str, person: Person, at: datetime) -> Registration:
    """Register who holds the link of an invitation: the link was sent to their address, which needs no other proof.
    Doing it again changes only what they say of themselves.

    Raises EventInvitation.DoesNotExist, RegistrationRefused, and ValidationError by field, in French.
    """
    invitation = EventInvitation.objects.get(secret=secret)
    event = locked_event(invitation.event_id)
    check_open(event, at=at)
    registration = _find(event, invitation.email) or Registration(event=event, secret=new_secret(), asked_at=at)
    _describe(registration, replace(person, email=invitation.email))
    if registration.state in RegistrationState.active:
        _save(registration)
        return registration
    _take_a_place(event, registration, at=at)
    mails.send_outcome(registration=registration, at=at)
    return registration


@transaction.atomic
def confirm(*, secret: str, at: datetime) -> Registration:
    """Confirm an address: the person is seated, or waits. Doing it again changes nothing.

    Raises Registration.DoesNotExist for an unknown or expired link, RegistrationRefused when it is too late.
    """
    event = locked_event(Registration.objects.values_list("event_id", flat=True).get(secret=secret))
    registration = _locked(event, secret=secret)
    if registration.state in RegistrationState.active:
        return registration
    if registration.state == RegistrationState.CANCELLED or registration.asked_at + CONFIRM_WITHIN <= at:
        raise Registration.DoesNotExist
    check_open(event, at=at)
    _take_a_place(event, registration, at=at)
    mails.send_outcome(registration=registration, at=at)
    return registration


@transaction.atomic
def cancel(*, registration_id: int, at: datetime) -> Registration:
    """Give a place back; the first who waits has it. Doing it again changes nothing."""
    event = locked_event(Registration.objects.values_list("event_id", flat=True).get(pk=registration_id))
    registration = _locked(event, pk=registration_id)
    if registration.state != RegistrationState.CANCELLED:
        registration.state = RegistrationState.CANCELLED
        registration.cancelled_at = at
        registration.save(update_fields=["state", "cancelled_at"])
        if registration.confirmed_at is not None:
            mails.send_cancelled(registration=registration, at=at)
        promote(event=event, at=at)
    return registration


def promote(*, event: Event, at: datetime) -> list[Registration]:
    """Give free seats to those who wait, first come first. `event` is locked by the caller's transaction."""
    if event.state != EventState.PUBLISHED or event.ends_at <= at:
        return []
    waiting = event.registrations.waiting().select_for_update(of=("self",)).order_by("confirmed_at", "pk")
    free = free_seats(event)
    promoted = list(waiting if free is None else waiting[:free])
    for registration in promoted:
        registration.state = RegistrationState.REGISTERED
        registration.promoted_at = at
        registration.save(update_fields=["state", "promoted_at"])
        mails.send_outcome(registration=registration, at=at)
    return promoted


def free_seats(event: Event) -> int | None:
    """Seats that nobody has, None when there is no limit. Only true under the lock of the event."""
    if event.capacity is None:
        return None
    return max(0, event.capacity - event.registrations.registered().count())


def locked_event(event_id: int) -> Event:
    """The event, its row locked until the transaction ends: seats are counted by one at a time.

    The lock leaves new rows that point at the event alone (`no_key`): asking does not wait for the counting.
    """
    return Event.objects.select_for_update(of=("self",), no_key=True).get(pk=event_id)


def purge_unconfirmed(*, at: datetime) -> int:
    """Delete what nobody confirmed in time, and empty what was written to these addresses; return how many were
    deleted. Safe to run twice.
    """
    old = Registration.objects.filter(state=RegistrationState.ASKED, asked_at__lt=at - CONFIRM_WITHIN)
    with transaction.atomic():
        # Locked first: a row that is being renewed or confirmed at this moment is somebody's, not a leftover.
        held = list(old.select_for_update(of=("self",), skip_locked=True).values_list("event_id", "pk"))
        for event_id, pk in held:
            OutboxMessage.objects.settled().filter(key__startswith=mails.key_prefix(event_id, pk)).empty()
        return Registration.objects.filter(pk__in=[pk for _, pk in held]).delete()[1].get("events.Registration", 0)


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def _find(event: Event, address: str) -> Registration | None:
    return event.registrations.select_for_update(of=("self",)).filter(email__iexact=address).first()


def _locked(event: Event, **which) -> Registration:
    return event.registrations.select_for_update(of=("self",)).get(**which)


def _take_a_place(event: Event, registration: Registration, *, at: datetime) -> None:
    """Seat the person, or put them behind those who wait already."""
    free = free_seats(event)
    is_free = free is None or (free > 0 and not event.registrations.waiting().exclude(pk=registration.pk).exists())
    registration.state = RegistrationState.REGISTERED if is_free else RegistrationState.WAITING
    registration.confirmed_at = at
    registration.promoted_at = registration.cancelled_at = None
    _save(registration)


def _describe(registration: Registration, person: Person) -> None:
    registration.email = person.address
    for name in ("first_name", "last_name", "organisation"):
        setattr(registration, name, " ".join(getattr(person, name).split()))
    registration.commune = registration.territory = None
    if person.commune_code:
        commune = Place.objects.in_force().filter(code=person.commune_code).first()
        if commune is None:
            raise ValidationError({"commune_code": "Aucune commune n’a ce code."})
        registration.commune = commune
        found = Territory.objects.current().filter(place__code__in=commune.ancestor_codes)
        registration.territory = found.order_by("pk").first()


def _save(registration: Registration) -> None:
    registration.clean_fields(exclude=["user"])
    with refused_by_constraints(Registration):
        registration.save()


def _is_invited(event: Event, address: str) -> bool:
    if event.visibility != Visibility.INVITATION:
        return True
    return EventInvitation.objects.filter(event=event, email__iexact=address).exists()


def _check_invited(event: Event, address: str) -> None:
    if not _is_invited(event, address):
        raise RegistrationRefused("Cette rencontre est sur invitation : votre adresse n’y est pas invitée.")
