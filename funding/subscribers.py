"""People who are told what changes: their address, with an account or without, and what they want to be told.

A subscriber belongs to whoever holds its address. The one of an account sits at the account's own address, once that
is verified; both are brought together by `join_account`, whichever came first.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.template.loader import render_to_string

from funding.enums import AlertState, Frequency, NewsKind, StopReason
from funding.models import Alert, Follow, Subscriber
from funding.models.calls import FRENCH_ZONES
from ti_portal.accounts.erasure import empty_messages
from ti_portal.accounts.links import absolute_url
from ti_portal.accounts.models import User
from ti_portal.core.mail import queue_message
from ti_portal.core.models import OutboxMessage

VALID_FOR = timedelta(days=7)
SECRET_BYTES = 32  # 256 bits: nobody guesses it
ZONES = [name for name, _ in FRENCH_ZONES]
# What the outbox holds because somebody follows something: confirmations and alerts.
OF_FOLLOWS = Q(key__startswith="follow:") | Q(key__startswith="alert:") | Q(key__startswith="alerts:")
_SALT = "funding.subscribers.address"


class LinkRefused(Exception):
    """The link of a mail is not ours, is too old, or what it confirmed is gone."""


class AddressNotVerified(Exception):
    """The account's address is not known to be this person's: confirmation by e-mail is for them too."""


# Finding and making. Callers hold the transaction; the row comes back locked.


def at_address(*, email: str, at: datetime) -> Subscriber:
    """The subscriber of an address, made if need be. Two at once get the same."""
    email = User.objects.normalize_email(email)
    found = _locked(Subscriber.objects.of_address(email))
    if found is None:
        made = Subscriber(email=email, secret=new_secret(), created_at=at)
        Subscriber.objects.bulk_create([made], ignore_conflicts=True)
        found = _locked(Subscriber.objects.of_address(email))
    return found


def of_user(*, user: User, at: datetime) -> Subscriber:
    """The subscriber of an account, made if need be, at the account's own address.

    Raises AddressNotVerified.
    """
    if not is_verified(user):
        raise AddressNotVerified
    join_account(user_id=user.pk, email=user.email, at=at)
    found = _locked(Subscriber.objects.filter(user=user))
    if found is None:
        found = at_address(email=user.email, at=at)
        found.user, found.confirmed_at = user, found.confirmed_at or at
        found.save(update_fields=["user", "confirmed_at"])
    return found


def is_verified(user: User) -> bool:
    """Whether this person proved that the address of their account is theirs."""
    return EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists()


def owner_of(subscriber: Subscriber) -> User | None:
    """The account whose own, verified address is that of a subscriber."""
    address = EmailAddress.objects.filter(email=subscriber.email, verified=True, primary=True).select_related("user")
    found = address.order_by("pk").first()
    return found.user if found else None


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def _locked(subscribers) -> Subscriber | None:
    return subscribers.select_for_update(of=("self",)).order_by("pk").first()


# What a person wants


@transaction.atomic
def save_preferences(
    *, subscriber_id: int, frequency: str, kinds: Sequence[str], zone: str, at: datetime
) -> Subscriber:
    """Write how often, about what, and in which zone. What waits for a grouped message goes by the new rhythm.

    Raises ValidationError for a value that does not exist, or when nothing at all is wanted.
    """
    if frequency not in Frequency.values:
        raise ValidationError({"frequency": "Choisissez un rythme de la liste."})
    if zone not in ZONES:
        raise ValidationError({"zone": "Choisissez un fuseau de la liste."})
    wanted = [kind for kind in NewsKind.values if kind in kinds]
    if not wanted or len(wanted) != len(set(kinds)):
        raise ValidationError({"kinds": "Choisissez au moins un sujet, ou arrêtez tous les courriels ci-dessous."})
    subscriber = _get(subscriber_id)
    subscriber.frequency, subscriber.kinds, subscriber.zone = frequency, wanted, zone
    subscriber.save(update_fields=["frequency", "kinds", "zone"])
    return subscriber


@transaction.atomic
def stop(*, subscriber_id: int, reason: str, at: datetime) -> bool:
    """Send nothing more, and drop what was waiting; the follows stay, for whoever resumes. Twice changes nothing.

    Returns whether it stopped now. The person's own wish replaces a bounce, never the reverse.
    """
    subscriber = _get(subscriber_id)
    if subscriber.stopped_at and (reason == StopReason.BOUNCED or subscriber.stop_reason == reason):
        return False
    subscriber.stopped_at, subscriber.stop_reason = subscriber.stopped_at or at, reason
    subscriber.save(update_fields=["stopped_at", "stop_reason"])
    subscriber.alerts.filter(state=AlertState.WAITING).update(state=AlertState.DROPPED)
    return True


@transaction.atomic
def resume(*, subscriber_id: int) -> bool:
    """Send again, from now on. Twice changes nothing; returns whether it resumed now."""
    return _resume(_get(subscriber_id))


def _resume(subscriber: Subscriber) -> bool:
    if subscriber.stopped_at is None:
        return False
    subscriber.stopped_at, subscriber.stop_reason = None, ""
    subscriber.save(update_fields=["stopped_at", "stop_reason"])
    return True


@transaction.atomic
def record_bounce(*, email: str, at: datetime) -> bool:
    """An address refuses mail for good: stop its subscriber, if there is one; return whether it stopped now."""
    subscriber = Subscriber.objects.of_address(email).order_by("pk").first()
    return subscriber is not None and stop(subscriber_id=subscriber.pk, reason=StopReason.BOUNCED, at=at)


@transaction.atomic
def forget(*, subscriber_id: int) -> None:
    """Delete an address with all that it follows, and empty the mails that told it. Twice changes nothing."""
    subscriber = Subscriber.objects.filter(pk=subscriber_id).order_by("pk").first()
    if subscriber is not None:
        empty_messages(OutboxMessage.objects.filter(OF_FOLLOWS, recipient=subscriber.email))
        subscriber.delete()


def confirm_address_of(subscriber: Subscriber, at: datetime) -> None:
    """Whoever confirms receives: their address is theirs, mails may leave, and their account has this subscriber."""
    _resume(subscriber)
    subscriber.confirmed_at = subscriber.confirmed_at or at
    owner = owner_of(subscriber) if subscriber.user_id is None else None
    if owner is not None and not Subscriber.objects.filter(user=owner).exists():
        subscriber.user = owner
    subscriber.save(update_fields=["confirmed_at", "user"])


# Another address


@transaction.atomic
def ask_new_address(*, subscriber_id: int, email: str, at: datetime) -> None:
    """Send to a new address the link that makes it the subscriber's. At most one mail an hour for the same address.

    Raises ValidationError for a subscriber with an account, whose address is that of the account, and for the address
    that is theirs already. Nothing tells whether the new address is known.
    """
    subscriber = _get(subscriber_id)
    email = User.objects.normalize_email(email)
    if subscriber.user_id:
        raise ValidationError("Votre adresse est celle de votre compte : changez-la dans votre espace.")
    if email == subscriber.email:
        raise ValidationError({"email": "C’est déjà l’adresse de vos suivis."})
    key = f"follow:address:{subscriber.pk}:{_digest(email)}:{at:%Y%m%d%H}"
    # Addresses stay out of links, which servers write in their logs: the new one is the recipient of the message.
    token = Signer(salt=_SALT).sign_object([subscriber.pk, _digest(subscriber.secret), key, int(at.timestamp())])
    context = {"link": absolute_url("funding:confirm_address", token), "until": at + VALID_FOR}
    queue_message(
        key=key,
        recipient=email,
        subject="Confirmez votre nouvelle adresse",
        text_body=render_to_string("funding/follows/mail/address.txt", context).strip(),
        html_body=render_to_string("funding/follows/mail/address.html", context),
        at=at,
    )


def find_address(*, token: str, at: datetime) -> tuple[Subscriber, str]:
    """The subscriber and the new address that a link stands for. Raises LinkRefused."""
    try:
        pk, secret, key, written_at = Signer(salt=_SALT).unsign_object(token)
    except (BadSignature, ValueError) as error:
        raise LinkRefused from error
    subscriber = Subscriber.objects.filter(pk=pk).order_by("pk").first()
    email = OutboxMessage.objects.filter(key=key).order_by("pk").values_list("recipient", flat=True).first()
    if subscriber is None or not email or written_at + VALID_FOR.total_seconds() <= at.timestamp():
        raise LinkRefused
    # The secret changes with the address: a link of before a later change is of no more use.
    if subscriber.email != email and _digest(subscriber.secret) != secret:
        raise LinkRefused
    return subscriber, email


@transaction.atomic
def confirm_new_address(*, token: str, at: datetime) -> Subscriber:
    """Make the new address the subscriber's; joins whoever is there already. Twice changes nothing.

    Raises LinkRefused.
    """
    subscriber, email = find_address(token=token, at=at)
    subscriber = _get(subscriber.pk)
    other = _locked(Subscriber.objects.of_address(email).exclude(pk=subscriber.pk))
    if other is not None:
        merge(into=other, gone=subscriber)
        subscriber = other
    elif subscriber.email != email:
        _move(subscriber, email)
    confirm_address_of(subscriber, at)
    return subscriber


# Accounts


@transaction.atomic
def join_account(*, user_id: int, email: str, at: datetime) -> None:
    """An account has proved an address: its subscriber sits there, with what that address followed before it.

    Nothing is made when neither the account nor the address follows anything.
    """
    email = User.objects.normalize_email(email)
    # Both at once, in one order: two who join the other way round wait, and do not lock each other out.
    rows = Subscriber.objects.alias(folded_email=Lower("email")).filter(Q(user_id=user_id) | Q(folded_email=email))
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    own = next((row for row in found if row.user_id == user_id), None)
    there = next((row for row in found if row is not own), None)
    if own is None and there is not None:
        there.user_id, there.confirmed_at = user_id, there.confirmed_at or at
        there.save(update_fields=["user", "confirmed_at"])
    elif own is not None and own.email != email:
        if there is not None:
            merge(into=own, gone=there)
        _move(own, email)


def _move(subscriber: Subscriber, email: str) -> None:
    """The links sent to the address before stop working: whoever reads that mailbox now may be somebody else."""
    subscriber.email, subscriber.secret = email, new_secret()
    subscriber.save(update_fields=["email", "secret"])
    if subscriber.stop_reason == StopReason.BOUNCED:
        _resume(subscriber)


def merge(*, into: Subscriber, gone: Subscriber) -> None:
    """Give one subscriber what another followed and was about to be told, and delete the other."""
    known = {follow.target_key: follow for follow in into.follows.order_by("pk")}
    for follow in gone.follows.order_by("pk"):
        twin = known.get(follow.target_key)
        if twin is None:
            Follow.objects.filter(pk=follow.pk).update(subscriber=into)
        elif twin.confirmed_at is None and follow.confirmed_at:
            Follow.objects.filter(pk=twin.pk).update(confirmed_at=follow.confirmed_at)
    told = Alert.objects.filter(subscriber=into).order_by().values("news")
    gone.alerts.exclude(news__in=told).update(subscriber=into)
    feed_token = gone.feed_token
    gone.delete()
    if feed_token and not into.feed_token:
        into.feed_token = feed_token
        into.save(update_fields=["feed_token"])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _get(subscriber_id: int) -> Subscriber:
    return Subscriber.objects.select_for_update(of=("self",)).get(pk=subscriber_id)
