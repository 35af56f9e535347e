"""Reminders: once each, following the start, never after it; the clock is a parameter."""

from datetime import timedelta

import pytest

from events.models import Event
from events.reminders import due_kind, left_in_words, send_reminders
from tests.events.people import NOW, event, registration
from ti_portal.core.models import OutboxMessage

START = NOW + timedelta(days=10)


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        (timedelta(days=7, seconds=1), ""),
        (timedelta(days=7), "j7"),
        (timedelta(days=1, seconds=1), "j7"),
        (timedelta(days=1), "j1"),
        (timedelta(hours=1), "h1"),
        (timedelta(seconds=1), "h1"),
        (timedelta(0), ""),
        (timedelta(days=-1), ""),
    ],
)
def test_the_nearest_reminder_that_is_due(before, kind):
    assert due_kind(START, START - before) == kind


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=7), "dans 7 jours"),
        (timedelta(days=6, hours=3), "dans 6 jours"),
        (timedelta(days=1), "dans 24 heures"),
        (timedelta(hours=1), "dans 1 heure"),
        (timedelta(minutes=20), "dans 20 minutes"),
        (timedelta(seconds=30), "dans 1 minute"),
    ],
)
def test_what_is_left_is_said_as_it_is(left, words):
    assert left_in_words(left) == words


@pytest.mark.django_db
class TestSending:
    def meeting(self, **changes) -> Event:
        return event(starts_at=START, ends_at=START + timedelta(hours=2), **changes)

    def test_three_reminders_each_once_however_often_it_rings(self):
        where = self.meeting()
        who = registration(where)
        registration(where, state="waiting")
        sent = [
            send_reminders(at=START - before) for before in (timedelta(days=8), timedelta(days=7), timedelta(days=3))
        ]
        sent += [send_reminders(at=START - before) for before in (timedelta(days=1), timedelta(minutes=55))]
        sent += [send_reminders(at=START - timedelta(minutes=50)), send_reminders(at=START)]
        assert sent == [0, 1, 0, 1, 1, 0, 0]
        assert set(OutboxMessage.objects.values_list("recipient", flat=True)) == {who.email}

    def test_a_moved_start_makes_new_ones(self):
        where = self.meeting()
        registration(where)
        assert send_reminders(at=START - timedelta(days=7)) == 1
        moved = START + timedelta(days=20)
        Event.objects.filter(pk=where.pk).update(starts_at=moved, ends_at=moved + timedelta(hours=2))
        assert send_reminders(at=START - timedelta(days=6)) == 0
        assert send_reminders(at=moved - timedelta(days=7)) == 1

    def test_after_a_downtime_only_the_nearest_goes_out_and_says_what_is_left(self):
        registration(self.meeting())
        assert send_reminders(at=START - timedelta(hours=20)) == 1
        assert OutboxMessage.objects.get().subject.startswith("Dans 20 heures")

    def test_whoever_registered_after_it_was_due_does_not_get_it(self):
        registration(self.meeting(), confirmed_at=START - timedelta(days=5))
        assert send_reminders(at=START - timedelta(days=4)) == 0
        assert send_reminders(at=START - timedelta(days=1)) == 1

    @pytest.mark.parametrize("state", ["cancelled", "draft", "finished"])
    def test_nothing_for_an_event_that_is_not_to_come(self, state):
        registration(self.meeting(state=state))
        assert send_reminders(at=START - timedelta(days=1)) == 0

    @pytest.mark.parametrize("people", [1, 30])
    def test_few_questions_to_find_that_all_is_written(self, people, django_assert_num_queries):
        where = self.meeting()
        for _ in range(people):
            registration(where)
        send_reminders(at=START - timedelta(days=1))
        with django_assert_num_queries(3):
            assert send_reminders(at=START - timedelta(days=1)) == 0
