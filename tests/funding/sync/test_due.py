from datetime import timedelta

from funding.enums import Rhythm, RunState, RunTrigger
from funding.models import Proposal, Source, SyncRun
from funding.sync.due import ring_due
from funding.sync.retention import KEEP_RAW, KEEP_RUNS, purge_runs
from funding.sync.runs import LEASE, start
from tests.funding.sync.makers import ADDRESS, AT, days, read, row, source


def daily(number: int, **values) -> Source:
    given = {"name": f"Source {number}", "slug": f"source-{number}", "rhythm": Rhythm.DAILY, "url": ADDRESS}
    return source(**{**given, **values})


def test_only_sources_whose_hour_has_come_are_rung(db):
    daily(1, next_run_at=days(-2))
    daily(2, next_run_at=AT)
    daily(3, next_run_at=AT + timedelta(seconds=1))
    daily(4, next_run_at=days(-2), is_active=False)
    daily(5)
    start(source_id=daily(6, next_run_at=AT).pk, trigger=RunTrigger.SCHEDULE, at=AT)  # being read
    assert ring_due(at=AT) == {"rung": 2, "lost": 0}


def test_a_reading_that_died_is_given_up_and_taken_up_again(db):
    dead = start(source_id=daily(1, next_run_at=AT).pk, trigger=RunTrigger.SCHEDULE, at=AT)
    assert ring_due(at=AT + LEASE) == {"rung": 0, "lost": 1}
    dead.refresh_from_db()
    assert dead.state == RunState.LOST
    assert ring_due(at=AT + LEASE + timedelta(minutes=15)) == {"rung": 1, "lost": 0}


def test_raw_answers_are_forgotten_after_thirty_days_and_runs_after_thirteen_months(db):
    given = source(publishes=True)
    old = read(given, row(1))
    recent = read(given, row(1), at=days(3))
    assert purge_runs(at=AT + KEEP_RAW + timedelta(seconds=1)) == {"raw_answers": 1, "sync_runs": 0}
    assert purge_runs(at=AT + KEEP_RAW + timedelta(seconds=1)) == {"raw_answers": 0, "sync_runs": 0}
    old.refresh_from_db()
    recent.refresh_from_db()
    assert (old.raw, recent.raw is not None) == (None, True)
    assert purge_runs(at=AT + KEEP_RUNS + timedelta(seconds=1))["sync_runs"] == 1
    assert SyncRun.objects.get() == recent
    assert not Proposal.objects.exists()
