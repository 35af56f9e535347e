"""Reminders: once each, following the start, never after it; the clock is a parameter."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from events.meetings import save_event
from events.models import Event, Registration
from events.registrations import cancel
from events.reminders import BATCH, due_kind, left_in_words, send_reminders
from tests.at_once import at_once, wait_until_somebody_waits
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
    ("at", "words"),
    [
        (datetime(2026, 12, 1, 9, 0, tzinfo=UTC), "dans 9 jours"),
        (datetime(2026, 12, 3, 17, 0, tzinfo=UTC), "dans 7 jours"),
        (datetime(2026, 12, 9, 9, 0, tzinfo=UTC), "demain"),
        (datetime(2026, 12, 8, 23, 30, tzinfo=UTC), "demain"),  # it is the 9th already in Paris
        (datetime(2026, 12, 10, 6, 10, tzinfo=UTC), "dans 3 heures"),
        (datetime(2026, 12, 10, 8, 0, tzinfo=UTC), "dans 1 heure"),
        (datetime(2026, 12, 10, 8, 40, tzinfo=UTC), "dans 20 minutes"),
        (datetime(2026, 12, 10, 8, 59, 30, tzinfo=UTC), "dans 1 minute"),
    ],
)
def test_what_is_left_is_said_as_people_count_it(at, words):
    assert left_in_words(datetime(2026, 12, 10, 9, 0, tzinfo=UTC), at, "Europe/Paris") == words


def test_tomorrow_is_that_of_where_it_takes_place():
    start, at = datetime(2026, 12, 10, 5, 0, tzinfo=UTC), datetime(2026, 12, 9, 22, 0, tzinfo=UTC)
    assert left_in_words(start, at, "Europe/Paris") == "demain"
    assert left_in_words(start, at, "Indian/Reunion") == "dans 7 heures"


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
        message = OutboxMessage.objects.get()
        assert message.subject.startswith("Demain")
        assert "a lieu demain : samedi 5\xa0décembre 2026" in message.text_body

    def test_whoever_registered_after_it_was_due_does_not_get_it(self):
        registration(self.meeting(), confirmed_at=START - timedelta(days=5))
        assert send_reminders(at=START - timedelta(days=4)) == 0
        assert send_reminders(at=START - timedelta(days=1)) == 1

    def test_whoever_got_a_seat_after_it_was_due_does_not_get_it_either(self):
        where = self.meeting(capacity=1)
        first, second = registration(where), registration(where, state="waiting")
        cancel(registration_id=first.pk, at=START - timedelta(minutes=50))
        assert Registration.objects.get(pk=second.pk).state == "registered"
        assert send_reminders(at=START - timedelta(minutes=45)) == 0

    def test_an_event_moved_nearer_is_not_announced_twice(self):
        """Those registered were just told the new date: the seven days are past, the day before is not."""
        where = self.meeting()
        registration(where)
        moved = {"starts_at": NOW + timedelta(days=3), "ends_at": NOW + timedelta(days=3, hours=2)}
        save_event(event_id=where.pk, values=moved, actor=None, at=NOW + timedelta(minutes=1))
        assert send_reminders(at=NOW + timedelta(minutes=2)) == 0
        assert send_reminders(at=NOW + timedelta(days=2)) == 1

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


def test_an_event_that_moves_while_reminders_are_written_reminds_of_no_false_date(committed_db):
    where = event(starts_at=START, ends_at=START + timedelta(hours=2))
    registration(where)
    written = []
    sending = threading.Thread(
        target=lambda: (written.append(send_reminders(at=START - timedelta(days=1))), connection.close())
    )
    later = {"starts_at": START + timedelta(days=20), "ends_at": START + timedelta(days=20, hours=2)}
    with transaction.atomic():
        save_event(event_id=where.pk, values=later, actor=None, at=START - timedelta(days=1))
        sending.start()
        wait_until_somebody_waits()
    sending.join(60)
    assert written == [0]
    assert not OutboxMessage.objects.filter(key__contains=":reminder:").exists()


def test_a_great_many_are_reminded_by_batches_each_once(committed_db):
    where = event(starts_at=START, ends_at=START + timedelta(hours=2))
    for _ in range(BATCH + 1):
        registration(where)
    at = START - timedelta(days=1)
    assert sum(at_once(*[lambda: send_reminders(at=at) for _ in range(3)])) == BATCH + 1
    assert OutboxMessage.objects.count() == BATCH + 1
