from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.eligibility.calls import (
    Call,
    Round,
    best,
    boundaries,
    changes,
    first_instant,
    last_instant,
    phases,
    status,
)
from funding.eligibility.codes import CallState
from funding.eligibility.errors import Refusal, RuleError
from tests.funding.eligibility.strategies import AT, calls, instants

PARIS = ZoneInfo("Europe/Paris")
CAYENNE = ZoneInfo("America/Cayenne")


def days(count):
    return AT + timedelta(days=count)


OPEN = Round(days(-40), days(40))
SOON = Round(days(-40), days(5))
PAST = Round(days(-90), days(-40))
FUTURE = Round(days(60), days(90))
SPENT = Round(days(-40), days(40), exhausted_from=days(-1))
UNDATED = Round(announced_for="début 2021")
ENDLESS = Round(days(-40), None)


@pytest.mark.parametrize(
    ("call", "state", "next_at"),
    [
        (Call("c", (OPEN,)), "open", OPEN.closes_at),
        (Call("c", (ENDLESS,)), "open", None),
        (Call("c", (Round(None, days(40)),)), "open", days(40)),
        (Call("c", (SOON,)), "closing_soon", SOON.closes_at),
        (Call("c", (SOON, OPEN)), "open", OPEN.closes_at),
        (Call("c", (SOON, ENDLESS)), "open", None),
        (Call("c", (SOON, FUTURE)), "closing_soon", SOON.closes_at),
        (Call("c", (SOON, SPENT)), "closing_soon", SOON.closes_at),
        (Call("c", (SPENT,)), "exhausted", None),
        (Call("c", (SPENT, FUTURE)), "exhausted", FUTURE.opens_at),
        (Call("c", (PAST, FUTURE)), "upcoming", FUTURE.opens_at),
        (Call("c", (FUTURE, Round(days(50), None))), "upcoming", days(50)),
        (Call("c", (FUTURE, UNDATED)), "upcoming", FUTURE.opens_at),
        (Call("c", (PAST, UNDATED)), "announced", None),
        (Call("c"), "announced", None),
        (Call("c", (PAST,)), "closed", None),
        (Call("c", is_permanent=True), "permanent", None),
        (Call("c", (SOON, FUTURE), is_permanent=True), "permanent", SOON.closes_at),
        (Call("c", (PAST, FUTURE), is_permanent=True), "permanent", FUTURE.opens_at),
        (Call("c", (Round(days(-40), days(40), exhausted_from=days(1)),)), "open", days(40)),
        (Call("c", (OPEN,), exhausted_from=AT), "exhausted", None),
        (Call("c", (OPEN,), exhausted_from=days(1)), "open", OPEN.closes_at),
        (Call("c", (OPEN, FUTURE), exhausted_from=AT), "exhausted", FUTURE.opens_at),
        (Call("c", (Round(None, days(40)),), exhausted_from=AT), "exhausted", None),
        (Call("c", (PAST, OPEN), exhausted_from=days(-50)), "open", OPEN.closes_at),
        (Call("c", (PAST, FUTURE), exhausted_from=days(-50)), "upcoming", FUTURE.opens_at),
        (Call("c", (PAST,), exhausted_from=days(-50)), "closed", None),
        (Call("c", exhausted_from=AT), "exhausted", None),
        (Call("c", is_permanent=True, exhausted_from=AT), "exhausted", None),
        (Call("c", (FUTURE,), is_permanent=True, exhausted_from=AT), "exhausted", FUTURE.opens_at),
        (Call("c", (OPEN,), is_permanent=True, exhausted_from=days(-50)), "open", OPEN.closes_at),
        (Call("c", (OPEN,), exhausted_from=AT, suspended_from=AT), "suspended", None),
        (Call("c", (OPEN,), suspended_from=days(-1), suspended_until=days(3)), "suspended", days(3)),
        (Call("c", (OPEN,), suspended_from=days(-2), suspended_until=AT), "open", OPEN.closes_at),
        (Call("c", (OPEN,), suspended_from=days(1)), "open", OPEN.closes_at),
        (Call("c", (OPEN,), suspended_until=days(1)), "open", OPEN.closes_at),
        (Call("c", is_permanent=True, exists_until=days(-1)), "closed", None),
        (Call("c", is_permanent=True, exists_until=AT), "permanent", None),
        (Call("c", is_permanent=True, exists_from=AT), "permanent", None),
        (Call("c", is_permanent=True, exists_from=days(2)), "upcoming", days(2)),
        (Call("c", (FUTURE,), exists_from=days(2)), "upcoming", FUTURE.opens_at),
        (Call("c", (OPEN,), suspended_from=days(-1), exists_until=days(-1)), "closed", None),
    ],
)
def test_status_follows_the_table(call, state, next_at):
    found = status(call, AT)

    assert (found.state, found.next_at) == (state, next_at)
    assert found.is_usable == (state in {"open", "closing_soon", "permanent"})


def test_an_announced_round_says_for_when():
    assert status(Call("c", (PAST, UNDATED)), AT).announced_for == "début 2021"


def test_a_closed_call_gives_its_last_closing():
    older = Round(days(-190), days(-140))

    assert status(Call("c", (PAST, older)), AT).closes_at == PAST.closes_at


def test_the_closing_day_counts_until_its_closing_instant():
    noon = datetime(2021, 3, 31, 12, 0, tzinfo=PARIS)
    call = Call("c", (Round(None, noon),))

    assert status(call, noon).state is CallState.CLOSING_SOON
    assert status(call, noon + timedelta(microseconds=1)).state is CallState.CLOSED
    assert status(call, datetime(2021, 3, 31, 0, 0, tzinfo=PARIS)).state is CallState.CLOSING_SOON


def test_a_round_opens_at_its_opening_instant():
    call = Call("c", (Round(days(1), None),))

    assert status(call, days(1) - timedelta(microseconds=1)).state is CallState.UPCOMING
    assert status(call, days(1)).state is CallState.OPEN


def test_noon_in_cayenne_is_four_hours_after_noon_in_paris_in_winter():
    call = Call("c", (Round(None, datetime(2020, 12, 21, 12, 0, tzinfo=CAYENNE), "America/Cayenne"),))

    assert status(call, datetime(2020, 12, 21, 15, 59, tzinfo=PARIS)).is_usable
    assert status(call, datetime(2020, 12, 21, 16, 0, tzinfo=PARIS)).is_usable
    assert not status(call, datetime(2020, 12, 21, 16, 0, 1, tzinfo=PARIS)).is_usable


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        ("Europe/Paris", date(2021, 3, 31), datetime(2021, 3, 31, 21, 59, 59, tzinfo=UTC)),
        ("Europe/Paris", date(2021, 3, 28), datetime(2021, 3, 28, 21, 59, 59, tzinfo=UTC)),
        ("Europe/Paris", date(2021, 10, 31), datetime(2021, 10, 31, 22, 59, 59, tzinfo=UTC)),
        ("America/Cayenne", date(2021, 3, 31), datetime(2021, 4, 1, 2, 59, 59, tzinfo=UTC)),
        ("Indian/Reunion", date(2021, 3, 31), datetime(2021, 3, 31, 19, 59, 59, tzinfo=UTC)),
        ("Pacific/Noumea", date(2021, 3, 31), datetime(2021, 3, 31, 12, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_day_alone_closes_at_its_last_second_there(zone, day, expected):
    assert last_instant(day, zone) == expected


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        ("Europe/Paris", date(2021, 3, 28), datetime(2021, 3, 27, 23, 0, tzinfo=UTC)),
        ("Europe/Paris", date(2021, 10, 31), datetime(2021, 10, 30, 22, 0, tzinfo=UTC)),
        ("America/Cayenne", date(2021, 3, 31), datetime(2021, 3, 31, 3, 0, tzinfo=UTC)),
    ],
)
def test_a_day_alone_opens_at_its_first_second_there(zone, day, expected):
    assert first_instant(day, zone) == expected


@pytest.mark.parametrize(
    ("closes_at", "zone", "soon_from"),
    [
        # Thirty calendar days before, at midnight there, whatever the clock change in between.
        (datetime(2021, 3, 31, 12, 0, tzinfo=PARIS), "Europe/Paris", datetime(2021, 3, 1, 0, 0, tzinfo=PARIS)),
        (datetime(2021, 11, 10, 18, 0, tzinfo=PARIS), "Europe/Paris", datetime(2021, 10, 11, 0, 0, tzinfo=PARIS)),
        (datetime(2024, 3, 1, 9, 0, tzinfo=PARIS), "Europe/Paris", datetime(2024, 1, 31, 0, 0, tzinfo=PARIS)),
        # 23:30 in Cayenne is already the next day in Paris: the day is Cayenne's.
        (
            datetime(2021, 6, 30, 23, 30, tzinfo=CAYENNE),
            "America/Cayenne",
            datetime(2021, 5, 31, 0, 0, tzinfo=CAYENNE),
        ),
    ],
)
def test_closing_soon_starts_thirty_days_before(closes_at, zone, soon_from):
    round_ = Round(None, closes_at, zone)

    assert boundaries(round_).soon_from == soon_from
    assert status(Call("c", (round_,)), soon_from).state is CallState.CLOSING_SOON
    assert status(Call("c", (round_,)), soon_from - timedelta(microseconds=1)).state is CallState.OPEN


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ({"opens_at": days(2), "closes_at": days(1)}, Refusal.CLOSES_BEFORE_OPENING),
        ({"opens_at": AT.replace(tzinfo=None)}, Refusal.BAD_INSTANT),
        ({"closes_at": date(2021, 3, 31)}, Refusal.BAD_INSTANT),
        ({"closes_at": datetime.max.replace(tzinfo=UTC)}, Refusal.BAD_INSTANT),
        ({"zone": "Europe/Alès"}, Refusal.BAD_ZONE),
        ({"zone": "../etc/passwd"}, Refusal.BAD_ZONE),
        ({"zone": "a\x00b"}, Refusal.BAD_ZONE),
        ({"zone": ""}, Refusal.BAD_ZONE),
    ],
)
def test_a_badly_written_round_is_refused(written, code):
    with pytest.raises(RuleError) as refused:
        Round(**written)
    assert refused.value.code is code


def test_a_variant_says_where_it_applies():
    with pytest.raises(RuleError) as refused:
        Call("variant", variant_of="national")
    assert refused.value.code is Refusal.NO_VALUES


@given(calls(), instants(), instants())
def test_status_only_changes_at_the_announced_instants(call, one, other):
    start, end = sorted((one, other))
    if not any(start < instant <= end for instant in changes(call)):
        assert status(call, start) == status(call, end)


@given(calls(), instants())
def test_the_last_phase_that_has_begun_is_the_status(call, at):
    story = phases(call)

    assert story[0][0] is None
    assert [since for since, _ in story[1:]] == sorted({since for since, _ in story[1:]})
    begun = [found for since, found in story if since is None or since <= at]
    assert begun[-1] == status(call, at)


@given(calls(), instants())
def test_the_same_instant_in_another_zone_gives_the_same_status(call, at):
    assert status(call, at.astimezone(ZoneInfo("Pacific/Noumea"))) == status(call, at)


@given(calls(), instants(), st.randoms(use_true_random=False))
def test_order_of_rounds_never_matters(call, at, random):
    shuffled = list(call.rounds)
    random.shuffle(shuffled)

    assert status(replace(call, rounds=tuple(shuffled)), at) == status(call, at)


@given(calls(), instants())
def test_a_usable_call_closes_later_and_an_upcoming_one_opens_later(call, at):
    found = status(call, at)

    if found.state in (CallState.OPEN, CallState.CLOSING_SOON) and found.next_at:
        assert found.next_at == found.closes_at >= at
    if found.state is CallState.UPCOMING:
        assert found.next_at == found.opens_at > at


@given(calls(), instants())
def test_columns_alone_give_the_same_status(call, at):
    """The truth table as a query would compute it: three instants a round, flags, comparisons with « now »."""
    assert status(call, at).state == state_from_columns(call, at)


def state_from_columns(call, at):
    def begun(since):
        return since is not None and since <= at

    rows = [(boundaries(round_), round_) for round_ in call.rounds]
    running = [
        (row, round_)
        for row, round_ in rows
        if (row.opens_at or row.closes_at)
        and (row.opens_at is None or row.opens_at <= at)
        and (row.closes_at is None or at <= row.closes_at)
    ]
    fundable = [
        row
        for row, round_ in running
        if not begun(round_.exhausted_from)
        and not (begun(call.exhausted_from) and (row.opens_at is None or row.opens_at <= call.exhausted_from))
    ]
    cases = [
        (call.exists_until is not None and at > call.exists_until, "closed"),
        (call.exists_from is not None and at < call.exists_from, "upcoming"),
        (begun(call.suspended_from) and not begun(call.suspended_until), "suspended"),
        (call.is_permanent and not begun(call.exhausted_from), "permanent"),
        (any(row.soon_from is None or at < row.soon_from for row in fundable), "open"),
        (fundable, "closing_soon"),
        (running or call.is_permanent, "exhausted"),
        (any(row.opens_at and row.opens_at > at for row, _ in rows), "upcoming"),
        (any(row.opens_at is None and row.closes_at is None for row, _ in rows), "announced"),
        (not rows and begun(call.exhausted_from), "exhausted"),
        (not rows, "announced"),
    ]
    return next((state for fits, state in cases if fits), "closed")


@pytest.mark.parametrize(
    ("first", "second", "chosen"),
    [
        (Call("a", (PAST,)), Call("b", (FUTURE,)), "b"),
        (Call("a", (SOON,)), Call("b", (OPEN,)), "b"),
        (Call("a", (FUTURE,)), Call("b", (Round(days(50), None),)), "b"),
        (Call("a", (SPENT,)), Call("b"), "b"),
        (Call("a", (OPEN,)), Call("b", (OPEN,)), "a"),
        (Call("a", (OPEN,)), Call("b", (ENDLESS,)), "b"),
    ],
)
def test_of_several_calls_the_most_useful_counts(first, second, chosen):
    found = [status(first, AT), status(second, AT)]

    assert best(found).call_key == best(reversed(found)).call_key == chosen


def test_without_any_call_there_is_a_state_for_it():
    assert best([]).state is CallState.NO_CALL


def test_an_end_that_is_not_known_is_not_told():
    held_over = Call("c", is_permanent=True, exists_until=days(-1), end_is_known=False)
    known = Call("c", is_permanent=True, exists_until=days(-1))
    assert [status(call, AT).state for call in (held_over, known)] == ["closed", "closed"]
    assert [status(call, AT).closes_at for call in (held_over, known)] == [None, days(-1)]
