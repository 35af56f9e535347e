"""The outbox: every e-mail is a row first, then handed over once.

* Writing: `queue_message(...)`, or any Django code that sends mail, through `OutboxBackend`.
* Handing over: `deliver_message(...)`, rung by a task after commit and by a sweep every minute.

A message is handed over while its row is locked, and stamped in the same transaction. Killed before the transport
accepted it, the row is still queued and goes out later. Killed between the transport's acceptance and the stamp, the
message goes again, with the same Message-ID made from its key, by which receiving servers know a repeat. See ADR 0003.
"""

import hashlib
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string

from ti_portal.core.enums import MessageState
from ti_portal.core.models import OutboxMessage

MAX_ATTEMPTS = 8
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
TRANSPORTS = {
    "kept": "django.core.mail.backends.dummy.EmailBackend",
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
}


def queue_message(
    *,
    key: str,
    recipient: str,
    subject: str,
    text_body: str,
    at: datetime,
    html_body: str = "",
    sender: str = "",
    reply_to: Sequence[str] = (),
    headers: Mapping[str, str] | None = None,
) -> OutboxMessage | None:
    """Write one message to the outbox; return None when `key` is already there, whatever became of it.

    The doorbell rings after commit: a message of a transaction that fails never leaves.
    """
    from ti_portal.core.tasks import deliver_message_task

    message, created = OutboxMessage.objects.get_or_create(
        key=key,
        defaults={
            "sender": sender or settings.DEFAULT_FROM_EMAIL,
            "recipient": recipient,
            "reply_to": list(reply_to),
            "subject": " ".join(subject.split()),
            "text_body": text_body,
            "html_body": html_body,
            "headers": dict(headers or {}),
            "created_at": at,
            "next_attempt_at": at,
        },
    )
    if not created:
        return None
    deliver_message_task.delay_on_commit(message_id=message.pk)
    return message


def deliver_message(*, message_id: int, at: datetime) -> bool:
    """Hand one queued message to the transport; return whether it left now.

    Does nothing when the row is gone, settled, not due yet, or locked by another worker: safe to call twice.
    A refusal by the transport plans another attempt, later each time, and gives up after `MAX_ATTEMPTS`.
    """
    with transaction.atomic():
        message = (
            OutboxMessage.objects.due(at)
            .select_for_update(skip_locked=True, of=("self",))
            .filter(pk=message_id)
            .first()
        )
        if message is None:
            return False
        message.attempts += 1
        try:
            get_connection(TRANSPORTS[settings.OUTBOX_TRANSPORT]).send_messages([_as_email(message)])
        except (OSError, ValueError) as error:  # smtplib's errors are OSErrors; a bad header is a ValueError
            _plan_retry(message, error, at)
            return False
        message.state = MessageState.SENT
        message.sent_at = at
        message.last_error = ""
        message.save(update_fields=["attempts", "state", "sent_at", "last_error"])
    return True


def sweep_outbox(*, at: datetime, limit: int = 500) -> int:
    """Ring again for messages that are due: a lost doorbell, a dead worker, a retry. Return how many were rung."""
    from ti_portal.core.tasks import deliver_message_task

    due = OutboxMessage.objects.due(at).order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:limit]
    for message_id in due:
        deliver_message_task.delay(message_id=message_id)
    return len(due)


def _plan_retry(message: OutboxMessage, error: Exception, at: datetime) -> None:
    # The class of the error and not its text, which may repeat the recipient's address.
    message.last_error = type(error).__name__ + (f" {code}" if (code := getattr(error, "smtp_code", "")) else "")
    if message.attempts >= MAX_ATTEMPTS:
        message.state = MessageState.FAILED
    else:
        wait = min(FIRST_WAIT * 2 ** (message.attempts - 1), LONGEST_WAIT)
        message.next_attempt_at = at + wait * random.uniform(0.8, 1.2)  # noqa: S311 - jitter, not a secret
    message.save(update_fields=["attempts", "state", "next_attempt_at", "last_error"])


def message_id_of(message: OutboxMessage) -> str:
    """Return the Message-ID of a message: the same at each attempt, and nothing of the key can be read in it."""
    domain = parseaddr(message.sender)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(message.key.encode()).hexdigest()[:40]}@{domain}>"


def _as_email(message: OutboxMessage) -> EmailMessage:
    email = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text_body,
        from_email=message.sender,
        to=[message.recipient],
        reply_to=message.reply_to,
        headers={**message.headers, "Message-ID": message_id_of(message)},
    )
    if message.html_body:
        email.attach_alternative(message.html_body, "text/html")
    return email


class OutboxBackend(BaseEmailBackend):
    """Django's e-mail backend that writes to the outbox, one row per recipient.

    A caller that must not repeat itself gives the header `X-Delivery-Key`; others get a key of their own.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        at = timezone.now()
        return sum(self._queue(message, at) for message in email_messages)

    def _queue(self, message: EmailMessage, at: datetime) -> bool:
        headers = dict(message.extra_headers)
        key = headers.pop("X-Delivery-Key", None) or f"mail:{get_random_string(24)}"
        html = next((body for body, kind in getattr(message, "alternatives", ()) if kind == "text/html"), "")
        recipients = message.recipients()
        for recipient in recipients:
            queue_message(
                key=key if len(recipients) == 1 else f"{key}:{recipient}",
                recipient=parseaddr(recipient)[1],
                subject=message.subject,
                text_body=message.body,
                html_body=html,
                sender=message.from_email,
                reply_to=message.reply_to,
                headers=headers,
                at=at,
            )
        return bool(recipients)
