from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from funding.alerts.changes import changes
from funding.alerts.known import KnownCall, KnownRound

AT = datetime(2027, 3, 10, 9, tzinfo=UTC)


def day(number: int) -> datetime:
    return AT + timedelta(days=number)


OPEN = KnownRound(1, "", day(-20), day(20))
OVER = KnownRound(1, "", day(-60), day(-5))
COMING = KnownRound(1, "", day(5), day(40))
SAID = KnownRound(1, announced_for="mi-2027")
PERMANENT = KnownCall(is_permanent=True)


def call(*rounds: KnownRound, **values) -> KnownCall:
    return KnownCall(rounds=rounds, **values)


CASES = [
    # what was known, what is, facts as (kind, why)
    (None, call(OPEN), [("opening", "new")]),
    (None, PERMANENT, [("opening", "new")]),
    (None, call(COMING), [("announced", "new")]),
    (None, call(SAID), [("announced", "new")]),
    (None, call(), [("announced", "new")]),
    (None, call(OVER), []),
    (None, call(OPEN, suspended_from=day(-1)), []),
    (None, call(OPEN, is_published=False), []),
    # dates
    (call(OPEN), call(replace(OPEN, closes_at=day(30))), [("moved", None)]),
    (call(OPEN), call(replace(OPEN, closes_at=day(10))), [("moved", None)]),
    (call(OPEN), call(replace(OPEN, closes_at=day(-1))), [("moved", None)]),
    (call(OPEN), call(replace(OPEN, closes_at=None)), [("moved", None)]),
    (call(OPEN), call(replace(OPEN, opens_at=day(-25))), []),
    (call(OPEN), call(replace(OPEN, label="Printemps", zone="America/Cayenne")), []),
    (call(COMING), call(replace(COMING, opens_at=day(8))), [("moved", None)]),
    (call(COMING), call(replace(COMING, opens_at=day(-1))), [("moved", None)]),
    (call(COMING), call(replace(SAID, id=1)), [("moved", None)]),
    (call(OPEN), call(replace(OPEN, results_on=date(2027, 6, 1))), [("moved", None)]),
    (call(OVER), call(replace(OVER, results_on=date(2027, 6, 1))), [("moved", None)]),
    (call(OVER), call(replace(OVER, results_on=date(2027, 3, 1))), []),
    (call(OVER), call(replace(OVER, closes_at=day(-4))), []),
    (call(OVER), call(replace(OVER, closes_at=day(4))), [("reopened", "extended")]),
    (call(OVER), call(replace(OVER, opens_at=day(1), closes_at=day(30))), [("new_round", None)]),
    (call(OVER), call(replace(SAID, id=1)), [("announced", None)]),
    (call(SAID), call(replace(SAID, announced_for="fin 2027")), [("moved", None)]),
    (call(SAID), call(COMING), [("new_round", "dated")]),
    (call(SAID), call(OVER), []),
    # rounds that come and go
    (call(OVER), call(OVER, replace(OPEN, id=2)), [("new_round", None)]),
    (call(OVER), call(OVER, replace(SAID, id=2)), [("announced", None)]),
    (call(OPEN), call(OPEN, replace(OVER, id=2)), []),
    (call(OPEN), call(), [("cancelled", "round")]),
    (call(OVER), call(), []),
    (call(OPEN), call(replace(COMING, id=2)), [("moved", None)]),
    (call(OPEN), call(replace(OPEN, id=2)), []),
    (call(OPEN, replace(COMING, id=2)), call(replace(COMING, id=3)), [("moved", None), ("cancelled", "round")]),
    # envelope
    (call(OPEN), call(replace(OPEN, exhausted_from=day(-1))), [("exhausted", None)]),
    (call(OPEN), call(replace(OPEN, exhausted_from=day(1))), []),
    (call(replace(OPEN, exhausted_from=day(-1))), call(OPEN), [("reopened", "envelope")]),
    (call(OPEN), call(OPEN, exhausted_from=day(-1)), [("exhausted", None)]),
    (call(OPEN, exhausted_from=day(-1)), call(OPEN), [("reopened", "envelope")]),
    (call(OVER), call(replace(OVER, exhausted_from=day(-9))), []),
    # suspension
    (call(OPEN), call(OPEN, suspended_from=day(-1)), [("cancelled", "suspended")]),
    (call(OPEN), call(OPEN, suspended_from=day(1)), []),
    (call(OPEN, suspended_from=day(-1)), call(OPEN), [("reopened", "resumed")]),
    (
        call(OPEN, suspended_from=day(-1), suspended_until=day(1)),
        call(OPEN, suspended_from=day(-1), suspended_until=day(3)),
        [("moved", "suspended")],
    ),
    # life of the call and of its scheme
    (call(OPEN), call(OPEN, is_published=False), [("cancelled", "archived")]),
    (call(OVER), call(OVER, is_published=False), []),
    (call(OPEN, is_published=False), call(OPEN), [("reopened", "back")]),
    (call(OPEN, is_published=False), call(COMING), [("announced", "back")]),
    (call(OPEN, is_published=False), call(OVER), []),
    (PERMANENT, replace(PERMANENT, valid_until=date(2027, 3, 9)), [("cancelled", "ended")]),
    (PERMANENT, replace(PERMANENT, valid_until=date(2027, 12, 31)), [("moved", "end")]),
    (PERMANENT, replace(PERMANENT, valid_until=date(2027, 12, 31), end_is_known=False), []),
    (replace(PERMANENT, valid_until=date(2027, 3, 9)), PERMANENT, [("reopened", "back")]),
    (call(), PERMANENT, [("opening", "permanent")]),
    (call(OVER, is_permanent=True), call(OVER), [("cancelled", "not_permanent")]),
    (call(OPEN), call(OPEN), []),
]


@pytest.mark.parametrize(("before", "after", "facts"), CASES)
def test_what_changed_is_told_once(before, after, facts):
    found = changes(before, after, AT, "stamp")

    assert [(str(fact.kind), fact.after.get("why")) for fact in found] == facts
    assert len({fact.key for fact in found}) == len(found)


def test_a_move_tells_from_what_to_what():
    moved = changes(call(OPEN), call(replace(OPEN, closes_at=day(30))), AT, "stamp")[0]

    assert (moved.round_id, moved.due_at, moved.is_late) == (1, AT, False)
    assert (moved.before["closes_at"], moved.after["closes_at"]) == (day(20).isoformat(), day(30).isoformat())


def test_a_date_that_moves_there_and_back_twice_is_four_facts():
    there, back = call(replace(OPEN, closes_at=day(30))), call(OPEN)
    steps = [(back, there, "1"), (there, back, "2"), (back, there, "3"), (there, back, "4")]

    keys = {fact.key for before, after, stamp in steps for fact in changes(before, after, AT, stamp)}

    assert len(keys) == 4
