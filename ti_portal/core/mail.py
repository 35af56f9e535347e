"""The outbox: every e-mail is a row first, then handed over once.

* Writing: `queue_message(...)`, or any Django code that sends mail, through `OutboxBackend`.
* Handing over: `deliver_message(...)`, rung by a task after commit, and `sweep_outbox(...)` every minute, for what a
  lost doorbell, a dead worker or a retry left behind.

A message is handed over while its row is locked, and stamped in the same transaction. Killed before the transport
accepted it, the row is still queued and goes out later. Killed between the transport's acceptance and the stamp, the
message goes again, with the same Message-ID made from its key, by which receiving servers know a repeat. See ADR 0003.
"""

import hashlib
import logging
import random
import re
import smtplib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F, Func, TextField
from django.db.models.functions import Cast, Left
from django.utils import timezone
from django.utils.crypto import get_random_string
from kombu.exceptions import OperationalError

from ti_portal.core.enums import MessageState
from ti_portal.core.models import OutboxMessage
from ti_portal.core.signals import address_refused

# Waits of 1, 4, 16, 64 and 256 minutes, then six hours: thirty hours in all, an outage and a working day to mend it.
MAX_ATTEMPTS = 10
FIRST_WAIT = timedelta(minutes=1)
WAIT_GROWS_BY = 4
LONGEST_WAIT = timedelta(hours=6)
BATCH = 100
LONGEST_SUBJECT = 400
LONGEST_KEY = 200
# Beginnings of the keys of such messages; allauth sends through Django's own mail, see `OutboxBackend`.
PERSONAL_KEYS = ("mail:", "invitation:", "follow:", "alert:", "alerts:", "event:")
TRANSPORTS = {
    "kept": "django.core.mail.backends.dummy.EmailBackend",
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
}

_ID_SIGNS = 32
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
# Written by the outbox itself, or able to send the message elsewhere.
_OWN_HEADERS = frozenset({"message-id", "date", "from", "to", "cc", "bcc", "subject", "reply-to"})
_LINE_BREAK = re.compile(r"[\r\n\x00]")

logger = logging.getLogger(__name__)


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

    The doorbell rings after commit: a message of a transaction that fails never leaves. Raises ValueError for a
    recipient that is no address, and for a line break where it would add a header; line breaks of the subject become
    spaces, and a subject that is too long is cut.
    """
    sender = sender or settings.DEFAULT_FROM_EMAIL
    headers = dict(headers or {})
    check_envelope(key, sender, recipient, reply_to, headers)
    message, created = OutboxMessage.objects.get_or_create(
        key=key,
        defaults={
            "sender": sender,
            "recipient": recipient,
            "reply_to": list(reply_to),
            "subject": clean_subject(subject),
            "text_body": text_body.replace("\x00", ""),
            "html_body": html_body.replace("\x00", ""),
            "headers": headers,
            "created_at": at,
            "next_attempt_at": at,
        },
    )
    if not created:
        return None
    _ring_after_commit(message.pk)
    return message


def deliver_message(*, message_id: int, at: datetime) -> bool:
    """Hand one queued message to the transport; return whether it left now.

    Does nothing when the row is gone, settled, not due yet, or locked by another worker: safe to call twice.
    """
    with transaction.atomic():
        message = _locked(OutboxMessage.objects.due(at).filter(pk=message_id))
        return message is not None and _hand_over(message, _transport(), at) is None


@dataclass(frozen=True)
class Swept:
    """What a sweep did. `is_over`: nothing due is left for it, or the transport does not answer."""

    sent: int
    refused: int
    is_over: bool


def sweep_outbox(*, at: datetime, limit: int = BATCH) -> Swept:
    """Hand over up to `limit` messages that are due, oldest first, on one connection; each in its own transaction.

    Several sweeps and doorbells may run at once: each takes rows that no other holds. When the transport itself does
    not answer, the sweep ends: one message has paid an attempt, the others wait untouched.
    """
    connection = _transport()
    sent = refused = 0
    try:
        while sent + refused < limit:
            with transaction.atomic():
                message = _locked(OutboxMessage.objects.due(at).order_by("next_attempt_at", "pk"))
                if message is None:
                    return Swept(sent, refused, is_over=True)
                error = _hand_over(message, connection, at, keep_open=True)
            if error is None:
                sent += 1
                continue
            refused += 1
            if not _is_about_the_message(error):
                return Swept(sent, refused, is_over=True)
        return Swept(sent, refused, is_over=False)
    finally:
        _close(connection)


def retry_failed(*, message_ids: Iterable[int], at: datetime) -> int:
    """Queue messages that were given up, with all their attempts before them; return how many.

    Messages in another state, and those whose content was purged since, are left alone.
    """
    with transaction.atomic():
        failed = (
            OutboxMessage.objects.filter(pk__in=list(message_ids), state=MessageState.FAILED)
            .exclude(recipient="")
            .select_for_update(of=("self",))
        )
        ids = list(failed.order_by("pk").values_list("pk", flat=True))
        OutboxMessage.objects.filter(pk__in=ids).update(state=MessageState.QUEUED, attempts=0, next_attempt_at=at)
        for message_id in ids:
            _ring_after_commit(message_id)
    return len(ids)


def is_personal(message: OutboxMessage) -> bool:
    """Whether a message carries a link or a code that is for its recipient alone: whoever has it acts for them."""
    return message.key.startswith(PERSONAL_KEYS)


def message_id_of(message: OutboxMessage) -> str:
    """Return the Message-ID of a message: the same at each attempt, and nothing of the key can be read in it."""
    domain = parseaddr(message.sender)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(message.key.encode()).hexdigest()[:_ID_SIGNS]}@{domain}>"


def message_of_id(message_id: str) -> OutboxMessage | None:
    """The message that bears a Message-ID; None when it is not one of ours. Reads the whole outbox: for a few a day."""
    left = message_id.strip().strip("<>").partition("@")[0]
    digest = Func(F("key"), function="sha256", template="encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')")
    found = OutboxMessage.objects.alias(digest=Left(Cast(digest, TextField()), _ID_SIGNS)).filter(digest=left)
    return found.order_by("pk").first() if len(left) == _ID_SIGNS else None


def _ring_after_commit(message_id: int) -> None:
    from ti_portal.core.tasks import deliver_message_task

    def ring() -> None:
        # What was committed stands even if the broker is down: the sweep does without the doorbell.
        try:
            deliver_message_task.delay(message_id=message_id)
        except OperationalError:
            logger.warning("the broker does not answer: outbox message %s waits for the sweep", message_id)

    transaction.on_commit(ring, robust=True)


def _locked(messages) -> OutboxMessage | None:
    return messages.select_for_update(skip_locked=True, of=("self",)).first()


def _transport() -> BaseEmailBackend:
    return get_connection(TRANSPORTS[settings.OUTBOX_TRANSPORT])


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except OSError as error:  # The messages are settled already: a rude goodbye changes nothing.
        logger.info("the mail server left without a goodbye: %s", type(error).__name__)


def _hand_over(
    message: OutboxMessage, connection: BaseEmailBackend, at: datetime, *, keep_open: bool = False
) -> Exception | None:
    """Give the locked message to the transport and write what became of it; return the error, if any.

    A refusal of this very message for good (a 5xx answer to its recipient or content, a header that cannot be written)
    ends it at once. Any other error plans an attempt, later each time, and gives up after `MAX_ATTEMPTS`.
    """
    message.attempts += 1
    try:
        if keep_open:
            connection.open()  # does nothing when it is open already
        connection.send_messages([_as_email(message)])
    except Exception as error:  # whatever it was, this message must not be tried for ever
        if not isinstance(error, (OSError, ValueError)):
            logger.exception("outbox message %s breaks the transport", message.pk)
        _settle_refused(message, error, at)
        return error
    message.state = MessageState.SENT
    message.sent_at = at
    message.last_error = ""
    message.save(update_fields=["attempts", "state", "sent_at", "last_error"])
    return None


def _settle_refused(message: OutboxMessage, error: Exception, at: datetime) -> None:
    code = _answer_of(error)
    # The class of the error and not its text, which may repeat the recipient's address.
    message.last_error = type(error).__name__ + (f" {code}" if code else "")
    is_final = _is_about_the_message(error) and not 400 <= code < 500
    if is_final or message.attempts >= MAX_ATTEMPTS:
        message.state = MessageState.FAILED
    else:
        wait = min(FIRST_WAIT * WAIT_GROWS_BY ** (message.attempts - 1), LONGEST_WAIT)
        message.next_attempt_at = at + wait * random.uniform(0.8, 1.2)  # noqa: S311 - jitter, not a secret
    message.save(update_fields=["attempts", "state", "next_attempt_at", "last_error"])
    if isinstance(error, smtplib.SMTPRecipientsRefused) and code >= 500:
        address_refused.send_robust(OutboxMessage, email=message.recipient, at=at)


def _is_about_the_message(error: Exception) -> bool:
    """Whether the transport works and refused this very message. A refused sender is a setting to mend, not this."""
    if _answer_of(error) == 421:  # the server is closing
        return False
    return isinstance(error, (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, ValueError))


def _answer_of(error: Exception) -> int:
    """The SMTP answer code, 0 when there is none."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next((code for code, _ in error.recipients.values()), 0)
    return getattr(error, "smtp_code", 0)


def check_envelope(key: str, sender: str, recipient: str, reply_to: Sequence[str], headers: Mapping[str, str]) -> None:
    """Raise ValueError for what the outbox does not take: see `queue_message`."""
    if not key or len(key) > LONGEST_KEY or "\x00" in key:
        raise ValueError(f"the delivery key must have 1 to {LONGEST_KEY} signs")
    try:
        validate_email(recipient)
    except ValidationError as error:
        raise ValueError("the recipient is not an e-mail address") from error
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OWN_HEADERS:
            raise ValueError(f"header {name[:40]!r} is not for the caller to write")
        if _LINE_BREAK.search(str(value)):
            raise ValueError(f"header {name} contains a line break")
    if any(_LINE_BREAK.search(address) for address in (sender, *reply_to)):
        raise ValueError("an address contains a line break")


def clean_subject(subject: str) -> str:
    """A subject as the outbox keeps it: on one line, and cut where it is too long."""
    text = " ".join(subject.replace("\x00", "").split())
    return text if len(text) <= LONGEST_SUBJECT else text[: LONGEST_SUBJECT - 1] + "…"


def _as_email(message: OutboxMessage) -> EmailMessage:
    email = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text_body,
        from_email=message.sender,
        to=[message.recipient],
        reply_to=message.reply_to,
        headers={
            # Asks vacation responders and list robots to keep quiet (RFC 3834).
            "Auto-Submitted": "auto-generated",
            **message.headers,
            "Date": format_datetime(timezone.localtime(message.created_at)),
            "Message-ID": message_id_of(message),
        },
    )
    if message.html_body:
        email.attach_alternative(message.html_body, "text/html")
    return email


class OutboxBackend(BaseEmailBackend):
    """Django's e-mail backend that writes to the outbox, one row per recipient.

    A caller that must not repeat itself gives the header `X-Delivery-Key`; others get a key of their own. An attachment
    is refused with ValueError: the outbox carries text, and losing a file in silence would be worse.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        at = timezone.now()
        return sum(self._queue(message, at) for message in email_messages)

    def _queue(self, message: EmailMessage, at: datetime) -> bool:
        if message.attachments:
            raise ValueError("the outbox does not carry attachments")
        headers = {name: value for name, value in message.extra_headers.items() if name.lower() not in _OWN_HEADERS}
        key = headers.pop("X-Delivery-Key", None) or f"mail:{get_random_string(24)}"
        html = next((body for body, kind in getattr(message, "alternatives", ()) if kind == "text/html"), "")
        addresses = list(dict.fromkeys(parseaddr(recipient)[1] for recipient in message.recipients()))
        for address in addresses:
            queue_message(
                key=key if len(addresses) == 1 else _key_for(key, address),
                recipient=address,
                subject=message.subject,
                text_body=message.body,
                html_body=html,
                sender=message.from_email,
                reply_to=message.reply_to,
                headers=headers,
                at=at,
            )
        return bool(addresses)


def _key_for(key: str, address: str) -> str:
    digest = hashlib.sha256(address.lower().encode()).hexdigest()[:16]
    return f"{key[: LONGEST_KEY - 17]}:{digest}"
