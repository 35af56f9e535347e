"""The outbox in front of a real SMTP server."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.db import connection, transaction

from tests.core.far_end import far_end
from ti_portal.core.enums import MessageState
from ti_portal.core.mail import (
    FIRST_WAIT,
    LONGEST_WAIT,
    MAX_ATTEMPTS,
    deliver_message,
    message_id_of,
    queue_message,
    retry_failed,
    sweep_outbox,
)
from ti_portal.core.models import OutboxMessage

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def outbox_backend(settings):
    """Django's own test set-up keeps mails in memory; here they go where they go in production."""
    settings.EMAIL_BACKEND = "ti_portal.core.mail.OutboxBackend"


@pytest.fixture
def server(settings):
    with far_end() as end:
        settings.OUTBOX_TRANSPORT = "smtp"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", end.port, 5
        yield end


def queued(key="invitation:1", **fields) -> OutboxMessage | None:
    values = {"recipient": "alice@example.fr", "subject": "Bienvenue", "text_body": "Bonjour.", "at": NOW}
    return queue_message(key=key, **(values | fields))


def state_of(message: OutboxMessage) -> tuple[str, int, str]:
    message.refresh_from_db()
    return message.state, message.attempts, message.last_error


def test_a_message_is_sent_once_with_all_it_holds(db, server):
    message = queued(html_body="<p>Bonjour.</p>", reply_to=["delegation@example.fr"], headers={"List-Id": "ti"})

    assert deliver_message(message_id=message.pk, at=NOW) is True
    assert deliver_message(message_id=message.pk, at=NOW) is False

    assert state_of(message) == (MessageState.SENT, 1, "")
    assert message.sent_at == NOW
    (sent,) = server.received
    assert server.envelopes == [("ne-pas-repondre@territoires-industrie.test", ["alice@example.fr"])]
    assert sent["Subject"] == "Bienvenue"
    assert sent["To"] == "alice@example.fr"
    assert sent["Reply-To"] == "delegation@example.fr"
    assert sent["List-Id"] == "ti"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert sent["Date"] == "Tue, 24 Nov 2026 10:00:00 +0100"
    assert sent["Message-ID"] == message_id_of(message)
    assert sent.get_body("plain").get_content().strip() == "Bonjour."
    assert sent.get_body("html").get_content().strip() == "<p>Bonjour.</p>"


def test_a_key_is_written_once(db):
    assert queued(subject="Premier") is not None
    assert queued(subject="Second") is None

    assert OutboxMessage.objects.get().subject == "Premier"


def test_two_transactions_with_the_same_key_write_one_message(committed_db):
    both = threading.Barrier(2)

    def write(number):
        try:
            both.wait(60)
            return queued(subject=str(number)) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        written = list(pool.map(write, range(2)))

    assert sorted(written) == [False, True]
    assert OutboxMessage.objects.count() == 1


def test_a_rollback_sends_nothing(committed_db, server):
    def fail():
        with transaction.atomic():
            queued()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert sweep_outbox(at=NOW).sent == 0
    assert OutboxMessage.objects.count() == 0
    assert server.received == []


def test_a_message_not_committed_yet_is_not_sent(committed_db, server):
    with transaction.atomic():
        message = queued()

        def elsewhere():
            try:
                return deliver_message(message_id=message.pk, at=NOW)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(elsewhere).result() is False

    assert deliver_message(message_id=message.pk, at=NOW) is True


def test_two_deliveries_at_once_send_once(committed_db, server):
    message = queued()
    server.pause = 0.5
    both = threading.Barrier(2)

    def deliver(_):
        try:
            both.wait(60)
            return deliver_message(message_id=message.pk, at=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        left = list(pool.map(deliver, range(2)))

    assert sorted(left) == [False, True]
    assert list(server.counts.values()) == [1]


def test_sweeps_at_once_share_the_work(committed_db, server):
    for number in range(30):
        queued(key=f"k:{number}")
    server.pause = 0.02

    def sweep(_):
        try:
            return sweep_outbox(at=NOW).sent
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        sent = list(pool.map(sweep, range(3)))

    assert sum(sent) == 30
    assert set(server.counts.values()) == {1}
    assert len(server.counts) == 30


def test_a_temporary_refusal_is_tried_again_later_each_time_then_given_up(db, server):
    server.answer_recipient = lambda address: "451 greylisted"
    message = queued()
    at, waits = NOW, []

    for attempt in range(1, MAX_ATTEMPTS):
        assert deliver_message(message_id=message.pk, at=at) is False
        assert state_of(message) == (MessageState.QUEUED, attempt, "SMTPRecipientsRefused 451")
        waits.append(message.next_attempt_at - at)
        assert deliver_message(message_id=message.pk, at=at) is False, "not due yet"
        at = message.next_attempt_at
    assert deliver_message(message_id=message.pk, at=at) is False

    assert state_of(message) == (MessageState.FAILED, MAX_ATTEMPTS, "SMTPRecipientsRefused 451")
    assert FIRST_WAIT * 0.8 <= waits[0] <= FIRST_WAIT * 1.2
    assert waits[:5] == sorted(waits[:5])
    assert max(waits) <= LONGEST_WAIT * 1.2
    assert timedelta(hours=20) < at - NOW < timedelta(hours=40)


@pytest.mark.parametrize("refusal", ["recipient", "data"])
def test_a_permanent_refusal_fails_at_once(db, server, refusal):
    if refusal == "recipient":
        server.answer_recipient = lambda address: "550 no such user"
    else:
        server.answer_data = lambda message_id: "554 refused"
    message = queued()

    assert deliver_message(message_id=message.pk, at=NOW) is False

    name = "SMTPRecipientsRefused 550" if refusal == "recipient" else "SMTPDataError 554"
    assert state_of(message) == (MessageState.FAILED, 1, name)


def test_the_error_kept_does_not_repeat_the_address(db, server):
    server.answer_recipient = lambda address: f"550 {address} unknown"
    message = queued()
    deliver_message(message_id=message.pk, at=NOW)

    assert "alice" not in state_of(message)[2]


def test_one_refused_recipient_does_not_hold_up_the_sweep(db, server):
    server.answer_recipient = lambda address: "550 no" if address.startswith("bad") else "250 OK"
    queued(key="1", recipient="bad@example.fr")
    queued(key="2")
    queued(key="3", at=NOW + timedelta(hours=1))

    swept = sweep_outbox(at=NOW)

    assert (swept.sent, swept.refused, swept.is_over) == (1, 1, True)
    assert sweep_outbox(at=NOW).sent == 0


def test_a_sweep_stops_at_its_limit(db, server):
    for number in range(3):
        queued(key=str(number))

    assert (swept := sweep_outbox(at=NOW, limit=2)).sent == 2
    assert not swept.is_over
    assert sweep_outbox(at=NOW, limit=2).sent == 1


def test_a_dead_server_costs_one_attempt_not_one_for_each(db, server, settings):
    settings.EMAIL_PORT = 9  # discard: nobody listens there
    first, second = queued(key="1"), queued(key="2")

    swept = sweep_outbox(at=NOW)

    assert (swept.sent, swept.refused, swept.is_over) == (0, 1, True)
    assert state_of(first) == (MessageState.QUEUED, 1, "ConnectionRefusedError")
    assert state_of(second) == (MessageState.QUEUED, 0, "")


def test_a_server_that_hangs_up_is_tried_again(db, server):
    server.answer_data = lambda message_id: "421 closing"
    message = queued()

    assert deliver_message(message_id=message.pk, at=NOW) is False
    assert state_of(message)[:2] == (MessageState.QUEUED, 1)


def test_a_failed_message_is_queued_again_on_request(db, server):
    server.answer_recipient = lambda address: "550 no"
    failed, sent = queued(key="1"), queued(key="2")
    deliver_message(message_id=failed.pk, at=NOW)
    server.answer_recipient = lambda address: "250 OK"
    deliver_message(message_id=sent.pk, at=NOW)
    purged = queued(key="3")
    OutboxMessage.objects.filter(pk=purged.pk).update(state=MessageState.FAILED, recipient="", text_body="")
    later = NOW + timedelta(days=1)

    assert retry_failed(message_ids=[failed.pk, sent.pk, purged.pk], at=later) == 1

    assert state_of(failed)[:2] == (MessageState.QUEUED, 0)
    assert state_of(sent)[0] == MessageState.SENT
    assert deliver_message(message_id=failed.pk, at=later) is True
    assert server.counts[message_id_of(sent)] == 1


def test_kept_messages_are_stamped_and_go_nowhere(db, server, settings):
    settings.OUTBOX_TRANSPORT = "kept"
    message = queued()

    assert deliver_message(message_id=message.pk, at=NOW) is True
    assert state_of(message)[0] == MessageState.SENT
    assert server.received == []


@pytest.mark.parametrize(
    "fields",
    [
        {"recipient": "alice@example.fr\nBcc: mallory@example.fr"},
        {"recipient": "alice@example.fr, mallory@example.fr"},
        {"recipient": ""},
        {"recipient": "Alice"},
        {"sender": "x@example.fr\r\nBcc: mallory@example.fr"},
        {"reply_to": ["x@example.fr\nBcc: mallory@example.fr"]},
        {"headers": {"List-Id": "ti\nBcc: mallory@example.fr"}},
        {"headers": {"X-A: b\nBcc": "mallory@example.fr"}},
        {"headers": {"Bcc": "mallory@example.fr"}},
        {"headers": {"message-id": "<mine@example.fr>"}},
        {"key": ""},
        {"key": "k" * 201},
    ],
)
def test_an_envelope_that_could_carry_another_header_is_refused(db, fields):
    with pytest.raises(ValueError, match=r"recipient|line break|header|key"):
        queued(**fields)
    assert OutboxMessage.objects.count() == 0


def test_line_breaks_and_nul_of_the_subject_and_bodies_do_no_harm(db, server):
    message = queued(subject="Bonjour\r\nBcc: mallory@example.fr\x00", text_body="a\x00b", html_body="<p>\x00</p>")
    long = queued(key="long", subject="é" * 500)

    assert sweep_outbox(at=NOW).sent == 2
    assert (message.subject, message.text_body) == ("Bonjour Bcc: mallory@example.fr", "ab")
    assert {len(recipients) for _, recipients in server.envelopes} == {1}
    assert [sent["Bcc"] for sent in server.received] == [None, None]
    assert (len(long.subject), long.subject[-1]) == (400, "…")


def test_a_message_that_cannot_be_written_does_not_come_back_for_ever(db, server):
    message = queued()
    OutboxMessage.objects.filter(pk=message.pk).update(sender="x@example.fr\nBcc: a@b.fr")

    assert sweep_outbox(at=NOW).refused == 1
    assert state_of(message) == (MessageState.FAILED, 1, "ValueError")


def test_django_mail_goes_through_the_outbox_one_row_for_each_recipient(db, outbox_backend):
    assert send_mail("Objet", "Texte", None, ["alice@example.fr", "Bob <bob@example.fr>", "alice@example.fr"]) == 1

    assert sorted(OutboxMessage.objects.values_list("recipient", flat=True)) == ["alice@example.fr", "bob@example.fr"]
    assert all("example" not in key for key in OutboxMessage.objects.values_list("key", flat=True))


def test_django_mail_with_a_delivery_key_is_written_once(db, outbox_backend):
    for _ in range(2):
        email = EmailMultiAlternatives("Objet", "Texte", to=["alice@example.fr"], headers={"X-Delivery-Key": "code:7"})
        email.attach_alternative("<p>Texte</p>", "text/html")
        email.send()

    message = OutboxMessage.objects.get()
    assert (message.key, message.html_body, message.headers) == ("code:7", "<p>Texte</p>", {})


def test_an_attachment_is_refused_rather_than_lost(db, outbox_backend):
    email = EmailMultiAlternatives("Objet", "Texte", to=["alice@example.fr"])
    email.attach("note.txt", "contenu", "text/plain")

    with pytest.raises(ValueError, match="attachments"):
        email.send()
