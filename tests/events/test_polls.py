"""Polls: states, one answer each, nothing that joins a ballot to a person, counts that hold under fire."""

import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.exceptions import FieldDoesNotExist
from django.db import OperationalError, connection, transaction

from events import polls
from events.enums import PollState
from events.models import Ballot, Participation, Poll
from events.polls import AlreadyVoted, NotOpen, PollRefused, close_poll, open_poll, publish_poll, reset_rehearsal, vote
from events.voters import voter_key
from tests.at_once import at_once
from tests.events.people import NOW, event, poll, registration


def opened(where, **changes) -> Poll:
    return open_poll(poll_id=poll(where, **changes).pk, at=NOW)


@pytest.mark.django_db
class TestStates:
    def test_a_poll_goes_from_draft_to_published_and_never_back(self):
        made = poll(event())
        with pytest.raises(PollRefused):
            close_poll(poll_id=made.pk, at=NOW)
        with pytest.raises(PollRefused):
            publish_poll(poll_id=made.pk, at=NOW)
        assert open_poll(poll_id=made.pk, at=NOW).opened_at == NOW
        later = NOW + timedelta(minutes=3)
        assert open_poll(poll_id=made.pk, at=later).opened_at == NOW
        with pytest.raises(PollRefused):
            publish_poll(poll_id=made.pk, at=later)
        assert close_poll(poll_id=made.pk, at=later).closed_at == later
        assert close_poll(poll_id=made.pk, at=later + timedelta(hours=1)).closed_at == later
        with pytest.raises(PollRefused):
            open_poll(poll_id=made.pk, at=later)
        assert publish_poll(poll_id=made.pk, at=later).state == PollState.PUBLISHED

    def test_one_poll_is_open_at_a_time(self):
        where = event()
        opened(where)
        with pytest.raises(PollRefused, match="Un autre sondage"):
            opened(where)
        assert opened(event()).state == PollState.OPEN

    def test_a_choice_among_one_is_no_poll(self):
        with pytest.raises(PollRefused, match="au moins deux"):
            opened(event(), labels=("Oui",))


@pytest.mark.django_db
class TestVotes:
    @pytest.mark.parametrize(
        ("made", "answer"),
        [
            ({}, {"choices": []}),
            ({}, {"choices": [2]}),
            ({}, {"choices": [0, 1]}),
            ({"kind": "multiple"}, {"choices": [0, 7]}),
            ({"kind": "scale", "scale_low": 1, "scale_high": 5}, {"choices": [6]}),
            ({"kind": "scale", "scale_low": 1, "scale_high": 5}, {"choices": [1, 2]}),
            ({"kind": "text"}, {"text": "  "}),
            ({"kind": "text"}, {"text": "x" * 141}),
            ({"kind": "text"}, {"text": "a", "choices": [0]}),
        ],
    )
    def test_an_answer_that_is_not_offered_is_refused_and_costs_nothing(self, made, answer):
        where = event()
        voted = opened(where, **made)
        who = registration(where)
        with pytest.raises(PollRefused):
            vote(poll_id=voted.pk, registration_id=who.pk, **answer)
        assert not Participation.objects.exists()
        assert not Ballot.objects.exists()

    @pytest.mark.parametrize(
        ("made", "answers", "votes", "percents"),
        [
            ({}, [[0], [0], [1]], [2, 1], [67, 33]),
            ({"kind": "multiple"}, [[0, 1], [0], [1, 1]], [2, 2], [67, 67]),
            ({"kind": "scale", "scale_low": -1, "scale_high": 1}, [[-1], [1], [1]], [1, 0, 2], [33, 0, 67]),
        ],
    )
    def test_answers_are_counted_and_frozen(self, made, answers, votes, percents):
        where = event()
        voted = opened(where, **made)
        for choices in answers:
            vote(poll_id=voted.pk, registration_id=registration(where).pk, choices=choices)
        results = close_poll(poll_id=voted.pk, at=NOW).results
        assert results["respondents"] == 3
        assert [option["votes"] for option in results["options"]] == votes
        assert [option["percent"] for option in results["options"]] == percents

    def test_short_texts_are_kept_without_order_and_hidden_ones_are_left_out(self):
        where = event()
        voted = opened(where, kind="text")
        for text in ("foncier ", " Friches", "gros\x00 mot"):
            vote(poll_id=voted.pk, registration_id=registration(where).pk, text=text)
        Ballot.objects.filter(text="gros mot").update(is_hidden=True)
        results = close_poll(poll_id=voted.pk, at=NOW).results
        assert (results["respondents"], results["texts"]) == (3, ["Friches", "foncier"])

    @pytest.mark.parametrize("state", ["draft", "closed", "published"])
    def test_no_vote_in_a_poll_that_is_not_open(self, state):
        where = event()
        made = poll(where)
        Poll.objects.filter(pk=made.pk).update(state=state, results={})
        with pytest.raises(NotOpen):
            vote(poll_id=made.pk, registration_id=registration(where).pk, choices=[0])

    def test_no_vote_in_a_poll_that_does_not_exist(self):
        with pytest.raises(NotOpen):
            vote(poll_id=0, registration_id=1, choices=[0])

    def test_a_second_answer_is_refused_and_the_first_stands(self):
        where = event()
        voted, who = opened(where), registration(where)
        vote(poll_id=voted.pk, registration_id=who.pk, choices=[0])
        with pytest.raises(AlreadyVoted):
            vote(poll_id=voted.pk, registration_id=who.pk, choices=[1])
        assert polls.count(voted)["options"][0]["votes"] == 1

    def test_a_rehearsal_leaves_no_trace(self):
        where = event()
        kept = poll(where, question="Avant")
        rehearsed = open_poll(poll_id=poll(where).pk, at=NOW, is_rehearsal=True)
        vote(poll_id=rehearsed.pk, registration_id=registration(where).pk, choices=[0])
        close_poll(poll_id=rehearsed.pk, at=NOW)
        assert reset_rehearsal(event=where) == 1
        rehearsed.refresh_from_db()
        assert (rehearsed.state, rehearsed.results, rehearsed.opened_at) == (PollState.DRAFT, None, None)
        assert not Ballot.objects.exists()
        assert not Participation.objects.exists()
        assert Poll.objects.get(pk=kept.pk).state == PollState.DRAFT


@pytest.mark.django_db
class TestAnonymity:
    def test_a_ballot_has_no_column_that_could_name_or_order_people(self):
        assert {field.name for field in Ballot._meta.get_fields()} == {"id", "poll", "choices", "text", "is_hidden"}
        assert {field.name for field in Participation._meta.get_fields()} == {"id", "poll", "voter_key"}
        with pytest.raises(FieldDoesNotExist):
            Ballot._meta.get_field("created_at")

    def test_keys_of_one_person_differ_by_poll_and_depend_on_the_servers_secret(self, settings):
        first, second = voter_key(7, subject="poll:1"), voter_key(7, subject="poll:2")
        assert first != second
        assert voter_key(7, subject="poll:1") == first
        settings.SECRET_KEY = "another secret of the server, long enough"
        assert voter_key(7, subject="poll:1") != first

    def test_closing_forgets_who_took_part_and_rewrites_the_ballots_together(self):
        where = event()
        voted = opened(where)
        for _ in range(12):
            vote(poll_id=voted.pk, registration_id=registration(where).pk, choices=[0])
        before = set(Ballot.objects.values_list("pk", flat=True))
        close_poll(poll_id=voted.pk, at=NOW)
        after = set(Ballot.objects.values_list("pk", flat=True))
        assert len(after) == 12
        assert not before & after
        assert not Participation.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT xmin::text) FROM events_ballot WHERE poll_id = %s", [voted.pk])
            assert cursor.fetchone() == (1,)


class TestAtTheSameTime:
    """Real threads, real commits."""

    def test_the_same_person_many_times_is_one_vote(self, committed_db):
        where = event()
        voted, who = opened(where), registration(where)
        given = at_once(
            *[
                lambda choice=number % 2: vote(poll_id=voted.pk, registration_id=who.pk, choices=[choice])
                for number in range(12)
            ]
        )
        assert given.count(None) == 1
        assert all(isinstance(one, AlreadyVoted) for one in given if one is not None)
        results = close_poll(poll_id=voted.pk, at=NOW).results
        assert results["respondents"] == sum(option["votes"] for option in results["options"]) == 1

        # Two hundred votes side by side, in the same database: each counted once.
        crowd = opened(where)
        people = [registration(where).pk for _ in range(200)]
        shares = [people[start::20] for start in range(20)]

        def cast(ids):
            for registration_id in ids:
                vote(poll_id=crowd.pk, registration_id=registration_id, choices=[registration_id % 2])

        assert at_once(*[lambda ids=ids: cast(ids) for ids in shares]) == [None] * 20
        results = close_poll(poll_id=crowd.pk, at=NOW).results
        odd = sum(pk % 2 for pk in people)
        assert [option["votes"] for option in results["options"]] == [200 - odd, odd]
        assert results["respondents"] == 200

    def test_a_closing_counts_the_votes_before_it_and_refuses_those_after(self, committed_db):
        where = event()
        voted = opened(where)
        people = [registration(where).pk for _ in range(24)]

        def cast(registration_id):
            vote(poll_id=voted.pk, registration_id=registration_id, choices=[0])

        calls = [lambda pk=pk: cast(pk) for pk in people]
        calls.insert(6, lambda: close_poll(poll_id=voted.pk, at=NOW))
        given = at_once(*calls)
        accepted = given.count(None)
        refused = sum(isinstance(one, NotOpen) for one in given)
        assert accepted + refused == 24
        voted.refresh_from_db()
        assert voted.results["respondents"] == accepted == Ballot.objects.filter(poll=voted).count()

    def test_a_closing_waits_for_a_vote_under_way(self, committed_db):
        where = event()
        voted, who = opened(where), registration(where)
        is_voting, closed = threading.Event(), []

        def close():
            is_voting.wait(30)
            closed.append(close_poll(poll_id=voted.pk, at=NOW))
            connection.close()

        closing = threading.Thread(target=close)
        closing.start()
        with transaction.atomic():
            vote(poll_id=voted.pk, registration_id=who.pk, choices=[1])
            is_voting.set()
            closing.join(0.3)
            assert closed == []  # it waits for this transaction
        closing.join(30)
        assert closed[0].results["respondents"] == 1

    def test_a_restart_in_mid_poll_loses_no_vote_and_counts_none_twice(self, committed_db):
        where = event()
        voted, counted, cut_off = opened(where), registration(where), registration(where)
        vote(poll_id=voted.pk, registration_id=counted.pk, choices=[0])

        def end(backend):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [backend])

        def vote_as_the_server_stops():
            with transaction.atomic():
                vote(poll_id=voted.pk, registration_id=cut_off.pk, choices=[1])
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_backend_pid()")
                    (backend,) = cursor.fetchone()
                    at_once(lambda: end(backend))

        (stopped,) = at_once(vote_as_the_server_stops)
        assert isinstance(stopped, OperationalError)
        cache.clear()

        assert Ballot.objects.filter(poll=voted).count() == Participation.objects.filter(poll=voted).count() == 1
        with pytest.raises(AlreadyVoted):
            vote(poll_id=voted.pk, registration_id=counted.pk, choices=[1])
        vote(poll_id=voted.pk, registration_id=cut_off.pk, choices=[1])
        assert [option["votes"] for option in close_poll(poll_id=voted.pk, at=NOW).results["options"]] == [1, 1]
