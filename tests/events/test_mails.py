"""What mails of events say: where one goes, and nothing that is not so."""

from datetime import timedelta

import pytest

from events import announcements, invitations, meetings, reminders
from events import registration_mails as mails
from tests.events.people import NOW, event, registration
from ti_portal.core.models import OutboxMessage

pytestmark = pytest.mark.django_db
VENUE = {"venue": "3 rue de l’Usine, Nevers", "is_online": False}


def body() -> str:
    return OutboxMessage.objects.get().text_body


def confirm(where) -> None:
    made = registration(where, state="asked", confirmed_at=None)
    mails.send_confirmation_request(registration=made, at=NOW)


def seated(where) -> None:
    mails.send_outcome(registration=registration(where), at=NOW)


def waiting(where) -> None:
    mails.send_outcome(registration=registration(where, state="waiting"), at=NOW)


def link(where) -> None:
    mails.send_reminder_of_link(registration=registration(where), at=NOW)


def invited(where) -> None:
    invitations.invite(event_id=where.pk, addresses=["ana@exemple.test"], actor=None, at=NOW)


def reminded(where) -> None:
    registration(where)
    reminders.send_reminders(at=where.starts_at - timedelta(hours=20))


def changed(where) -> None:
    registration(where)
    meetings.save_event(event_id=where.pk, values={"title": "Autre titre"}, actor=None, at=NOW)
    announcements.tell_changes(at=NOW)


@pytest.mark.parametrize("send", [confirm, seated, waiting, link, invited, reminded, changed])
@pytest.mark.parametrize(
    ("place", "words"),
    [
        (VENUE, "\nOù : 3 rue de l’Usine, Nevers\n"),
        ({}, "\nOù : À distance\n"),
        (VENUE | {"is_online": True}, "\nOù : 3 rue de l’Usine, Nevers, et à distance\n"),
    ],
)
def test_they_say_where_it_takes_place(send, place, words):
    send(event(summary="En bref.", **place))
    assert body().count(words) == 1


@pytest.mark.parametrize("send", [confirm, seated, invited, reminded, changed])
def test_a_place_that_is_not_known_is_not_said(send):
    send(event(summary="En bref.", venue="", is_online=False))
    assert "Où" not in body()


@pytest.mark.parametrize(("state", "is_told"), [("registered", True), ("waiting", False)])
def test_a_cancellation_gives_what_mends_ones_calendar_and_does_not_say_that_it_mends_itself(state, is_told):
    where = event()
    who = registration(where, state=state)
    meetings.cancel_event(event_id=where.pk, reason="Salle fermée", actor=None, at=NOW)
    announcements.tell_changes(at=NOW)
    assert ("un fichier qui l’y marque annulée" in body()) is is_told
    assert (f"/rencontres/inscriptions/{who.secret}/" in body()) is is_told
    assert "sera marquée" not in body()
