from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from funding.enums import Rhythm
from funding.sync.schedule import PERIODS, next_after, retry_after

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_source_keeps_its_hour_and_catches_up_once():
    planned = AT - timedelta(days=3, hours=2)
    assert next_after(Rhythm.DAILY, planned, at=AT) == AT + timedelta(days=1) - 2 * HOUR
    assert next_after(Rhythm.DAILY, None, at=AT) == AT + timedelta(days=1)
    assert next_after(Rhythm.MANUAL, planned, at=AT) is None


def test_failures_are_tried_again_later_each_time_and_the_source_has_the_last_word():
    waits = [retry_after(Rhythm.DAILY, failures, at=AT, planned=AT) - AT for failures in (1, 2, 3, 20)]
    assert waits == [HOUR / 4, HOUR / 2, HOUR, timedelta(days=1)]
    assert retry_after(Rhythm.HOURLY, 1, at=AT, planned=AT, asked=7_200) == AT + 2 * HOUR
    assert retry_after(Rhythm.MANUAL, 1, at=AT) is None


@given(st.sampled_from(sorted(PERIODS)), st.integers(0, 10**7))
def test_the_next_reading_is_always_to_come_and_within_a_period(rhythm, seconds):
    planned = AT - timedelta(seconds=seconds)
    assert AT < next_after(rhythm, planned, at=AT) <= AT + PERIODS[Rhythm(rhythm)]
