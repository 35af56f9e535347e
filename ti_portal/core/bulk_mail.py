"""Writing thousands of messages to the outbox at once. The rules of `mail.queue_message` hold: see there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from ti_portal.core.bulk import copy_rows
from ti_portal.core.enums import MessageState
from ti_portal.core.mail import check_envelope, clean_subject
from ti_portal.core.models import OutboxMessage


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to write. `key` says what it is about: one that is in the outbox already is not written again."""

    key: str
    recipient: str
    subject: str
    text_body: str
    html_body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def is_deliverable(address: str) -> bool:
    """Whether the outbox takes this recipient."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return True


def queue_messages(messages: Sequence[Outgoing], *, at: datetime) -> int:
    """Write messages by COPY; return how many were not there yet. Rings nothing: the sweep takes them.

    Raises ValueError, before anything is written, for what `queue_message` refuses: one bad recipient stops all, ask
    `is_deliverable` first. Raises IntegrityError when somebody writes one of these keys at the same time: hold a lock
    on what the messages are about, or do it again.
    """
    sender = settings.DEFAULT_FROM_EMAIL
    for message in messages:
        check_envelope(message.key, sender, message.recipient, (), message.headers)
    keys = [message.key for message in messages]
    written = set(OutboxMessage.objects.filter(key__in=keys).values_list("key", flat=True)) if keys else set()
    fresh = {message.key: message for message in messages if message.key not in written}
    if not fresh:
        return 0
    return copy_rows(OutboxMessage, _FIELDS, (_row(message, sender, at) for message in fresh.values()))


_FIELDS = (
    "key", "state", "sender", "recipient", "reply_to", "subject", "text_body", "html_body", "headers", "created_at",
    "next_attempt_at", "attempts", "last_error",
)  # fmt: skip


def _row(message: Outgoing, sender: str, at: datetime) -> tuple:
    return (
        message.key,
        MessageState.QUEUED.value,
        sender,
        message.recipient,
        [],
        clean_subject(message.subject),
        message.text_body.replace("\x00", ""),
        message.html_body.replace("\x00", ""),
        json.dumps(dict(message.headers)),
        at,
        at,
        0,
        "",
    )
