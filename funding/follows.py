"""Following a call, a scheme, a territory, a région or a kept check.

A person whose address is verified follows at once; anybody else asks by e-mail, and counts once the link of the mail
was confirmed by a POST. Asking says nothing of whether the address is known here. See `subscribers` for the people.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string

from funding.enums import AlertState
from funding.models import Alert, Call, Follow, KeptCheck, Scheme, Subscriber
from funding.presenters.follows import in_words
from funding.subscribers import VALID_FOR, LinkRefused, at_address, confirm_address_of, of_user
from territories.enums import PlaceKind
from territories.models import Place
from ti_portal.accounts.erasure import empty_messages
from ti_portal.accounts.links import absolute_url
from ti_portal.accounts.models import User
from ti_portal.core.mail import queue_message
from ti_portal.core.models import OutboxMessage

FOLLOWED_PLACES = (PlaceKind.TERRITORY, PlaceKind.REGION)
MOST_FOLLOWS = 500
# Asks of one address that wait at the same time: a stranger cannot fill a mailbox by naming many things.
MOST_ASKS = 5
ASKS_LIVE = VALID_FOR
KEEP_STOPPED = timedelta(days=396)  # thirteen months
_FIELDS = {Call: "call", Scheme: "scheme", Place: "place", KeptCheck: "kept_check"}
_SALT = "funding.follows.confirm"
_ZONES = {
    "REG-01": "America/Guadeloupe",
    "REG-02": "America/Martinique",
    "REG-03": "America/Cayenne",
    "REG-04": "Indian/Reunion",
    "REG-06": "Indian/Mayotte",
}

Target = Call | Scheme | Place | KeptCheck


@dataclass(frozen=True, slots=True)
class Asked:
    """What a confirmation link stands for."""

    follow: Follow
    subscriber: Subscriber


def link_of(target: Target) -> dict[str, Target]:
    """`{"call": call}`: how a Follow names what it is of."""
    return {_FIELDS[type(target)]: target}


@transaction.atomic
def follow_as_user(*, user: User, target: Target, at: datetime) -> Follow:
    """Follow at once, at the verified address of an account; resumes whoever had stopped. Twice is one row.

    Raises AddressNotVerified, and ValidationError for what cannot be followed or one follow too many.
    """
    check_followed(target)
    subscriber = of_user(user=user, at=at)
    confirm_address_of(subscriber, at)
    follow = _write(subscriber, target, at)
    if follow.confirmed_at is None:
        follow.confirmed_at = at
        follow.save(update_fields=["confirmed_at"])
    return follow


@transaction.atomic
def ask_to_follow(*, email: str, target: Target, at: datetime) -> None:
    """Write an unconfirmed follow and mail its confirmation link, which works for seven days.

    At most one mail an hour for the same thing and address, and MOST_ASKS asks waiting: beyond, nothing happens and
    nothing tells so, as nothing tells that an address follows already. Raises ValidationError for what cannot be
    followed.
    """
    check_followed(target)
    subscriber = at_address(email=email, at=at)
    waiting = Follow.objects.filter(subscriber=subscriber, confirmed_at=None, created_at__gt=at - ASKS_LIVE)
    if waiting.exclude(**link_of(target)).count() >= MOST_ASKS:
        return
    try:
        follow = _write(subscriber, target, at)
    except ValidationError:  # one follow too many: the person reads it on their page, not whoever typed the address
        return
    if follow.confirmed_at is None and follow.created_at != at:
        follow.created_at = at
        follow.save(update_fields=["created_at"])
    _send_link(follow, subscriber, target, at)


def find(*, token: str, at: datetime) -> Asked:
    """The follow that a confirmation link stands for. Raises LinkRefused."""
    try:
        pk, subscriber_id, written_at = Signer(salt=_SALT).unsign_object(token)
    except (BadSignature, ValueError) as error:
        raise LinkRefused from error
    follow = Follow.objects.with_targets().filter(pk=pk, subscriber_id=subscriber_id).order_by("pk").first()
    if follow is None or written_at + VALID_FOR.total_seconds() <= at.timestamp():
        raise LinkRefused
    return Asked(follow, follow.subscriber)


@transaction.atomic
def confirm(*, token: str, at: datetime) -> Follow:
    """Count a follow that was asked by e-mail; resumes whoever had stopped. Twice changes nothing.

    Raises LinkRefused.
    """
    asked = find(token=token, at=at)
    return confirm_follow(subscriber_id=asked.subscriber.pk, follow_id=asked.follow.pk, at=at)


@transaction.atomic
def confirm_follow(*, subscriber_id: int, follow_id: int, at: datetime) -> Follow:
    """The same, for whoever is on their own page already: its secret address was read in their mailbox.

    Raises LinkRefused when the follow is gone.
    """
    subscriber = Subscriber.objects.select_for_update(of=("self",)).filter(pk=subscriber_id).order_by("pk").first()
    follow = Follow.objects.with_targets().filter(pk=follow_id, subscriber_id=subscriber_id).order_by("pk").first()
    if subscriber is None or follow is None:
        raise LinkRefused
    confirm_address_of(subscriber, at)
    if follow.confirmed_at is None:
        follow.confirmed_at = at
        follow.save(update_fields=["confirmed_at"])
    return follow


@transaction.atomic
def unfollow(*, subscriber_id: int, follow_id: int) -> bool:
    """Follow one thing no more; what was about to be told because of it alone is dropped. Twice changes nothing."""
    Subscriber.objects.select_for_update(of=("self",)).filter(pk=subscriber_id).order_by("pk").first()
    follow = Follow.objects.filter(pk=follow_id, subscriber_id=subscriber_id).order_by("pk").first()
    if follow is None:
        return False
    # Another follow may want the same alert: one of a place or of a check may always, so that nobody misses a date.
    others = Follow.objects.confirmed().filter(subscriber_id=subscriber_id).exclude(pk=follow.pk)
    if not others.filter(Q(place__isnull=False) | Q(kept_check__isnull=False)).exists():
        waiting = Alert.objects.filter(subscriber_id=subscriber_id, follow=follow, state=AlertState.WAITING)
        waiting.exclude(news__call__in=others.filter(call__isnull=False).values("call")).exclude(
            news__call__scheme__in=others.filter(scheme__isnull=False).values("scheme")
        ).update(state=AlertState.DROPPED)
    follow.delete()
    return True


def check_followed(target: Target) -> None:
    """Raises ValidationError for what nobody follows: what is not public, a place that is no territory in force."""
    if isinstance(target, Call):
        is_followed = Scheme.objects.published().filter(pk=target.scheme_id).exists()
    elif isinstance(target, Scheme):
        is_followed = Scheme.objects.published().filter(pk=target.pk).exists()
    elif isinstance(target, Place):
        is_followed = target.kind in FOLLOWED_PLACES and target.valid_until is None
    else:
        is_followed = isinstance(target, KeptCheck)
    if not is_followed:
        raise ValidationError("On ne peut pas suivre cette page.")


def purge_asks(*, at: datetime) -> dict[str, int]:
    """Delete asks that nobody confirmed in seven days, their mails, then the addresses that nothing needs any more.

    Those are without any follow for seven days, or stopped for thirteen months, when they belong to no account and feed
    no calendar. Safe to run twice.
    """
    asks, _ = Follow.objects.filter(confirmed_at=None, created_at__lte=at - ASKS_LIVE).delete()
    alone = Subscriber.objects.filter(user=None, feed_token="")
    unused = alone.filter(follows=None, created_at__lte=at - ASKS_LIVE)
    stopped = alone.filter(stopped_at__lte=at - KEEP_STOPPED)
    _, gone = Subscriber.objects.filter(Q(pk__in=unused.values("pk")) | Q(pk__in=stopped.values("pk"))).delete()
    old = OutboxMessage.objects.filter(key__startswith="follow:", created_at__lte=at - ASKS_LIVE)
    empty_messages(old.exclude(recipient=""))
    return {"asks": asks, "subscribers": gone.get("funding.Subscriber", 0)}


def _write(subscriber: Subscriber, target: Target, at: datetime) -> Follow:
    """The row of a follow, there before or made now. The caller holds the subscriber's lock."""
    follows = Follow.objects.filter(subscriber=subscriber)
    found = follows.filter(**link_of(target)).order_by("pk").first()
    if found is not None:
        return found
    number = follows.count()
    if number >= MOST_FOLLOWS:
        raise ValidationError(f"Vous suivez déjà {MOST_FOLLOWS} choses : retirez-en d’abord une.")
    if number == 0 and (zone := _zone_of(target)):
        subscriber.zone = zone
        subscriber.save(update_fields=["zone"])
    return Follow.objects.create(subscriber=subscriber, created_at=at, **link_of(target))


def _zone_of(target: Target) -> str:
    """The zone of whoever follows a place overseas first: they will not have to say it."""
    codes = target.ancestor_codes if isinstance(target, Place) else []
    return next((_ZONES[code] for code in codes if code in _ZONES), "")


def _send_link(follow: Follow, subscriber: Subscriber, target: Target, at: datetime) -> None:
    token = Signer(salt=_SALT).sign_object([follow.pk, subscriber.pk, int(at.timestamp())])
    is_known = follow.confirmed_at is not None and subscriber.stopped_at is None
    followed = in_words(target)
    context = {
        "followed": followed,
        "url": absolute_url(followed.url),
        "is_known": is_known,
        "link": absolute_url("funding:preferences", subscriber.secret)
        if is_known
        else absolute_url("funding:confirm_follow", token),
        "until": at + VALID_FOR,
    }
    queue_message(
        key=f"follow:ask:{follow.pk}:{at:%Y%m%d%H}",
        recipient=subscriber.email,
        subject=f"Vous suivez déjà : {followed.title}" if is_known else f"Confirmez votre suivi : {followed.title}",
        text_body=render_to_string("funding/follows/mail/ask.txt", context).strip(),
        html_body=render_to_string("funding/follows/mail/ask.html", context),
        at=at,
    )
