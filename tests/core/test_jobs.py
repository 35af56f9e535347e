import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from ti_portal.core import jobs
from ti_portal.core.enums import JobState
from ti_portal.core.jobs import registered_jobs, run_job
from ti_portal.core.models import JobRun

NOW = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Europe/Paris"))
NAME = "tests.job"
LEASE = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _job(monkeypatch):
    monkeypatch.setattr(jobs, "_jobs", dict(jobs._jobs))
    jobs.register(NAME, label="Essai", does="Rien.", every=timedelta(minutes=1), lease=LEASE)


def test_a_run_keeps_what_was_counted_and_no_zero(db):
    run = run_job(NAME, at=NOW, work=lambda: {"sent": 3, "refused": 0})
    run.refresh_from_db()
    assert (run.state, run.counts, run.error) == (JobState.DONE, {"sent": 3}, "")
    assert run.started_at == NOW <= run.ended_at < NOW + timedelta(minutes=1)
    assert run.lease_until == NOW + LEASE


def test_a_number_or_nothing_is_an_answer_too(db):
    assert run_job(NAME, at=NOW, work=lambda: 4).counts == {"done": 4}
    assert run_job(NAME, at=NOW, work=lambda: None).counts == {}


def test_an_error_is_kept_without_its_text_and_the_job_is_free_again(db):
    def fail():
        raise ValueError("camille@exemple.test n’existe pas")

    with pytest.raises(ValueError, match="camille"):
        run_job(NAME, at=NOW, work=fail)

    failed = JobRun.objects.get()
    assert (failed.state, failed.error) == (JobState.FAILED, "ValueError")
    assert run_job(NAME, at=NOW, work=lambda: None).state == JobState.DONE


def test_a_job_that_runs_already_answers_without_error(db):
    def again():
        assert run_job(NAME, at=NOW + LEASE - timedelta(seconds=1), work=lambda: pytest.fail("twice")) is None

    run_job(NAME, at=NOW, work=again)
    assert JobRun.objects.count() == 1


def test_a_run_that_died_is_taken_over_when_its_lease_ends(db):
    dead = JobRun.objects.create(name=NAME, started_at=NOW - LEASE, lease_until=NOW)

    assert run_job(NAME, at=NOW, work=lambda: 1).state == JobState.DONE

    dead.refresh_from_db()
    assert (dead.state, dead.ended_at) == (JobState.LOST, NOW)


def test_a_run_that_lost_its_lease_does_not_touch_the_one_that_took_over(db):
    def slow():
        assert run_job(NAME, at=NOW + LEASE, work=lambda: 1).state == JobState.DONE

    run_job(NAME, at=NOW, work=slow)
    states = JobRun.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [JobState.LOST, JobState.DONE]


def test_an_unknown_job_is_refused(db):
    with pytest.raises(LookupError):
        run_job("tests.nobody", at=NOW, work=lambda: None)


@pytest.mark.slow
@pytest.mark.parametrize("died", [False, True])
def test_of_jobs_started_at_once_only_one_runs(committed_db, died):
    if died:
        JobRun.objects.create(name=NAME, started_at=NOW - LEASE, lease_until=NOW)
    together, over = threading.Barrier(6), threading.Barrier(6)
    ran = []

    def start():
        together.wait(30)
        try:
            # Whoever holds the job keeps it until the others were answered.
            if run_job(NAME, at=NOW, work=lambda: over.wait(30) and None) is not None:
                ran.append(1)
            else:
                over.wait(30)
        finally:
            connection.close()

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert ran == [1]
    assert JobRun.objects.filter(state=JobState.DONE).count() == 1


def test_every_task_that_beat_rings_is_a_job_and_the_other_way_round(settings):
    rung = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    known = {job.name for job in registered_jobs()} - {NAME}
    assert rung - {"core.heartbeat"} == known
