"""The outbox in the administration: read, look, send again."""

from datetime import UTC, datetime

from django.contrib.admin.models import LogEntry
from django.urls import reverse

from ti_portal.core.admin import error_in_words
from ti_portal.core.enums import MessageState
from ti_portal.core.mail import queue_message
from ti_portal.core.models import OutboxMessage

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LIST = "admin:core_outboxmessage_changelist"


def message(key: str = "rappel:1", **fields) -> OutboxMessage:
    values = {"recipient": "alice@example.fr", "subject": "Objet", "text_body": "Texte", "at": NOW} | fields
    return queue_message(key=key, **values)


def fail(row: OutboxMessage) -> None:
    OutboxMessage.objects.filter(pk=row.pk).update(
        state=MessageState.FAILED, attempts=10, last_error="SMTPRecipientsRefused 550"
    )


def page_of(client, row: OutboxMessage) -> str:
    return client.get(reverse("admin:core_outboxmessage_change", args=[row.pk])).content.decode()


def preview_of(client, row: OutboxMessage):
    return client.get(reverse("admin:core_outboxmessage_preview", args=[row.pk]))


def test_a_message_is_read_as_text_and_its_html_is_shown_escaped(office):
    row = message(html_body="<p>Bonjour</p><script>alert(1)</script>", text_body="Bonjour <b>")

    page = page_of(office, row)

    assert "Bonjour &lt;b&gt;" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page


def test_the_preview_runs_nothing_and_asks_nothing(office):
    response = preview_of(office, message(html_body="<p>Bonjour</p><script>alert(1)</script>"))

    policy = response["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert preview_of(office, message(key="sans")).status_code == 404


def test_the_preview_is_for_the_delegation(client, referent):
    row = message(html_body="<p>Bonjour</p>")
    client.force_login(referent)

    assert preview_of(client, row).status_code in (302, 403)


def test_a_message_with_a_personal_link_is_not_shown_to_the_delegation_in_production(
    office, client, superuser, settings
):
    settings.OUTBOX_TRANSPORT = "smtp"
    secret = message("mail:abc", text_body="https://portail.test/secret", html_body="<a href='/secret'>x</a>")
    plain = message("rappel:2", text_body="Rien de secret", html_body="<p>Rien</p>")

    assert "/secret" not in page_of(office, secret)
    assert "lien personnel" in page_of(office, secret)
    assert preview_of(office, secret).status_code == 404
    assert "Rien de secret" in page_of(office, plain)
    assert preview_of(office, plain).status_code == 200
    client.force_login(superuser)
    assert "/secret" in page_of(client, secret)


def test_where_nothing_leaves_every_message_can_be_read(office):
    secret = message("mail:abc", text_body="https://portail.test/secret")

    assert "/secret" in page_of(office, secret)
    assert "aucun courriel ne part" in office.get(reverse(LIST)).content.decode()


def test_failed_messages_are_sent_again_and_it_is_journalled(office, member):
    failed, waiting = message(), message("rappel:2")
    fail(failed)

    response = office.post(reverse(LIST), {"action": "retry", "_selected_action": [failed.pk, waiting.pk]}, follow=True)

    assert "1 courriel(s) remis en attente" in response.content.decode()
    failed.refresh_from_db()
    assert (failed.state, failed.attempts) == (MessageState.QUEUED, 0)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr, entry.change_message) == (
        member, "courriel rappel:1", "Envoi demandé de nouveau.",
    )  # fmt: skip


def test_nothing_can_be_written_in_a_message(office):
    row = message()

    assert office.post(reverse("admin:core_outboxmessage_change", args=[row.pk]), {"subject": "X"}).status_code == 403
    assert office.get(reverse("admin:core_outboxmessage_add")).status_code == 403


def test_errors_are_said_in_french():
    assert error_in_words("SMTPRecipientsRefused 550") == "adresse refusée par le serveur du destinataire (550)"
    assert error_in_words("ConnectionRefusedError") == "le serveur d’envoi ne répond pas (ConnectionRefusedError)"
    assert error_in_words("Inconnue 1") == "Inconnue 1"
    assert error_in_words("") == ""


def test_a_message_is_titled_by_its_subject(office):
    row = message("rappel:9", subject="Confirmez vos coordonnées")

    page = page_of(office, row)

    assert "<h2>Confirmez vos coordonnées</h2>" in page
    assert "<title>Confirmez vos coordonnées – Courriel" in page


def test_the_journal_s_filters_are_in_plain_words(office):
    message()
    titles = [spec.title for spec in office.get("/administration/admin/logentry/").context["cl"].filter_specs]

    assert titles[0] == "action"
    assert "type de contenu" not in titles
