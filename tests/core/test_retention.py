from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.sessions.models import Session

from ti_portal.core.enums import JobState, MessageState
from ti_portal.core.mail import queue_message
from ti_portal.core.models import JobRun, OutboxMessage
from ti_portal.core.retention import purge

NOW = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Europe/Paris"))


def message(key: str, days_ago: int, state: str) -> None:
    queue_message(key=key, recipient="a@exemple.test", subject="s", text_body="t", at=NOW - timedelta(days=days_ago))
    sent_at = NOW if state == MessageState.SENT else None
    OutboxMessage.objects.filter(key=key).update(state=state, sent_at=sent_at)


def test_old_settled_messages_are_emptied_and_keep_their_key(db):
    message("old-sent", 181, MessageState.SENT)
    message("old-failed", 181, MessageState.FAILED)
    message("old-queued", 181, MessageState.QUEUED)
    message("new-sent", 179, MessageState.SENT)
    assert purge(at=NOW)["messages"] == 2
    assert set(OutboxMessage.objects.filter(text_body="").values_list("key", flat=True)) == {"old-sent", "old-failed"}
    assert purge(at=NOW)["messages"] == 0
    assert queue_message(key="old-sent", recipient="a@exemple.test", subject="s", text_body="t", at=NOW) is None


def test_expired_sessions_go_and_others_stay(db):
    Session.objects.create(session_key="gone", session_data="", expire_date=NOW - timedelta(seconds=1))
    Session.objects.create(session_key="kept", session_data="", expire_date=NOW + timedelta(days=1))
    assert purge(at=NOW)["sessions"] == 1
    assert list(Session.objects.values_list("session_key", flat=True)) == ["kept"]


def run_of(name: str, hours_ago: float, state: str, **counts: int) -> JobRun:
    at = NOW - timedelta(hours=hours_ago)
    return JobRun.objects.create(name=name, state=state, started_at=at, lease_until=at, ended_at=at, counts=counts)


def test_runs_of_jobs_are_kept_a_month_and_idle_ones_of_every_minute_a_day(db):
    every_minute, daily, month = "core.sweep_outbox", "core.purge", 30 * 24
    gone = [
        run_of(every_minute, 25, JobState.DONE),
        run_of(every_minute, month + 1, JobState.DONE, sent=1),
        run_of(every_minute, month + 1, JobState.FAILED),
        run_of(daily, month + 1, JobState.DONE),
    ]
    kept = [
        run_of(every_minute, 23, JobState.DONE),
        run_of(every_minute, 25, JobState.DONE, sent=1),
        run_of(every_minute, 25, JobState.FAILED),
        run_of(daily, 25, JobState.DONE),
        # The last of its kind, however old.
        run_of(daily, 2 * month, JobState.FAILED),
    ]
    assert purge(at=NOW)["runs"] == len(gone)
    assert set(JobRun.objects.values_list("pk", flat=True)) == {run.pk for run in kept}
