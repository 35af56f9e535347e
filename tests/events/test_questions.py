"""Questions and testimonies: asked, read first, supported once each, answered by someone."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from events import meetings, questions, rooms, testimonies
from events.enums import AnswerState, Moderation, RoomMode, Shown
from events.models import Event, Question, Upvote
from events.participants import Rehearser
from events.questions import MOST_WAITING, QuestionRefused
from events.testimonies import TestimonyRefused
from funding.models import Scheme
from tests.at_once import at_once, wait_until_somebody_waits
from tests.events.people import NOW, event, registration


def open_event() -> Event:
    made = event()
    rooms.open_room(event_id=made.pk, at=NOW)
    return made


def asked(where, who=None, text="La DSIL est-elle mobilisable ?", **changes) -> Question:
    return questions.ask(event_id=where.pk, who=who or registration(where), text=text, at=NOW, **changes)


def accepted(where, **changes) -> Question:
    question = asked(where, **changes)
    (done,) = questions.moderate(ids=[question.pk], accept=True, actor=None, at=NOW)
    return done


@pytest.mark.django_db
class TestAsking:
    def test_a_question_waits_without_the_name_of_who_asks(self):
        where = open_event()
        question = asked(where, text="  Quels\x00   délais ?\n")
        assert (question.text, question.author, question.moderation) == ("Quels délais ?", "", Moderation.QUEUED)

    def test_a_person_may_show_their_name_and_organisation(self):
        where = open_event()
        who = registration(where, first_name="Ana", last_name="Ba", organisation="CC du Test")
        assert asked(where, who, shows_name=True).author == "Ana Ba (CC du Test)"

    def test_the_same_question_again_is_the_same_row(self):
        where = open_event()
        who = registration(where)
        assert asked(where, who, "Quels délais ?") == asked(where, who, "quels DELAIS")
        assert asked(where, text="Quels délais ?") != asked(where, who, "Quels délais ?")

    @pytest.mark.parametrize("text", ["", "  \n", "x" * 1001])
    def test_nothing_or_too_much_is_refused(self, text):
        with pytest.raises(QuestionRefused):
            asked(open_event(), text=text)

    def test_how_long_is_too_long_is_told_as_numbers_are_written(self):
        with pytest.raises(
            QuestionRefused, match="compte 1\N{NO-BREAK SPACE}001 signes : 1\N{NO-BREAK SPACE}000 au plus"
        ):
            asked(open_event(), text="x" * 1001)

    def test_a_closed_room_takes_no_question_nor_testimony(self):
        where = event()
        with pytest.raises(QuestionRefused):
            asked(where)
        with pytest.raises(TestimonyRefused):
            testimonies.tell(event_id=where.pk, who=registration(where), text="Ici…", topic="", at=NOW)

    def test_the_same_testimony_again_is_the_same_row(self):
        where = open_event()
        who = registration(where)
        told = [
            testimonies.tell(event_id=where.pk, who=who, text=text, topic="", at=NOW)
            for text in ("Chez nous, ça marche.", "chez nous ça MARCHE", "Autre chose")
        ]
        assert told[0] == told[1] != told[2]

    def test_one_person_does_not_crowd_the_queue(self):
        where = open_event()
        who = registration(where)
        for number in range(MOST_WAITING):
            asked(where, who, f"Question {number}")
        with pytest.raises(QuestionRefused):
            asked(where, who, "Une de trop")
        assert asked(where, text="D’une autre personne").pk


@pytest.mark.django_db
class TestSupport:
    def test_one_voice_each_and_it_can_be_taken_back(self):
        where = open_event()
        question, other, who = accepted(where), accepted(where, text="Autre ?"), registration(where)
        assert questions.support(question_id=question.pk, who=who) is True
        assert questions.support(question_id=question.pk, who=who) is False
        assert questions.supported_by(who, [question, other]) == {question.pk}
        assert questions.withdraw_support(question_id=question.pk, who=who) is True
        assert questions.withdraw_support(question_id=question.pk, who=who) is False
        assert not Upvote.objects.exists()

    def test_no_voice_for_what_waits_or_belongs_to_another_event(self):
        where = open_event()
        waiting, elsewhere = asked(where), accepted(open_event())
        for question in (waiting, elsewhere):
            with pytest.raises(QuestionRefused):
                questions.support(question_id=question.pk, who=registration(where))


@pytest.mark.django_db
class TestAnswering:
    def test_an_answer_has_an_author_links_and_schemes_and_accepts_the_question(self):
        where = open_event()
        question = asked(where)
        scheme = Scheme.objects.get(slug="dsil")
        values = {"answer": "<p>Oui<script>alert(1)</script></p>", "answered_by": "La délégation", "theme": "Foncier"}
        links = [{"label": "La circulaire", "url": "https://www.legifrance.gouv.fr/"}]
        done = questions.answer(
            question_id=question.pk, values=values, links=links, scheme_ids=[scheme.pk], actor=None, at=NOW
        )
        assert (done.answer, done.answer_state, done.moderation) == ("<p>Oui</p>", "written", Moderation.ACCEPTED)
        assert (done.answered_at, list(done.schemes.all())) == (NOW, [scheme])
        assert [link.label for link in done.links.all()] == ["La circulaire"]

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"answer": "<p>Oui</p>"}, "answered_by"),
            ({"in_faq": True}, "__all__"),
            ({"answer_state": "perhaps"}, "answer_state"),
        ],
    )
    def test_an_incomplete_answer_is_refused_at_its_field(self, values, field):
        question = asked(open_event())
        with pytest.raises(ValidationError) as refused:
            questions.answer(question_id=question.pk, values=values, actor=None, at=NOW)
        assert field in refused.value.message_dict
        question.refresh_from_db()
        assert (question.answer, question.answer_state, question.in_faq) == ("", AnswerState.NONE, False)

    def test_putting_aside_takes_out_of_the_frequent_questions(self):
        question = asked(open_event())
        values = {"answer": "<p>Oui</p>", "answered_by": "La délégation", "in_faq": True}
        questions.answer(question_id=question.pk, values=values, actor=None, at=NOW)
        (aside,) = questions.moderate(ids=[question.pk], accept=False, actor=None, at=NOW)
        assert (aside.moderation, aside.in_faq) == (Moderation.REFUSED, False)
        assert questions.moderate(ids=[question.pk], accept=False, actor=None, at=NOW) == []


def test_one_person_clicking_many_times_is_one_voice(committed_db):
    where = open_event()
    question, who = accepted(where), registration(where)
    given = at_once(*[lambda: questions.support(question_id=question.pk, who=who) for _ in range(8)])
    assert sorted(given) == [False] * 7 + [True]

    # Nor does asking many times at once pass the limit.
    texts = [f"Question {number}" for number in range(MOST_WAITING + 4)]
    given = at_once(*[lambda text=text: asked(where, who, text) for text in texts])
    assert sum(isinstance(one, Question) for one in given) == MOST_WAITING
    assert Question.objects.filter(registration=who).count() == MOST_WAITING


def test_one_answers_what_another_puts_on_the_screen_and_neither_is_refused(committed_db):
    where = open_event()
    question = accepted(where)

    def answer():
        for number in range(30):
            values = {"answer": f"Réponse {number}", "answered_by": "La délégation"}
            questions.answer(question_id=question.pk, values=values, links=(), actor=None, at=NOW)

    def show():
        for _ in range(30):
            rooms.show(event_id=where.pk, what=Shown.QUESTION, target_id=question.pk, at=NOW)

    assert at_once(answer, show) == [None, None]


def test_no_room_opens_on_a_meeting_that_ends_at_that_moment(committed_db):
    for _ in range(8):
        where = event(starts_at=NOW - timedelta(hours=1), ends_at=NOW + timedelta(hours=1))
        at_once(
            lambda where=where: rooms.open_room(event_id=where.pk, at=NOW),
            lambda where=where: meetings.finish_event(event_id=where.pk, actor=None, at=NOW),
        )
        assert rooms.room_of(Event.objects.get(pk=where.pk)).mode == RoomMode.CLOSED


def test_what_is_being_asked_while_a_rehearsal_ends_is_taken_back_too(committed_db):
    where = event()
    rooms.open_room(event_id=where.pk, at=NOW, is_rehearsal=True)
    who = Rehearser(user_id=1, event_id=where.pk)
    asked = threading.Event()

    def ask_slowly():
        with transaction.atomic():
            questions.ask(event_id=where.pk, who=who, text="Ça marche ?", at=NOW)
            asked.set()
            wait_until_somebody_waits()

    def end():
        asked.wait(30)
        rooms.close_room(event_id=where.pk, at=NOW)

    assert at_once(ask_slowly, end)[0] is None
    assert not Question.objects.filter(event=where).exists()
