from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from funding.alerts.known import KnownCall, KnownRound
from funding.alerts.moments import due, moments, next_moment
from funding.enums import NewsKind

PARIS, CAYENNE = ZoneInfo("Europe/Paris"), ZoneInfo("America/Cayenne")
ROUND = KnownRound(
    7, "", datetime(2027, 1, 4, 9, tzinfo=PARIS), datetime(2027, 4, 15, 12, tzinfo=PARIS), results_on=date(2027, 6, 1)
)
CALL = KnownCall(rounds=(ROUND,))


def local(call: KnownCall, zone=PARIS) -> dict[str, str]:
    return {moment.kind: moment.due_at.astimezone(zone).isoformat(timespec="minutes") for moment in moments(call)}


def kinds(facts) -> list[str]:
    return [fact.kind for fact in facts]


def test_each_moment_of_a_round_is_in_its_own_zone_and_summer_time_is_no_hour_off():
    assert local(CALL) == {
        "opening": "2027-01-04T09:00+01:00",
        "j30": "2027-03-16T07:00+01:00",
        "j15": "2027-03-31T07:00+02:00",
        "j3": "2027-04-12T07:00+02:00",
        "last_day": "2027-04-15T07:00+02:00",
        "results": "2027-06-01T07:00+02:00",
    }
    there = replace(ROUND, zone="America/Cayenne", closes_at=datetime(2027, 4, 15, 23, 59, 59, tzinfo=CAYENNE))
    assert local(replace(CALL, rounds=(there,)), CAYENNE)["last_day"] == "2027-04-15T07:00-03:00"


@pytest.mark.parametrize(("hour", "last_day"), [(0, "14T07:00"), (9, "14T07:00"), (10, "15T07:00"), (23, "15T07:00")])
def test_the_last_day_leaves_time_to_file(hour, last_day):
    round_ = replace(ROUND, closes_at=datetime(2027, 4, 15, hour, tzinfo=PARIS))

    assert local(replace(CALL, rounds=(round_,)))["last_day"].startswith(f"2027-04-{last_day}")


def test_nothing_of_a_closing_comes_before_the_opening():
    round_ = replace(ROUND, opens_at=datetime(2027, 4, 1, tzinfo=PARIS))

    assert list(local(replace(CALL, rounds=(round_,)))) == ["opening", "j3", "last_day", "results"]


def test_a_call_that_is_open_until_its_scheme_ends_closes_with_it():
    permanent = KnownCall(is_permanent=True, valid_until=date(2027, 12, 31))
    assert local(permanent)["last_day"] == "2027-12-31T07:00+01:00"
    assert local(replace(permanent, end_is_known=False)) == {}

    ends_first = replace(CALL, valid_until=date(2027, 3, 31))
    assert local(ends_first)["last_day"] == "2027-03-31T07:00+02:00"
    assert [moment.kind for moment in moments(ends_first)].count("last_day") == 1


@pytest.mark.parametrize(
    ("since", "at", "told"),
    [
        ("2027-01-04T09:00", "2027-01-04T09:05", ["opening"]),
        ("2027-03-16T07:00", "2027-03-16T07:10", ["j30"]),
        ("2027-03-16T07:00", "2027-04-13T07:10", ["j3"]),  # of three overdue reminders, the nearest
        ("2027-03-16T07:00", "2027-04-15T12:00", ["last_day"]),  # the closing instant counts
        ("2027-03-16T07:00", "2027-04-15T12:01", []),  # closed meanwhile
        ("2027-01-04T09:00", "2027-04-13T07:10", ["opening", "j3"]),
        ("2027-01-04T09:00", "2027-06-02T07:10", ["results"]),
    ],
)
def test_what_is_told_late_still_holds(since, at, told):
    since, at = (datetime.fromisoformat(text).replace(tzinfo=PARIS) for text in (since, at))

    facts = due(CALL, since, at)

    assert kinds(facts) == told
    assert all(fact.is_late == (at - fact.due_at > timedelta(hours=2)) for fact in facts)


@pytest.mark.parametrize(
    "change",
    [
        {"suspended_from": datetime(2027, 3, 1, tzinfo=UTC)},
        {"exhausted_from": datetime(2027, 3, 1, tzinfo=UTC)},
        {"valid_until": date(2027, 3, 1)},
        {"is_published": False},
        {"rounds": (replace(ROUND, exhausted_from=datetime(2027, 3, 1, tzinfo=UTC)),)},
    ],
)
def test_nobody_is_reminded_of_what_cannot_be_had(change):
    morning = datetime(2027, 4, 12, 7, tzinfo=PARIS)

    assert due(replace(CALL, **change), morning, morning) == []


def test_what_was_said_in_advance_is_told_when_it_begins():
    stop, again = datetime(2027, 2, 1, tzinfo=UTC), datetime(2027, 2, 10, tzinfo=UTC)
    call = replace(CALL, suspended_from=stop, suspended_until=again)
    assert kinds(due(call, stop, stop)) == ["cancelled"]
    assert kinds(due(call, again, again)) == ["reopened"]
    assert kinds(due(call, stop, again)) == ["reopened"]  # found when it is over: what matters is that it is open

    spent = replace(CALL, rounds=(replace(ROUND, exhausted_from=stop),))
    assert kinds(due(spent, stop, stop)) == ["exhausted"]


def test_the_next_look_is_at_the_next_moment():
    first = moments(CALL)[0].due_at
    assert next_moment(CALL, first - timedelta(seconds=1)) == first
    assert next_moment(CALL, first) == moments(CALL)[1].due_at
    assert next_moment(CALL, moments(CALL)[-1].due_at) is None
    assert due(CALL, None, first) == []


def test_a_reminder_of_the_scheme_s_end_tells_that_end():
    call = KnownCall(is_permanent=True, valid_until=date(2027, 12, 31))
    morning = datetime(2027, 12, 28, 7, tzinfo=PARIS)

    fact = due(call, morning, morning)[0]

    assert fact.kind == NewsKind.J3
    assert fact.after["closes_at"] == "2027-12-31T22:59:59+00:00"
