"""Invitations: the délégation asks a person, by e-mail, to act for a territory.

The link's secret is only in the mail; the database keeps its digest. It serves once, for 14 days. Whoever holds it has
read the mail, so accepting proves the address.
"""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from urllib.parse import urljoin

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from territories.mandates import grant_mandate
from territories.models import Invitation, Mandate, Territory
from ti_portal.accounts.models import User
from ti_portal.core.integrity import refused_by_constraints
from ti_portal.core.mail import queue_message

VALID_FOR = timedelta(days=14)


class InvitationRefused(Exception):
    """The invitation cannot be accepted; the subclass says why."""


class UnknownInvitation(InvitationRefused):
    pass


class AlreadyAccepted(InvitationRefused):
    pass


class Revoked(InvitationRefused):
    pass


class Expired(InvitationRefused):
    pass


class OtherPerson(InvitationRefused):
    """The account signed in has not verified the address that was invited."""


class AccountExists(InvitationRefused):
    """The address has an account already: its owner signs in first."""


class AccountClosed(InvitationRefused):
    pass


class MandateExists(InvitationRefused):
    """The person already holds this role there on a day of the period."""


@transaction.atomic
def invite(
    *,
    email: str,
    territory_id: int,
    role: str,
    mandate_from: date,
    mandate_until: date | None = None,
    actor,
    base_url: str,
    at: datetime,
) -> Invitation:
    """Write the invitation and queue its mail, whose link begins with `base_url` (scheme and host).

    Raises ValidationError, in French: bad address or role, period upside down, an invitation already waiting for this
    person and role, a mandate already held.
    """
    email = User.objects.normalize_email(email)
    _close_expired(email=email, territory_id=territory_id, role=role, at=at)
    invitation = Invitation(
        email=email,
        territory_id=territory_id,
        role=role,
        mandate_from=mandate_from,
        mandate_until=mandate_until,
        invited_by=actor,
        created_at=at,
        expires_at=at + VALID_FOR,
    )
    invitation.clean_fields(exclude=["secret_digest", "invited_by"])
    if _mandates_in_the_way(email, invitation).exists():
        raise ValidationError("Cette personne a déjà ce rôle dans ce territoire, sur cette période.")
    secret = _renew(invitation)
    with refused_by_constraints(Invitation):
        invitation.save()
    _send(invitation, secret, base_url=base_url, at=at)
    return invitation


@transaction.atomic
def resend(*, invitation_id: int, base_url: str, at: datetime) -> Invitation:
    """Send a new link, valid 14 days; the old one stops working.

    Raises AlreadyAccepted or Revoked, Invitation.DoesNotExist when it is gone.
    """
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation_id)
    _check_open(invitation)
    secret = _renew(invitation)
    invitation.expires_at = at + VALID_FOR
    invitation.save(update_fields=["secret_digest", "expires_at"])
    _send(invitation, secret, base_url=base_url, at=at)
    return invitation


@transaction.atomic
def revoke(*, invitation_id: int, at: datetime) -> Invitation:
    """Take an invitation back. Doing it again changes nothing; raises AlreadyAccepted when it is too late."""
    invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation_id)
    if invitation.accepted_at:
        raise AlreadyAccepted
    if invitation.revoked_at is None:
        invitation.revoked_at = at
        invitation.save(update_fields=["revoked_at"])
    return invitation


def find(*, secret: str, at: datetime) -> Invitation:
    """Return the invitation that `secret` opens, still to be accepted; raises the refusals above otherwise."""
    invitation = (
        Invitation.objects.select_related("territory__place", "invited_by")
        .filter(secret_digest=_digest(secret))
        .first()
    )
    if invitation is None:
        raise UnknownInvitation
    _check_open(invitation)
    if invitation.expires_at <= at:
        raise Expired
    return invitation


def account_of(invitation: Invitation) -> User | None:
    """The account that already has the invited address, verified or as its own."""
    address = EmailAddress.objects.filter(email=invitation.email, verified=True).select_related("user").first()
    return address.user if address else User.objects.filter(email=invitation.email).first()


@transaction.atomic
def accept(*, secret: str, person: User, at: datetime, today: date) -> Mandate:
    """Give the mandate to `person`, signed in, who has verified the invited address. Twice gives one mandate.

    Raises UnknownInvitation, AlreadyAccepted, Revoked, Expired, OtherPerson, AccountClosed or MandateExists; the
    invitation is then as it was.
    """
    invitation = _lock(secret, at)
    return _accept(invitation, person, at=at, today=today)


@transaction.atomic
def accept_with_new_account(
    *, secret: str, password: str, first_name: str = "", last_name: str = "", at: datetime, today: date
) -> Mandate:
    """Create the account of the invited address, verified, with `password` (checked by the caller), and its mandate.

    Raises AccountExists besides the refusals of `accept`.
    """
    invitation = _lock(secret, at)
    if account_of(invitation) is not None:
        raise AccountExists
    person = User(email=invitation.email, first_name=first_name, last_name=last_name, date_joined=at)
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:  # the address signed up in the meantime
        raise AccountExists from error
    EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
    return _accept(invitation, person, at=at, today=today)


def _lock(secret: str, at: datetime) -> Invitation:
    invitation = Invitation.objects.select_for_update(of=("self",)).filter(secret_digest=_digest(secret)).first()
    if invitation is None:
        raise UnknownInvitation
    _check_open(invitation)
    if invitation.expires_at <= at:
        raise Expired
    return invitation


def _check_open(invitation: Invitation) -> None:
    if invitation.accepted_at:
        raise AlreadyAccepted
    if invitation.revoked_at:
        raise Revoked


def _accept(invitation: Invitation, person: User, *, at: datetime, today: date) -> Mandate:
    if not person.is_active:
        raise AccountClosed
    if not EmailAddress.objects.filter(user=person, email=invitation.email, verified=True).exists():
        raise OtherPerson
    try:
        mandate = grant_mandate(
            person_id=person.pk,
            territory_id=invitation.territory_id,
            role=invitation.role,
            valid_from=invitation.mandate_from,
            valid_until=invitation.mandate_until,
            actor=invitation.invited_by,
            at=at,
        )
    except ValidationError as error:
        raise MandateExists from error
    invitation.accepted_at = at
    invitation.accepted_by = person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    return mandate


def _close_expired(*, email: str, territory_id: int, role: str, at: datetime) -> None:
    """An invitation that ran out must not stand in the way of a new one."""
    Invitation.objects.filter(
        email=email, territory_id=territory_id, role=role, accepted_at=None, revoked_at=None, expires_at__lte=at
    ).update(revoked_at=at)


def _mandates_in_the_way(email: str, invitation: Invitation):
    mandates = Mandate.objects.filter(
        person__email=email, territory_id=invitation.territory_id, role=invitation.role
    ).exclude(valid_until__lt=invitation.mandate_from)
    if invitation.mandate_until:
        mandates = mandates.exclude(valid_from__gt=invitation.mandate_until)
    return mandates


def _renew(invitation: Invitation) -> str:
    secret = secrets.token_urlsafe(32)
    invitation.secret_digest = _digest(secret)
    return secret


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _send(invitation: Invitation, secret: str, *, base_url: str, at: datetime) -> None:
    territory = Territory.objects.select_related("place").get(pk=invitation.territory_id)
    context = {
        "territory": territory.place.name,
        "role": invitation.get_role_display(),
        "inviter": inviter_name(invitation),
        "link": urljoin(base_url, reverse("territories:invitation", kwargs={"secret": secret})),
        "expires_at": invitation.expires_at,
    }
    queue_message(
        key=f"invitation:{invitation.pk}:{invitation.secret_digest[:16]}",
        recipient=invitation.email,
        subject=f"Invitation : {territory.place.name}",
        text_body=render_to_string("territories/invitations/mail.txt", context).strip(),
        html_body=render_to_string("territories/invitations/mail.html", context),
        at=at,
    )


def inviter_name(invitation: Invitation) -> str:
    """How the invited person is told who invites: a name, or the délégation."""
    name = invitation.invited_by.get_full_name() if invitation.invited_by else ""
    return f"{name} (délégation aux Territoires d’industrie)" if name else "La délégation aux Territoires d’industrie"
