from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from funding import schemes
from funding.alerts.recording import record
from funding.models import Call, CallNews, CallSnapshot, Round, Scheme
from tests.funding.drafts import published

AT = datetime(2027, 3, 10, 9, tzinfo=UTC)
ROUND = {"opens_at": AT - timedelta(days=20), "closes_at": AT + timedelta(days=20)}
CALL = {"slug": "appel", "name": "Appel", "kind": "projects", "rounds": [ROUND]}


def look(at: datetime = AT) -> list[tuple[str, str]]:
    """Look at all calls; give what was recorded."""
    known = set(CallNews.objects.values_list("pk", flat=True))
    total = sum(record(at=at))
    found = CallNews.objects.exclude(pk__in=known).order_by("call__slug", "due_at", "pk")
    assert len(found) == total
    return [(fact.call.slug, fact.kind) for fact in found]


@pytest.fixture
def call(db) -> Call:
    """An open call, known to the alerts since AT."""
    scheme = published(rows={"calls": [CALL]})
    assert look() == []  # the first look of all: nothing of what was there is news
    return scheme.calls.get()


def test_everything_is_known_after_the_first_look(call):
    live = Call.objects.filter(scheme__state="published").count()
    assert CallSnapshot.objects.count() == live
    assert look() == []


def test_a_change_is_found_whoever_wrote_it(call):
    round_ = call.rounds.get()
    later = ROUND["closes_at"] + timedelta(days=10)
    values = {"slug": "appel", "rounds": [{"id": round_.pk, **ROUND, "closes_at": later}]}
    schemes.save_call(scheme_id=call.scheme_id, call_id=call.pk, values=values, actor=None, at=AT + timedelta(hours=1))
    assert look(AT + timedelta(hours=1)) == [("appel", "moved")]

    with connection.cursor() as cursor:
        cursor.execute("UPDATE funding_round SET closes_at = %s WHERE id = %s", [ROUND["closes_at"], round_.pk])
    assert look(AT + timedelta(hours=2)) == [("appel", "moved")]
    assert look(AT + timedelta(hours=3)) == []

    there, back = CallNews.objects.order_by("pk")
    assert there.round == back.round == round_
    assert datetime.fromisoformat(there.after["closes_at"]) == datetime.fromisoformat(back.before["closes_at"]) == later
    assert not there.is_late


def test_a_change_found_long_after_it_was_written_is_late(call):
    round_ = call.rounds.get()
    later = ROUND["closes_at"] + timedelta(days=10)
    values = {"slug": "appel", "rounds": [{"id": round_.pk, **ROUND, "closes_at": later}]}
    schemes.save_call(scheme_id=call.scheme_id, call_id=call.pk, values=values, actor=None, at=AT + timedelta(hours=1))

    assert look(AT + timedelta(days=2)) == [("appel", "moved")]

    fact = CallNews.objects.get()
    assert fact.is_late
    assert fact.due_at == AT + timedelta(hours=1)


def test_new_calls_are_told_and_drafts_are_not(call):
    scheme = Scheme.objects.get(pk=call.scheme_id)
    coming = {"opens_at": AT + timedelta(days=5), "closes_at": AT + timedelta(days=30)}
    for slug, rounds in (("a-venir", [coming]), ("ouvert", [ROUND])):
        values = {"slug": slug, "name": slug, "included_codes": ["REG-76"], "rounds": rounds, "variant_of": "appel"}
        if slug == "ouvert":
            values["included_codes"] = ["REG-28"]
        schemes.save_call(scheme_id=scheme.pk, values=values, actor=None, at=AT)
    assert look() == [("a-venir", "announced"), ("ouvert", "opening")]

    schemes.move_scheme(scheme_id=scheme.pk, to_state="to_validate", actor=None, at=AT)
    Round.objects.filter(call=call).update(closes_at=AT + timedelta(days=50))
    assert look(AT + timedelta(hours=1)) == []

    schemes.publish_scheme(scheme_id=scheme.pk, actor=None, at=AT + timedelta(hours=2))
    assert look(AT + timedelta(hours=2)) == [("appel", "moved")]


def test_an_archived_scheme_is_told_once_and_when_it_comes_back(call):
    schemes.archive_scheme(scheme_id=call.scheme_id, actor=None, at=AT)
    assert look(AT + timedelta(minutes=1)) == [("appel", "cancelled")]
    assert look(AT + timedelta(days=18)) == []

    schemes.move_scheme(scheme_id=call.scheme_id, to_state="to_validate", actor=None, at=AT)
    schemes.publish_scheme(scheme_id=call.scheme_id, actor=None, at=AT)
    assert look(AT + timedelta(days=18, minutes=1)) == [("appel", "reopened")]


def test_reminders_are_found_at_their_time_and_once(call):
    closes_at = ROUND["closes_at"]
    assert look(closes_at - timedelta(days=15, hours=3)) == [("appel", "j15")]
    assert look(closes_at - timedelta(days=15)) == []
    assert look(closes_at - timedelta(days=2)) == [("appel", "j3")]
    assert look(closes_at + timedelta(minutes=1)) == []

    assert [fact.is_late for fact in CallNews.objects.order_by("due_at")] == [False, True]


def test_small_batches_find_the_same(call):
    Round.objects.filter(closes_at__gt=AT).update(closes_at=AT + timedelta(days=60))
    changed = Round.objects.filter(closes_at=AT + timedelta(days=60), call__scheme__state="published").count()

    written = list(record(at=AT + timedelta(minutes=5), batch=1))

    assert sum(written) == changed
    assert set(written) <= {0, 1}


def test_a_call_that_a_hand_broke_does_not_stop_the_others(call, caplog):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE funding_round SET zone = 'Nowhere/Land' WHERE call_id = %s", [call.pk])
    other = published(rows={"calls": [{**CALL, "slug": "autre"}]})

    assert look(AT + timedelta(minutes=1)) == [("autre", "opening")]
    assert f"the call {call.pk} cannot be told" in caplog.text
    assert other.calls.get().snapshot
