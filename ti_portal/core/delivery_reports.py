"""Reading delivery reports: what mail servers send back about a message that they accepted first (RFC 3464)."""

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage

LARGEST = 1_000_000  # bytes
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")


class NotAReport(Exception):
    """The message is not a delivery report, or does not say which message it is about."""


@dataclass(frozen=True, slots=True)
class Report:
    """`message_id` is that of the message sent; `is_permanent`: it failed, and trying again is of no use."""

    message_id: str
    is_permanent: bool


def read_report(raw: bytes) -> Report:
    """Read one report in MIME form. Raises NotAReport.

    The recipient it names is not read: a report could be written by anybody, and the Message-ID is what only those
    who handled the message know.
    """
    message = email.message_from_bytes(raw[:LARGEST], policy=email.policy.default)
    statuses, message_id = [], ""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            statuses += _recipients(part)
        elif kind in ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"):
            message_id = message_id or _message_id(part)
    if not statuses or not message_id:
        raise NotAReport
    return Report(message_id, any(_is_permanent(fields) for fields in statuses))


def _recipients(part: EmailMessage) -> list[EmailMessage]:
    """The groups of fields that are about a recipient; the first group is about the message."""
    payload = part.get_payload()
    return [fields for fields in payload if "Action" in fields] if isinstance(payload, list) else []


def _is_permanent(fields: EmailMessage) -> bool:
    status = _STATUS.search(str(fields.get("Status", "")))
    return str(fields["Action"]).strip().lower() == "failed" and (status is None or status[1] == "5")


def _message_id(part: EmailMessage) -> str:
    """The Message-ID of the message that is quoted, whole or by its headers alone."""
    payload = part.get_payload()
    if isinstance(payload, list):
        quoted = payload[0]
    else:
        quoted = email.message_from_string(part.get_content(), policy=email.policy.default)
    found = _MESSAGE_ID.search(str(quoted.get("Message-ID", "")))
    return found[0] if found else ""
