"""Writing events: what differs is written, what people must know is told once, calendars are revised."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from events import meetings
from events.announcements import tell_changes
from events.changes import differences, facts_of
from events.enums import EventState, RegistrationState
from events.models import Event, EventChange
from tests.events.people import NOW, event, registration
from ti_portal.core.models import OutboxMessage

pytestmark = pytest.mark.django_db
VALUES = {
    "title": "Assemblée générale",
    "kind": "assembly",
    "summary": "Tout le programme.",
    "starts_at": NOW + timedelta(days=30),
    "ends_at": NOW + timedelta(days=30, hours=3),
}


def save(where: Event | None = None, rows=None, **values) -> meetings.Outcome:
    return meetings.save_event(
        actor=None, at=NOW, event_id=where and where.pk, values=values or (VALUES if where is None else {}), rows=rows
    )


def published(**values) -> Event:
    made = save(**VALUES | values).event
    return meetings.publish_event(event_id=made.pk, actor=None, at=NOW)


def subjects() -> list[str]:
    return [message.subject for message in OutboxMessage.objects.order_by("pk")]


def test_a_draft_gets_an_address_of_its_own_and_saying_it_again_writes_nothing():
    first, second = save().event, save().event
    assert (first.slug, second.slug) == ("assemblee-generale", "assemblee-generale-2")
    assert save(first, **VALUES).changed == ()
    assert first.history.count() == 1


def test_agenda_and_speakers_are_compared_with_what_is_there():
    made = save(rows={"sequences": [{"title": "Ouverture", "minutes": 30}, {"title": "Échanges"}]}).event
    ids = list(made.sequences.order_by("position").values_list("pk", flat=True))
    again = [{"id": ids[0], "title": "Ouverture", "minutes": 20}, {"id": ids[1], "title": "Échanges"}]
    assert save(made, rows={"sequences": again}).changed == ("sequences",)
    assert list(made.sequences.order_by("position").values_list("pk", flat=True)) == ids


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ends_at": NOW}, "__all__"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"kind": "party"}, "kind"),
        ({"registration_closes_at": NOW + timedelta(days=60)}, "registration_closes_at"),
    ],
)
def test_bad_values_are_refused_at_their_field(values, field):
    with pytest.raises(ValidationError) as refused:
        save(**VALUES | values)
    assert field in refused.value.message_dict


def test_an_old_version_is_refused():
    made = save().event
    save(made, title="Autre titre")
    with pytest.raises(ValidationError) as refused:
        meetings.save_event(actor=None, at=NOW, event_id=made.pk, values={"title": "X"}, based_on_version=made.version)
    assert refused.value.code == "stale"


def test_what_is_missing_is_told_at_publication():
    made = save(**VALUES | {"summary": "", "is_online": False}).event
    with pytest.raises(ValidationError) as refused:
        meetings.publish_event(event_id=made.pk, actor=None, at=NOW)
    assert len(refused.value.messages) == 2


def test_a_moved_event_is_told_once_from_what_to_what_and_calendars_are_revised():
    where = published()
    who, late = registration(where), registration(where, confirmed_at=NOW + timedelta(hours=1))
    registration(where, state="cancelled")
    outcome = save(where, starts_at=NOW + timedelta(days=31), ends_at=NOW + timedelta(days=31, hours=3))
    assert (outcome.event.calendar_sequence, [line["label"] for line in outcome.told.lines]) == (1, ["Date"])
    assert tell_changes(at=NOW) == 1  # the one who came later read the new date
    assert tell_changes(at=NOW) == 0
    message = OutboxMessage.objects.get(recipient=who.email)
    assert "vendredi 25 décembre 2026, de 10 h à 13 h" in message.text_body.replace("\N{NO-BREAK SPACE}", " ")
    assert "samedi 26 décembre 2026, de 10 h à 13 h" in message.text_body.replace("\N{NO-BREAK SPACE}", " ")
    assert not OutboxMessage.objects.filter(recipient=late.email).exists()


@pytest.mark.parametrize(
    ("values", "labels", "sequence"),
    [
        ({"summary": "Autres mots."}, [], 0),
        ({"access_url": "https://visio.example/secret"}, [], 0),
        ({"title": "Autre titre"}, ["Titre"], 1),
        ({"venue": "10 rue de la Paix"}, ["Lieu"], 1),
    ],
)
def test_only_what_people_must_know_is_told(values, labels, sequence):
    where = published()
    outcome = save(where, **values)
    assert [line["label"] for line in (outcome.told.lines if outcome.told else [])] == labels
    assert outcome.event.calendar_sequence == sequence


def test_another_agenda_is_told_but_moves_no_calendar():
    where = published()
    outcome = save(where, rows={"sequences": [{"title": "Ouverture", "minutes": 30}]})
    assert outcome.told.lines == [{"label": "Programme", "before": "", "after": "Ouverture (30 min)"}]
    assert outcome.event.calendar_sequence == 0


def test_a_draft_tells_nobody_anything():
    made = save().event
    registration(made)
    assert save(made, title="Autre titre").told is None
    assert not EventChange.objects.exists()


def test_cancelling_says_why_to_those_registered_and_to_calendars():
    where = published()
    registration(where)
    with pytest.raises(ValidationError):
        meetings.cancel_event(event_id=where.pk, reason="  ", actor=None, at=NOW)
    done = meetings.cancel_event(event_id=where.pk, reason="Salle fermée", actor=None, at=NOW)
    assert (done.state, done.calendar_sequence) == (EventState.CANCELLED, 1)
    assert meetings.cancel_event(event_id=where.pk, reason="Encore", actor=None, at=NOW).calendar_sequence == 1
    assert tell_changes(at=NOW) == 1
    assert "Pourquoi : Salle fermée" in OutboxMessage.objects.get().text_body
    with pytest.raises(ValidationError):
        meetings.publish_event(event_id=where.pk, actor=None, at=NOW)


def test_more_places_go_to_those_who_wait():
    where = published(capacity=1)
    registration(where)
    waiting = registration(where, state="waiting")
    save(where, capacity=2)
    waiting.refresh_from_db()
    assert waiting.state == RegistrationState.REGISTERED
    assert subjects() == [f"Une place pour vous : {where.title}"]


def test_an_event_finishes_after_it_began_and_a_draft_can_be_deleted():
    where = published()
    with pytest.raises(ValidationError):
        meetings.finish_event(event_id=where.pk, actor=None, at=NOW)
    later = where.starts_at + timedelta(hours=1)
    assert meetings.finish_event(event_id=where.pk, actor=None, at=later).state == EventState.FINISHED
    with pytest.raises(ValidationError):
        meetings.delete_draft(event_id=where.pk)
    meetings.delete_draft(event_id=save().event.pk)
    assert Event.objects.filter(state=EventState.DRAFT).count() == 0


def test_the_address_of_a_published_event_never_changes():
    where = published()
    with pytest.raises(ValidationError):
        save(where, slug="autre")


def test_the_same_facts_differ_in_nothing():
    facts = facts_of(event())
    assert differences(facts, facts) == []


def test_what_is_over_is_not_published_again():
    where = published()
    meetings.finish_event(event_id=where.pk, actor=None, at=NOW + timedelta(days=31))
    with pytest.raises(ValidationError, match="terminée"):
        meetings.publish_event(event_id=where.pk, actor=None, at=NOW + timedelta(days=31))
    where.refresh_from_db()
    assert where.state == EventState.FINISHED


def test_each_code_of_the_recording_has_a_secret_of_its_own():
    made = save(**VALUES, recording_code="premier").event
    first = made.recording_secret
    assert first
    assert save(made, title="Autre titre").event.recording_secret == first
    assert save(made, recording_code=" premier").event.recording_secret == first
    second = save(made, recording_code="second").event.recording_secret
    assert second not in ("", first)
    assert save(made, recording_code="").event.recording_secret == ""
    assert Event.objects.get(pk=made.pk).recording_secret == ""
