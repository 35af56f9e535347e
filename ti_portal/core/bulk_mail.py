"""Writing thousands of messages to the outbox at once. The rules of `mail.queue_message` hold: see there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection

from ti_portal.core.enums import MessageState
from ti_portal.core.mail import check_envelope, clean_subject


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
    """Write messages in one statement; return how many were not there yet. Rings nothing: the sweep takes them.

    Raises ValueError, before anything is written, for what `queue_message` refuses: one bad recipient
    stops all, ask `is_deliverable` first.
    """
    sender = settings.DEFAULT_FROM_EMAIL
    for message in messages:
        check_envelope(message.key, sender, message.recipient, (), message.headers)
    if not messages:
        return 0
    keys, recipients, subjects, texts, htmls, headers = map(list, zip(*map(_row, messages), strict=True))
    values = {"keys": keys, "recipients": recipients, "subjects": subjects, "texts": texts, "htmls": htmls}
    values |= {"headers": headers, "sender": sender, "state": MessageState.QUEUED, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        return cursor.rowcount


def _row(message: Outgoing) -> tuple[str, ...]:
    return (
        message.key,
        message.recipient,
        clean_subject(message.subject),
        message.text_body.replace("\x00", ""),
        message.html_body.replace("\x00", ""),
        json.dumps(dict(message.headers)),
    )


_INSERT = """
    INSERT INTO core_outboxmessage (
        key, state, sender, recipient, reply_to, subject, text_body, html_body, headers, created_at, next_attempt_at,
        attempts, last_error
    )
    SELECT given.key, %(state)s, %(sender)s, recipient, '{}', subject, text_body, html_body, headers::jsonb, %(at)s,
        %(at)s, 0, ''
    FROM unnest(
        %(keys)s::text[], %(recipients)s::text[], %(subjects)s::text[], %(texts)s::text[], %(htmls)s::text[],
        %(headers)s::text[]
    ) AS given (key, recipient, subject, text_body, html_body, headers)
    ON CONFLICT (key) DO NOTHING
"""
