from datetime import UTC, datetime

import pytest

from ti_portal.core.bulk_mail import Outgoing, is_deliverable, queue_messages
from ti_portal.core.mail import queue_message
from ti_portal.core.models import OutboxMessage

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
ALONE = {"subject": "Sujet", "text_body": "Texte\tet\nligne \\N", "html_body": "<p>É</p>", "headers": {"X-Test": "1"}}


def outgoing(key: str, **values) -> Outgoing:
    return Outgoing(**{"key": key, "recipient": f"{key}@exemple.test", **ALONE, **values})


def test_messages_in_bulk_are_those_written_one_by_one(db):
    queue_message(key="one", recipient="one@exemple.test", at=AT, **ALONE)

    assert queue_messages([outgoing("two")], at=AT) == 1

    one, two = OutboxMessage.objects.order_by("pk").values()
    own = {"id", "key", "recipient"}
    assert {name: one[name] for name in one.keys() - own} == {name: two[name] for name in two.keys() - own}


def test_a_key_is_written_once(db):
    assert queue_messages([outgoing("one"), outgoing("two"), outgoing("two")], at=AT) == 2
    assert queue_messages([outgoing("two"), outgoing("three")], at=AT) == 1
    assert queue_messages([outgoing("two")], at=AT) == 0
    assert queue_messages([], at=AT) == 0
    assert OutboxMessage.objects.count() == 3


def test_signs_that_the_database_refuses_are_left_out_and_a_subject_is_one_line(db):
    queue_messages([outgoing("one", subject="a\nb " + "x" * 500, text_body="a\x00b")], at=AT)

    message = OutboxMessage.objects.get()

    assert message.text_body == "ab"
    assert message.subject.startswith("a b xxx")
    assert len(message.subject) == 400


@pytest.mark.parametrize(
    "values",
    [
        {"key": ""},
        {"key": "x" * 201},
        {"recipient": "personne"},
        {"headers": {"Bcc": "autre@exemple.test"}},
        {"headers": {"X-Test": "a\nBcc: autre@exemple.test"}},
    ],
)
def test_what_queue_message_refuses_is_refused_and_nothing_is_written(db, values):
    with pytest.raises(ValueError, match="e"):
        queue_messages(
            [outgoing("one"), outgoing("two", **values) if "key" not in values else outgoing(**values)], at=AT
        )

    assert not OutboxMessage.objects.exists()


def test_addresses_can_be_asked_about_first():
    assert is_deliverable("personne@exemple.test")
    assert not is_deliverable("personne")
