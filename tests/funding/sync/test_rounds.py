from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.enums import LineOutcome
from funding.national_schema.drafts import CallDraft, RoundDraft
from funding.sync.rounds import KnownCall, call_meant, merged

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)


def day(number: int) -> datetime:
    return AT + timedelta(days=number)


def call(*rounds: tuple, is_permanent: bool = False) -> KnownCall:
    kept = tuple(
        RoundDraft(opens and day(opens), closes and day(closes), zone="Europe/Paris", pk=pk)
        for pk, (opens, closes) in enumerate(rounds, start=1)
    )
    return KnownCall(9, "guichet", is_permanent, kept, "counter", "Guichet")


def told(*rounds: tuple) -> CallDraft:
    return CallDraft(tuple(RoundDraft(opens and day(opens), closes and day(closes)) for opens, closes in rounds))


def dates(opens, closes) -> dict:
    return {"opens_at": opens and day(opens), "closes_at": closes and day(closes)}


MOVED, REOPENED, CLOSED = LineOutcome.CHANGED, LineOutcome.REOPENED, LineOutcome.CLOSED


@pytest.mark.parametrize(
    ("known", "source", "outcome", "rows"),
    [
        # The same dates, whatever the past beside them.
        (call((-9, 5)), told((-9, 5)), None, None),
        (call((-90, -60), (-9, 5)), told((-9, 5)), None, None),
        (call((-90, -60), (-30, -5)), told((-90, -60)), None, None),
        # Moved: the round keeps its row.
        (call((-9, 5)), told((-9, 8)), MOVED, [{"id": 1, "closes_at": day(8)}]),
        (call((10, 20)), told((40, 60)), MOVED, [{"id": 1, **dates(40, 60)}]),
        # Closed early by its source.
        (call((-9, 5)), told((-9, -1)), CLOSED, [{"id": 1, "closes_at": day(-1)}]),
        # Over, and a new one: the past is kept.
        (call((-90, -60)), told((5, 30)), REOPENED, [{"id": 1}, dates(5, 30)]),
        (call((None, -60)), told((None, 30)), REOPENED, [{"id": 1}, dates(None, 30)]),
        # Prolonged after its closing: the same round.
        (call((-90, -1)), told((-90, 30)), REOPENED, [{"id": 1, "closes_at": day(30)}]),
        # The next one is told while this one is still open.
        (call((-9, 5)), told((10, 30)), MOVED, [{"id": 1}, dates(10, 30)]),
        (call((-9, 5), (10, 30)), told((10, 30)), None, None),
        # Several at once.
        (call((-9, 5)), told((-9, 5), (10, 30)), MOVED, [{"id": 1}, dates(10, 30)]),
        # A round to come that its source takes back.
        (call((-9, 5), (10, 30)), told((-9, 5)), MOVED, [{"id": 1}]),
        # From dates to a permanent call and back.
        (call((-90, -60), (-9, 5)), told(), MOVED, [{"id": 1}]),
        (call(is_permanent=True), told((-9, 5)), MOVED, [dates(-9, 5)]),
        (call((-90, -60)), told(), REOPENED, [{"id": 1}]),
        # A past that its source corrects.
        (call((None, -60)), told((None, -55)), MOVED, [{"id": 1, "closes_at": day(-55)}]),
    ],
)
def test_dates_continue_the_rounds_they_are_of(known, source, outcome, rows):
    found = merged(known, source, AT)
    assert found.is_changed is (outcome is not None)
    if outcome is not None:
        assert found.outcome == outcome
        assert list(found.rounds) == rows


def test_what_a_source_does_not_tell_stays_as_it_is():
    known = KnownCall(
        9,
        "guichet",
        is_permanent=False,
        rounds=(RoundDraft(None, day(5), "Été", "Indian/Reunion", "", 1),),
        name="À nous",
    )
    assert not merged(known, told((None, 5)), AT).is_changed
    told_more = CallDraft((RoundDraft(None, day(5), label="Printemps"),), name="Autre nom")
    found = merged(known, told_more, AT)
    assert found.values == {"name": "Autre nom", "is_permanent": False}
    # Another label is another round; the one it does not speak of has begun, and goes on.
    assert merged(known, CallDraft((RoundDraft(None, day(5), zone="Europe/Paris"),)), AT).is_changed


def test_a_round_that_the_reader_names_is_moved_wherever_it_goes():
    wanted = CallDraft((RoundDraft(day(40), day(50), pk=1),))
    assert merged(call((-9, 5)), wanted, AT).rounds == ({"id": 1, **dates(40, 50)},)


def test_an_announced_round_gets_its_dates_and_never_takes_those_of_an_open_one():
    announced = KnownCall(9, "guichet", is_permanent=False, rounds=(RoundDraft(announced_for="début 2027", pk=1),))
    assert merged(announced, told((5, 30)), AT).rounds == ({"id": 1, **dates(5, 30)},)
    wanted = CallDraft((RoundDraft(announced_for="été 2027"),))
    assert merged(call((-9, 5)), wanted, AT).rounds == (
        {"id": 1},
        {"opens_at": None, "closes_at": None, "announced_for": "été 2027"},
    )


def test_the_only_call_is_meant_when_the_source_names_none():
    only, other = KnownCall(1, "appel-2026", is_permanent=True), KnownCall(2, "autre", is_permanent=True)
    assert call_meant([only], "guichet") == only
    assert call_meant([only, other], "guichet") is None
    assert call_meant([only, other], "autre") == other
    assert call_meant([only], "appel-2027") is None


instants = st.one_of(st.none(), st.integers(-100, 100))
pairs = st.tuples(instants, instants).filter(
    lambda pair: pair != (None, None) and (None in pair or pair[0] < pair[1]) and 0 not in pair
)


@given(st.lists(pairs, max_size=4, unique=True), st.lists(pairs, max_size=3, unique=True))
def test_a_past_round_is_never_removed_and_saying_the_same_twice_changes_nothing(known, source):
    before = call(*known)
    found = merged(before, told(*source), AT)
    kept = {row["id"] for row in found.rounds if "id" in row}
    assert {one.pk for one in before.rounds if one.closes_at and one.closes_at < AT} <= kept
    rows = {one.pk: one for one in before.rounds}
    after = []
    for rank, row in enumerate(found.rounds, start=100):
        old = rows.get(row.get("id"))
        opens = row.get("opens_at", old and old.opens_at)
        closes = row.get("closes_at", old and old.closes_at)
        after.append(RoundDraft(opens, closes, zone="Europe/Paris", pk=row.get("id", rank)))
    again = KnownCall(9, "guichet", not source, tuple(after), "counter", "Guichet")
    assert not merged(again, told(*source), AT).is_changed
