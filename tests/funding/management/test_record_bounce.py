"""The command to which a mail server hands its reports over."""

import io
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from funding.enums import StopReason
from funding.management.commands import record_bounce
from funding.models import Subscriber
from tests.core.test_delivery_reports import report
from tests.funding.drafts import published
from tests.funding.followers import follower, last_message
from ti_portal.core.mail import message_id_of


@pytest.fixture
def message_id(db):
    follower(published())
    return message_id_of(last_message())


def run(raw: bytes, monkeypatch) -> str:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    output = io.StringIO()
    call_command("record_bounce", stdout=output)
    return output.getvalue()


def test_an_address_that_no_longer_receives_is_stopped(message_id, monkeypatch):
    assert "sont arrêtés" in run(report(message_id), monkeypatch)
    assert "déjà arrêtée" in run(report(message_id), monkeypatch)

    assert Subscriber.objects.get().stop_reason == StopReason.BOUNCED


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda message_id: report(message_id, action="delayed", status="4.4.1"), "Un retard"),
        (lambda message_id: report(), "n’est pas d’ici"),
        (lambda message_id: b"Subject: Absence\r\n\r\nEn vacances", "pas un avis"),
    ],
)
def test_anything_else_changes_nothing(message_id, monkeypatch, change, words):
    assert words in run(change(message_id), monkeypatch)

    assert Subscriber.objects.get().stopped_at is None


def test_the_mail_server_is_told_to_come_back_when_the_database_is_away(monkeypatch):
    def away(message_id):
        raise OperationalError

    monkeypatch.setattr(record_bounce, "message_of_id", away)
    with pytest.raises(CommandError) as error:
        run(report(), monkeypatch)
    assert error.value.returncode == 75
