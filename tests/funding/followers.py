"""People who follow, for tests: what they typed, and the links that their mails carried."""

import re
from datetime import UTC, datetime

from funding import follows
from funding.models import Follow, Subscriber
from ti_portal.core.models import OutboxMessage

AT = datetime(2026, 11, 25, 10, tzinfo=UTC)
EMAIL = "camille@usine.test"


def ask(target, email: str = EMAIL, at: datetime = AT) -> None:
    follows.ask_to_follow(email=email, target=target, at=at)


def last_message(email: str = EMAIL) -> OutboxMessage:
    return OutboxMessage.objects.filter(recipient=email).order_by("-pk").first()


def link_in(message: OutboxMessage) -> str:
    """The path of the link to confirm, or of the preferences, that a message carries."""
    return re.search(r"(/suiv(?:re/confirmer|is|is/adresse)/\S+)", message.text_body)[1]


def token_in(message: OutboxMessage) -> str:
    return link_in(message).rstrip("/").rpartition("/")[2]


def follower(target, email: str = EMAIL, at: datetime = AT) -> Subscriber:
    """Somebody without an account who asked and confirmed."""
    ask(target, email, at)
    follow = follows.confirm(token=token_in(last_message(email)), at=at)
    return Subscriber.objects.get(pk=follow.subscriber_id)


def followed_by(subscriber: Subscriber) -> set[tuple]:
    return {follow.target_key for follow in Follow.objects.filter(subscriber=subscriber)}
