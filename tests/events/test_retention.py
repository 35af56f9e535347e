"""What closed polls deleted leaves the files of the database too."""

from django.db import connection
from django.utils import timezone

from events import polls
from events.models import Participation
from events.retention import sweep_ballots
from tests.events.people import NOW, event, poll, registration


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
