"""What names people goes in time; what closed polls deleted leaves the files of the database too."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from events import polls, registrations
from events.models import Event, EventInvitation, Participation, Question, Registration, Testimony
from events.registrations import Person, new_secret
from events.retention import purge, sweep_ballots
from tests.accounts.test_personal_data import written_anywhere
from tests.events.people import NOW, event, poll, registration
from ti_portal.core.models import OutboxMessage

NAME, ADDRESS = "Personnelle", "andrea.personnelle@exemple.test"


def ended(days: int) -> Event:
    """An event that ended so many days ago."""
    end = NOW - timedelta(days=days)
    return event(starts_at=end - timedelta(hours=2), ends_at=end)


def size_of(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(%s::regclass)", [table])
        return cursor.fetchone()[0]


def test_nothing_of_who_answered_stays_in_the_files(committed_db):
    where = event()
    made = poll(where)
    now = timezone.now()
    polls.open_poll(poll_id=made.pk, at=NOW)
    for choice in (0, 1, 0):
        polls.vote(poll_id=made.pk, registration_id=registration(where).pk, choices=[choice])
    polls.close_poll(poll_id=made.pk, at=now)
    assert not Participation.objects.exists()
    assert size_of("events_participation") > 0

    assert sweep_ballots(at=now) == 1
    assert size_of("events_participation") == 0
    assert sorted(made.ballots.values_list("choices", flat=True)) == [[0], [0], [1]]
    assert sweep_ballots(at=now) == 1


@pytest.mark.django_db
def test_names_are_forgotten_after_the_stated_time_and_figures_stay(settings):
    settings.EVENTS_KEEP_REGISTRATIONS_DAYS = 90
    where = event(starts_at=NOW - timedelta(days=91), ends_at=NOW - timedelta(days=90))
    gone, kept = registration(where, organisation="CC du Test", attended_at=NOW), registration(event())
    assert purge(at=NOW)["registrations"] == 0
    for one in (where, kept.event):
        EventInvitation.objects.create(event=one, email="ana@exemple.test", secret=new_secret(), created_at=NOW)
    assert purge(at=NOW + timedelta(seconds=1)) == {
        "unconfirmed": 0, "registrations": 1, "invitations": 1, "words": 0, "messages": 0,
    }  # fmt: skip
    assert EventInvitation.objects.get().event == kept.event
    assert purge(at=NOW + timedelta(seconds=1))["registrations"] == 0
    secret = gone.secret
    gone.refresh_from_db()
    kept.refresh_from_db()
    assert (gone.email, gone.last_name, gone.organisation, gone.attended_at) == ("", "", "CC du Test", NOW)
    assert gone.secret != secret
    assert kept.email


def signed(model: type[Question] | type[Testimony], where: Event, moderation: str, who: Registration):
    """A row that was signed by mistake with another name first."""
    row = model(event=where, text="Un atelier partagé.", moderation=moderation, registration=who, author=f"X {NAME}")
    row.save()
    row.author = f"Andrea {NAME}" if moderation != "accepted" else "La CC du Test"
    row.save()
    return row


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Question, Testimony])
def test_words_that_nobody_published_lose_their_name_and_what_is_published_stays_signed(settings, model):
    settings.EVENTS_KEEP_REGISTRATIONS_DAYS = 90
    old, recent = ended(91), ended(89)
    who = registration(old, email=ADDRESS, last_name=NAME)
    shown = signed(model, old, "accepted", who)
    for moderation in ("queued", "refused"):
        signed(model, old, moderation, who)
    gone = signed(model, old, "refused", who)
    gone.delete()  # its past versions stay
    near = signed(model, recent, "refused", registration(recent))

    assert purge(at=NOW)["words"] == 5  # two names, and three links to a registration
    Registration.objects.filter(pk=who.pk).update(organisation="")
    near.delete()
    model.history.model.objects.filter(event=recent).delete()
    assert written_anywhere(NAME) == []
    shown.refresh_from_db()
    assert (shown.author, shown.registration) == ("La CC du Test", None)
    assert purge(at=NOW)["words"] == 0


@pytest.mark.django_db
def test_a_recent_event_keeps_who_said_what(settings):
    settings.EVENTS_KEEP_REGISTRATIONS_DAYS = 90
    recent = ended(89)
    who = registration(recent, last_name=NAME)
    row = signed(Question, recent, "refused", who)
    assert purge(at=NOW)["words"] == 0
    row.refresh_from_db()
    assert (row.author, row.registration) == (f"Andrea {NAME}", who)


@pytest.mark.django_db
def test_what_was_written_to_people_is_emptied_and_its_keys_stay(settings):
    settings.EVENTS_KEEP_REGISTRATIONS_DAYS = 90
    old, recent = ended(91), ended(89)
    for where in (old, recent):
        for what, state in (("registration:1:registered:1", "sent"), ("change:1:1", "failed"), ("link", "queued")):
            OutboxMessage.objects.create(
                key=f"event:{where.pk}:{what}",
                state=state,
                sent_at=NOW if state == "sent" else None,
                sender="portail@exemple.test",
                recipient=ADDRESS,
                subject="Votre inscription",
                text_body="Bonjour",
                created_at=NOW - timedelta(days=100),
                next_attempt_at=NOW,
            )
    assert purge(at=NOW)["messages"] == 2
    assert purge(at=NOW)["messages"] == 0
    assert OutboxMessage.objects.count() == 6
    full = OutboxMessage.objects.exclude(recipient="", subject="", text_body="").order_by("pk")
    assert [one.key.split(":")[1] for one in full] == [str(old.pk)] + [str(recent.pk)] * 3
    assert full[0].state == "queued"


@pytest.mark.django_db
def test_a_request_that_nobody_confirmed_leaves_no_address_behind():
    where = event()
    registrations.ask(event_id=where.pk, person=Person(email=ADDRESS, last_name=NAME), at=NOW)
    other = registrations.ask(event_id=where.pk, person=Person(email="b@exemple.test"), at=NOW + timedelta(days=1))
    assert other is None
    OutboxMessage.objects.update(state="sent", sent_at=NOW)
    assert purge(at=NOW + timedelta(days=2, seconds=1))["unconfirmed"] == 1
    assert written_anywhere(ADDRESS) == []
    assert OutboxMessage.objects.filter(recipient="b@exemple.test").count() == 1
