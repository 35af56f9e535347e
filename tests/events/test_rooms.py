"""The room: driven by the organiser, one version that grows; a rehearsal leaves nothing behind."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from events import meetings, rooms
from events.enums import Moderation, PollState, RoomMode, Shown
from events.models import (
    Ballot,
    Event,
    Participation,
    Poll,
    Question,
    Registration,
    Sequence,
    Testimony,
    Upvote,
)
from events.participants import Rehearser
from events.polls import AlreadyVoted, NotOpen, has_answered, rehearse_vote, vote
from events.questions import QuestionRefused, ask, moderate, support, supported_by, withdraw_support
from events.rooms import RoomRefused, room_of
from events.testimonies import TestimonyRefused, tell
from tests.events.people import NOW, event, poll, registration
from tests.territories.people import delegation

pytestmark = pytest.mark.django_db


@pytest.fixture
def where() -> Event:
    made = event()
    Sequence.objects.bulk_create(
        Sequence(event=made, position=position, title=title) for position, title in enumerate(("Ouverture", "Échanges"))
    )
    return made


def test_a_room_that_nobody_opened_is_closed_and_not_written(where):
    assert (room_of(where).mode, room_of(where).pk) == (RoomMode.CLOSED, None)


def test_opening_starts_at_the_first_sequence_and_going_on_stops_at_the_last(where):
    assert rooms.open_room(event_id=where.pk, at=NOW).sequence.title == "Ouverture"
    assert rooms.next_sequence(event_id=where.pk, at=NOW).sequence.title == "Échanges"
    assert rooms.next_sequence(event_id=where.pk, at=NOW).sequence.title == "Échanges"


def test_each_change_raises_the_version_that_everyone_compares(where, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = rooms.open_room(event_id=where.pk, at=NOW).version
        second = rooms.next_sequence(event_id=where.pk, at=NOW).version
    assert second == first + 1
    assert cache.get(rooms.version_key(where.pk)) == second


def test_a_sequence_or_a_poll_of_another_event_is_refused_and_changes_nothing(where):
    other = event()
    elsewhere = Sequence.objects.create(event=other, title="Ailleurs")
    foreign = poll(other)
    before = rooms.open_room(event_id=where.pk, at=NOW).version
    for call in (
        lambda: rooms.go_to(event_id=where.pk, sequence_id=elsewhere.pk, at=NOW),
        lambda: rooms.open_poll(event_id=where.pk, poll_id=foreign.pk, at=NOW),
        lambda: rooms.show(event_id=where.pk, what=Shown.POLL, target_id=foreign.pk, at=NOW),
        lambda: rooms.show(event_id=where.pk, what="nothing", at=NOW),
        lambda: rooms.show(event_id=where.pk, what=Shown.MESSAGE, message="  ", at=NOW),
    ):
        with pytest.raises(RoomRefused):
            call()
    assert room_of(where).version == before
    assert Poll.objects.get(pk=foreign.pk).state == PollState.DRAFT


def test_what_waits_to_be_read_is_not_put_on_the_screen(where):
    rooms.open_room(event_id=where.pk, at=NOW)
    question = ask(event_id=where.pk, who=registration(where), text="Et ensuite ?", at=NOW)
    with pytest.raises(RoomRefused):
        rooms.show(event_id=where.pk, what=Shown.QUESTION, target_id=question.pk, at=NOW)
    Question.objects.filter(pk=question.pk).update(moderation=Moderation.ACCEPTED)
    assert rooms.show(event_id=where.pk, what=Shown.QUESTION, target_id=question.pk, at=NOW).question == question


def test_a_poll_is_opened_in_an_open_room_and_closes_with_it(where):
    made = poll(where)
    with pytest.raises(RoomRefused):
        rooms.open_poll(event_id=where.pk, poll_id=made.pk, at=NOW)
    rooms.open_room(event_id=where.pk, at=NOW)
    room = rooms.open_poll(event_id=where.pk, poll_id=made.pk, at=NOW)
    assert (room.shown, room.poll.state) == (Shown.POLL, PollState.OPEN)
    rooms.close_room(event_id=where.pk, at=NOW)
    made.refresh_from_db()
    assert (made.state, made.results["respondents"]) == (PollState.CLOSED, 0)


def test_a_rehearsal_leaves_no_trace(where):
    made, who = poll(where), registration(where)
    rooms.open_room(event_id=where.pk, at=NOW, is_rehearsal=True)
    rooms.open_poll(event_id=where.pk, poll_id=made.pk, at=NOW)
    vote(poll_id=made.pk, registration_id=who.pk, choices=[0])
    ask(event_id=where.pk, who=who, text="Ça marche ?", at=NOW)
    tell(event_id=where.pk, who=who, text="Un essai", topic="Essai", at=NOW)
    rooms.next_sequence(event_id=where.pk, at=NOW)
    room = rooms.close_room(event_id=where.pk, at=NOW)
    made.refresh_from_db()
    assert (room.mode, room.sequence, room.poll, room.message) == (RoomMode.CLOSED, None, None, "")
    assert (made.state, made.results, made.opened_at) == (PollState.DRAFT, None, None)
    assert not Ballot.objects.filter(poll=made).exists()
    for rows in (Question.objects, Testimony.objects, Question.history, Testimony.history):
        assert not rows.filter(event=where).exists()


class TestRehearsing:
    """An organiser without a place plays a participant."""

    @pytest.fixture
    def who(self, where) -> Rehearser:
        return Rehearser(user_id=delegation().pk, event_id=where.pk, first_name="Ana", last_name="Ba")

    def open(self, where, *, is_rehearsal: bool):
        made = poll(where)
        rooms.open_room(event_id=where.pk, at=NOW, is_rehearsal=is_rehearsal)
        rooms.open_poll(event_id=where.pk, poll_id=made.pk, at=NOW)
        return made

    def test_they_answer_once_ask_support_and_tell_and_nothing_stays(self, where, who):
        made = self.open(where, is_rehearsal=True)
        rehearse_vote(poll_id=made.pk, who=who, choices=[1])
        assert has_answered(poll_id=made.pk, who=who)
        with pytest.raises(AlreadyVoted):
            rehearse_vote(poll_id=made.pk, who=who, choices=[0])
        question = ask(event_id=where.pk, who=who, text="Ça marche ?", at=NOW, shows_name=True)
        assert (question.author, question.registration, question.is_rehearsal) == ("Ana Ba", None, True)
        moderate(ids=[question.pk], accept=True, actor=None, at=NOW)
        assert support(question_id=question.pk, who=who) is True
        assert supported_by(who, [question]) == {question.pk}
        tell(event_id=where.pk, who=who, text="Un essai", topic="", at=NOW)
        rooms.close_room(event_id=where.pk, at=NOW)
        for rows in (Question.objects, Testimony.objects, Question.history, Testimony.history):
            assert not rows.filter(event=where).exists()
        for model in (Ballot, Participation, Upvote, Registration):
            assert not model.objects.exists()

    def test_in_the_live_room_they_are_nobody(self, where, who):
        made = self.open(where, is_rehearsal=False)
        question = ask(event_id=where.pk, who=registration(where), text="Une vraie ?", at=NOW)
        moderate(ids=[question.pk], accept=True, actor=None, at=NOW)
        with pytest.raises(NotOpen):
            rehearse_vote(poll_id=made.pk, who=who, choices=[1])
        with pytest.raises(QuestionRefused):
            ask(event_id=where.pk, who=who, text="Ça marche ?", at=NOW)
        for act in (support, withdraw_support):
            with pytest.raises(QuestionRefused):
                act(question_id=question.pk, who=who)
        with pytest.raises(TestimonyRefused):
            tell(event_id=where.pk, who=who, text="Un essai", topic="", at=NOW)
        assert not Ballot.objects.exists()
        assert Question.objects.filter(event=where).count() == 1

    def test_their_voice_is_not_that_of_the_registered_person_of_the_same_number(self, where, who):
        made = self.open(where, is_rehearsal=True)
        vote(poll_id=made.pk, registration_id=who.user_id, choices=[0])
        rehearse_vote(poll_id=made.pk, who=who, choices=[1])
        assert Participation.objects.filter(poll=made).count() == 2


@pytest.mark.parametrize("over", ["finish", "cancel"])
def test_a_room_ends_with_its_event(over):
    where = event(starts_at=NOW - timedelta(hours=1), ends_at=NOW + timedelta(hours=1))
    made = poll(where)
    rooms.open_room(event_id=where.pk, at=NOW)
    rooms.open_poll(event_id=where.pk, poll_id=made.pk, at=NOW)
    if over == "finish":
        meetings.finish_event(event_id=where.pk, actor=None, at=NOW)
    else:
        meetings.cancel_event(event_id=where.pk, reason="Panne", actor=None, at=NOW)
    made.refresh_from_db()
    assert (room_of(where).mode, made.state) == (RoomMode.CLOSED, PollState.CLOSED)
    with pytest.raises(RoomRefused):
        rooms.open_room(event_id=where.pk, at=NOW)
    with pytest.raises(QuestionRefused):
        ask(event_id=where.pk, who=registration(where), text="Encore ?", at=NOW)


def test_a_live_room_does_not_rehearse(where):
    rooms.open_room(event_id=where.pk, at=NOW)
    with pytest.raises(RoomRefused):
        rooms.open_room(event_id=where.pk, at=NOW, is_rehearsal=True)
