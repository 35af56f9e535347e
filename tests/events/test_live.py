"""The shared fragment: made once a second at most, anew at each change of the room, right without a cache."""

import time

import pytest
from django.core.cache import cache

from events import live, rooms
from events.models import Ballot
from events.presenters.room import TEXTS, participants_fragment
from events.questions import ask, moderate
from tests.events.people import NOW, event, poll, registration


@pytest.mark.parametrize(
    ("rate", "people", "milliseconds"),
    [(500, 0, 1000), (500, 500, 1000), (500, 1000, 2000), (500, 5000, 5000), (3500, 2000, 1000), (3500, 5000, 1428)],
)
def test_the_pace_grows_with_the_room_and_with_what_the_front_can_answer(settings, rate, people, milliseconds):
    settings.EVENTS_FRAGMENTS_PER_SECOND = rate
    assert live.interval(people) == milliseconds


def test_the_key_is_of_one_event_and_cannot_be_guessed():
    assert live.is_key_of(7, live.key_of(7))
    assert not live.is_key_of(8, live.key_of(7))
    assert not live.is_key_of(7, "")


class TestSharing:
    def counter(self, version=1):
        calls = []

        def build():
            calls.append(1)
            return f"<p>{len(calls)}</p>", version

        return calls, build

    def test_it_is_made_once_while_it_is_fresh(self):
        calls, build = self.counter()
        first, second = live.fragment(1, "room", build), live.fragment(1, "room", build)
        assert (len(calls), first) == (1, second)

    def test_it_is_made_anew_when_it_is_old(self):
        _, build = self.counter()
        live.fragment(1, "room", build)
        kept = cache.get("room:1:room")
        cache.set("room:1:room", live.Fragment(kept.html, kept.tag, time.time() - 2, kept.version))
        assert live.fragment(1, "room", build).html == "<p>2</p>"

    def test_it_is_made_anew_when_the_room_has_changed(self):
        _, build = self.counter()
        live.fragment(1, "room", build)
        cache.set(rooms.version_key(1), 2)
        assert live.fragment(1, "room", build).html == "<p>2</p>"

    def test_what_a_page_has_seen_already_is_not_given_older(self):
        _, build = self.counter()
        live.fragment(1, "room", build)
        cache.add("room:1:room:building", 1)
        assert live.fragment(1, "room", build, at_least=2).html == "<p>2</p>"

    def test_while_one_makes_it_the_others_go_on_with_what_there_is(self):
        _, build = self.counter()
        first = live.fragment(1, "room", build)
        cache.set(rooms.version_key(1), 2)
        cache.add("room:1:room:building", 1)
        assert live.fragment(1, "room", build) == first

    def test_a_failure_lets_the_next_one_try(self):
        def broken():
            raise RuntimeError

        with pytest.raises(RuntimeError):
            live.fragment(1, "room", broken)
        _, build = self.counter()
        assert live.fragment(1, "room", build).html == "<p>1</p>"


@pytest.mark.django_db
def test_a_closed_room_is_asked_less_often_and_thousands_of_texts_are_not_all_sent():
    where = event()
    assert f'data-interval="{live.CLOSED}"' in participants_fragment(where.pk).html
    made = poll(where, labels=(), kind="text")
    rooms.open_room(event_id=where.pk, at=NOW)
    rooms.open_poll(event_id=where.pk, poll_id=made.pk, at=NOW)
    Ballot.objects.bulk_create(Ballot(poll=made, text=f"Texte {number:04}") for number in range(2000))
    rooms.close_poll(event_id=where.pk, poll_id=made.pk, at=NOW)
    rooms.publish_poll(event_id=where.pk, poll_id=made.pk, at=NOW)
    html = participants_fragment(where.pk, at_least=4).html
    assert html.count("<li>Texte") == TEXTS
    assert len(html) < 10_000


@pytest.mark.django_db
def test_nothing_of_a_person_is_in_it_unless_they_chose_to_show_their_name():
    where = event()
    rooms.open_room(event_id=where.pk, at=NOW)
    who = registration(where, last_name="Introuvable", organisation="CC du Test")
    shown = registration(where, first_name="Ana", last_name="Ba")
    questions = [
        ask(event_id=where.pk, who=who, text="Sans nom ?", at=NOW),
        ask(event_id=where.pk, who=shown, text="Avec nom ?", shows_name=True, at=NOW),
    ]
    moderate(ids=[one.pk for one in questions], accept=True, actor=None, at=NOW)
    html = participants_fragment(where.pk).html
    assert "Sans nom ?" in html
    assert "Ana Ba" in html
    for secret in ("Introuvable", who.email, who.secret, "CC du Test", "csrf"):
        assert secret not in html


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 30])
def test_the_same_questions_to_the_database_whatever_the_number(number, django_assert_num_queries):
    where = event()
    rooms.open_room(event_id=where.pk, at=NOW)
    rooms.open_poll(event_id=where.pk, poll_id=poll(where).pk, at=NOW)
    asked = [ask(event_id=where.pk, who=registration(where), text=f"Q{n} ?", at=NOW) for n in range(number)]
    moderate(ids=[one.pk for one in asked], accept=True, actor=None, at=NOW)
    with django_assert_num_queries(7):
        participants_fragment(where.pk)
    with django_assert_num_queries(0):
        participants_fragment(where.pk)
