"""Delivery reports as mail servers write them: what failed, for which message, and for good or not."""

from datetime import UTC, datetime

import pytest

from ti_portal.core.delivery_reports import LARGEST, NotAReport, Report, read_report
from ti_portal.core.mail import message_id_of, message_of_id, queue_message

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SENT = "<0123456789abcdef0123456789abcdef@territoires-industrie.test>"


def report(
    message_id: str = SENT,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    quoted: str = "text/rfc822-headers",
    recipients: str = "",
) -> bytes:
    """A report in the form of Postfix's."""
    status_line = f"Status: {status}\n" if status else ""
    return f"""Return-Path: <>
From: MAILER-DAEMON@relais.exemple (Mail Delivery System)
To: ne-pas-repondre@territoires-industrie.test
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_frontiere"
Message-Id: <report@relais.exemple>

--=_frontiere
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

L'adresse camille@usine.test n'existe pas.

--=_frontiere
Content-Type: message/delivery-status

Reporting-MTA: dns; relais.exemple
X-Postfix-Queue-ID: 4XyZ

{recipients}Final-Recipient: rfc822; camille@usine.test
Original-Recipient: rfc822;camille@usine.test
Action: {action}
{status_line}Remote-MTA: dns; mx.usine.test
Diagnostic-Code: smtp; 550 5.1.1 <camille@usine.test>: User unknown

--=_frontiere
Content-Type: {quoted}

From: ne-pas-repondre@territoires-industrie.test
To: camille@usine.test
Subject: =?utf-8?q?Un_appel_ouvre?=
Message-ID:
 {message_id}

--=_frontiere--
""".replace("\n", "\r\n").encode()


@pytest.mark.parametrize("quoted", ["text/rfc822-headers", "message/rfc822"])
def test_a_failure_is_read_with_the_message_it_is_about(quoted):
    assert read_report(report(quoted=quoted)) == Report(SENT, is_permanent=True)


@pytest.mark.parametrize(
    ("action", "status", "is_permanent"),
    [
        ("failed", "5.7.1 (policy)", True),
        ("Failed", "", True),
        ("failed", "4.4.7", False),
        ("delayed", "4.4.1", False),
        ("delivered", "2.0.0", False),
        ("relayed", "2.1.9", False),
    ],
)
def test_only_what_failed_for_good_is_permanent(action, status, is_permanent):
    assert read_report(report(action=action, status=status)).is_permanent is is_permanent


def test_one_failure_among_several_recipients_is_enough():
    first = "Final-Recipient: rfc822; autre@usine.test\nAction: delivered\nStatus: 2.0.0\n\n"
    assert read_report(report(recipients=first)).is_permanent


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"Subject: Absence du bureau\r\n\r\nJe suis en vacances.",
        report().replace(b"Action", b"Acteur"),
        report().replace(b"Message-ID", b"X-Id"),
        report()[:900],
        report("rien"),
        b"x" * (LARGEST + 10),
        b'Content-Type: multipart/report; boundary="a"\n\n--a\nContent-Type: message/delivery-status\n\n--a--',
    ],
)
def test_anything_else_is_refused(raw):
    with pytest.raises(NotAReport):
        read_report(raw)


def test_a_message_is_found_by_its_id(db, django_assert_num_queries):
    first, second = (
        queue_message(key=f"clé-é:{number}", recipient="a@usine.test", subject="x", text_body="x", at=NOW)
        for number in range(2)
    )

    with django_assert_num_queries(1):
        assert message_of_id(message_id_of(second)) == second
    assert message_of_id(message_id_of(first).strip("<>")) == first
    for other in ("", "<>", "<x@y>", "<" + "0" * 32 + "@territoires-industrie.test>"):
        assert message_of_id(other) is None
