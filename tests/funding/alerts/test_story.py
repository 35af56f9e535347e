"""Whatever the instants of the looks, nothing is told twice, nothing untrue, nothing forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from funding.alerts import moments, story
from funding.alerts.known import KnownCall, KnownRound, instant
from funding.eligibility import calls

START = datetime(2027, 1, 1, tzinfo=UTC)
HOURS = st.integers(0, 24 * 90)
ZONES = st.sampled_from(["Europe/Paris", "America/Cayenne", "Indian/Reunion"])


def after(hours: int) -> datetime:
    return START + timedelta(hours=hours)


@st.composite
def rounds(draw, number: int) -> KnownRound:
    opens, closes = sorted((draw(HOURS), draw(HOURS)))
    return KnownRound(
        number,
        opens_at=draw(st.sampled_from([None, after(opens)])),
        closes_at=after(closes + 1),
        zone=draw(ZONES),
        exhausted_from=draw(st.sampled_from([None, None, None, after(draw(HOURS))])),
        results_on=draw(st.sampled_from([None, after(closes + 300).date()])),
    )


@st.composite
def known(draw) -> KnownCall:
    stop = draw(st.sampled_from([None, None, after(draw(HOURS))]))
    return KnownCall(
        rounds=tuple(draw(rounds(number)) for number in range(draw(st.integers(0, 3)))),
        is_permanent=draw(st.booleans()),
        suspended_from=stop,
        suspended_until=stop and stop + timedelta(days=draw(st.integers(1, 20))),
        valid_until=draw(st.sampled_from([None, None, after(24 * 60).date()])),
    )


def looks(call: KnownCall, instants: list[datetime]) -> list:
    """What is told of a call that does not change, looked at on these instants."""
    told = story.baseline(call, START)
    found, since = [], told.next_at
    for at in instants:
        told = story.tell(call, call, since=since, at=at, stamp="x")
        found += [(at, fact) for fact in told.facts]
        since = told.next_at
    return found


@given(known(), st.lists(HOURS, max_size=12, unique=True).map(sorted))
@settings(max_examples=150, deadline=None)
def test_looks_at_any_instants_tell_each_thing_once_and_only_what_holds(call, hours):
    found = looks(call, [after(hour) for hour in hours])

    assert len({fact.key for _, fact in found}) == len(found)
    for at, fact in found:
        assert fact.due_at <= at
        if fact.kind in moments.REMINDERS:
            assert at <= instant(fact.after["closes_at"])
            assert calls.status(call.rule, at).is_usable
        assert fact.is_late == (at - fact.due_at > moments.LATE_AFTER)


@given(known())
@settings(max_examples=100, deadline=None)
def test_looks_at_every_moment_forget_nothing(call):
    instants = sorted({moment.due_at for moment in moments.moments(call) if moment.due_at > START})

    told = {fact.key for _, fact in looks(call, instants)}

    for moment in moments.moments(call):
        if moment.kind in moments.REMINDERS and moment.due_at > START:
            is_open = call.is_usable(moment.due_at) and (
                moment.round is None
                or (moment.round.is_running(moment.due_at) and not moment.round.is_spent(moment.due_at))
            )
            nearer = any(
                other.closing == moment.closing and other.due_at == moment.due_at and other is not moment
                for other in moments.moments(call)
            )
            assert (moment.key in told) == is_open or nearer


@given(known(), known(), HOURS)
@settings(max_examples=150, deadline=None)
def test_a_second_look_finds_nothing_more(before, after_change, hour):
    at = after(hour)
    first = story.tell(before, after_change, since=START, at=at, stamp="x")

    again = story.tell(after_change, after_change, since=first.next_at, at=at, stamp="y")

    assert again.facts == ()
    assert again.next_at == first.next_at


def test_a_reminder_that_fell_due_before_the_date_moved_leaves_the_word_to_the_move():
    round_ = KnownRound(1, opens_at=after(0), closes_at=after(24 * 40))
    before = KnownCall(rounds=(round_,))
    moved = KnownCall(rounds=(replace(round_, closes_at=after(24 * 60)),))
    since = moments.next_moment(before, after(1))

    told = story.tell(before, moved, since=since, at=after(24 * 39), stamp="x")

    assert [str(fact.kind) for fact in told.facts] == ["moved"]


def test_a_change_written_long_before_it_was_found_says_so():
    round_ = KnownRound(1, opens_at=after(0), closes_at=after(24 * 40))
    before, moved = (KnownCall(rounds=(one,)) for one in (round_, replace(round_, closes_at=after(24 * 60))))

    at, written = after(24 * 3), after(24)
    fact = story.tell(before, moved, since=None, at=at, changed_at=written).facts[0]
    assert (fact.due_at, fact.is_late) == (written, True)

    fact = story.tell(before, moved, since=None, at=at, changed_at=at - timedelta(minutes=9)).facts[0]
    assert not fact.is_late
