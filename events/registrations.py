"""Registering to an event: asked, confirmed, seated or waiting, cancelled, promoted. Never one seat too many.

Every function that seats people or frees a seat locks the event's row first, so that seats are counted by one
transaction at a time. A person is known by their account or their address: signed in, it is verified already; otherwise
a mail asks them to confirm, and until then no seat is kept for them.

Whoever asks with an address that is known learns nothing: the answer is a mail to that address.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from events import registration_mails as mails
from events.enums import EventState, RegistrationState, Visibility
from events.models import Event, EventInvitation, Registration
from territories.models import Place, Territory
from territories.permissions import is_community_member
from ti_portal.accounts.erasure import addresses_of
from ti_portal.core.integrity import refused_by_constraints
from ti_portal.core.models import OutboxMessage

# How long a registration that nobody confirmed is kept, and its link good.
CONFIRM_WITHIN = timedelta(days=2)
FOR_MEMBERS = "Cette rencontre est réservée à la communauté : connectez-vous pour vous inscrire."


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
    what they say of themselves. They have one place, also when their address changed since they asked.

    Raises RegistrationRefused, and ValidationError by field, in French.
    """
    event = locked_event(event_id)
    check_open(event, at=at)
    _check_expected(event, person.address, user, at=at)
    registration, others = _find_of_account(event, person.address, user)
    for other in others:
        _give_back(other, at=at)
    if registration is None:
        registration = Registration(event=event, secret=new_secret(), asked_at=at)
    elif event.registrations.filter(email__iexact=person.address).exclude(pk=registration.pk).exists():
        person = replace(person, email=registration.email)  # one row an address: this one keeps the one it has
    _describe(registration, person)
    registration.user = user
    _seat(registration, at=at)
    if others:
        promote(event=event, at=at)
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
        raise RegistrationRefused(FOR_MEMBERS)
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
    _seat(registration, at=at)
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
    # Who may come can have changed since they asked.
    _check_expected(event, registration.email, registration.user, at=at)
    _seat(registration, at=at)
    return registration


@transaction.atomic
def cancel(*, registration_id: int, at: datetime) -> bool:
    """Give a place back, the first who waits has it; return whether there was something to give back. Doing it again
    changes nothing. Raises RegistrationRefused once the event is over or cancelled: who came, or was to, stays written.
    """
    event = locked_event(Registration.objects.values_list("event_id", flat=True).get(pk=registration_id))
    if not can_cancel(event, at=at):
        raise RegistrationRefused("Cette rencontre est passée ou annulée : une inscription ne s’y annule plus.")
    registration = _locked(event, pk=registration_id)
    if registration.state == RegistrationState.CANCELLED:
        return False
    _give_back(registration, at=at)
    if registration.confirmed_at is not None:
        mails.send_cancelled(registration=registration, at=at)
    promote(event=event, at=at)
    return True


def can_cancel(event: Event, *, at: datetime) -> bool:
    """Whether places of this event can still be given back. Pure."""
    return event.state == EventState.PUBLISHED and event.ends_at > at


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
    """The registration of an address. One whose account left this address, which is another person's now, follows its
    account to the address it has.
    """
    found = event.registrations.select_for_update(of=("self",)).filter(email__iexact=address).first()
    if found is None or found.user is None or address in {one.lower() for one in addresses_of(found.user)}:
        return found
    found.email = found.user.email
    _save(found)
    return None


def _find_of_account(event: Event, address: str, user) -> tuple[Registration | None, list[Registration]]:
    """The registration of this account, a place that counts first; and the other places it has, asked with this address
    before it was the account's.
    """
    by_address = _find(event, address)
    rows = list(event.registrations.select_for_update(of=("self",)).filter(user=user).order_by("confirmed_at", "pk"))
    if by_address is not None and by_address.user_id is None:
        rows.append(by_address)
    rows.sort(key=lambda row: (row.state not in RegistrationState.active, row.email.lower() != address))
    return (rows[0] if rows else None), [row for row in rows[1:] if row.state in RegistrationState.active]


def _locked(event: Event, **which) -> Registration:
    return event.registrations.select_for_update(of=("self",)).get(**which)


def _seat(registration: Registration, *, at: datetime) -> None:
    """Seat the person, or put them behind those who wait already, and tell them; someone who has a place, or waits,
    stays as they are. The event is locked.
    """
    if registration.state in RegistrationState.active:
        _save(registration)
        return
    event = registration.event
    free = free_seats(event)
    is_free = free is None or (free > 0 and not event.registrations.waiting().exclude(pk=registration.pk).exists())
    registration.state = RegistrationState.REGISTERED if is_free else RegistrationState.WAITING
    registration.confirmed_at = at
    registration.promoted_at = registration.cancelled_at = None
    _save(registration)
    mails.send_outcome(registration=registration, at=at)


def _give_back(registration: Registration, *, at: datetime) -> None:
    registration.state = RegistrationState.CANCELLED
    registration.cancelled_at = at
    registration.save(update_fields=["state", "cancelled_at"])


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


def _check_expected(event: Event, address: str, user, *, at: datetime) -> None:
    """Raise RegistrationRefused when the event is not for this person. `user` is None without an account."""
    if not _is_invited(event, address):
        raise RegistrationRefused("Cette rencontre est sur invitation : votre adresse n’y est pas invitée.")
    if event.visibility == Visibility.COMMUNITY:
        if user is None:
            raise RegistrationRefused(FOR_MEMBERS)
        if not is_community_member(user, timezone.localdate(at)):
            raise RegistrationRefused("Cette rencontre est réservée aux personnes qui ont un mandat en cours.")
