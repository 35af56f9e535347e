import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import redis
from django.conf import settings

from ti_portal.celery import app
from ti_portal.core import jobs
from ti_portal.core.enums import JobState
from ti_portal.core.job_reports import job_reports, ring_missed_jobs
from ti_portal.core.job_words import rhythm_in_words, running_in_words, verdict_in_words
from ti_portal.core.models import JobRun

NOW = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Europe/Paris"))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _jobs(monkeypatch):
    monkeypatch.setattr(jobs, "_jobs", {})
    jobs.register("tests.often", label="Souvent", does="Rien.", every=MINUTE, lease=MINUTE * 2)
    jobs.register("tests.daily", label="Chaque jour", does="Rien.", every=DAY, lease=MINUTE * 6)


def ran(name: str, ago: timedelta, state: str = JobState.DONE, error: str = "") -> JobRun:
    at = NOW - ago
    ended_at = None if state == JobState.RUNNING else at
    return JobRun.objects.create(
        name=name, state=state, started_at=at, lease_until=at + MINUTE * 5, ended_at=ended_at, error=error
    )


def verdicts() -> dict[str, str]:
    return {report.job.name: verdict_in_words(report, NOW).replace("\xa0", " ") for report in job_reports()}


def test_a_new_job_is_neither_late_nor_failing(db):
    assert all(report.is_well(NOW) for report in job_reports())
    assert verdicts() == {"tests.often": "Pas encore lancé", "tests.daily": "Pas encore lancé"}


@pytest.mark.parametrize(
    ("name", "ago", "words"),
    [
        ("tests.often", MINUTE * 10, "Tout va bien"),
        ("tests.often", MINUTE * 12, "En retard : rien depuis 12 minutes"),
        ("tests.daily", timedelta(hours=29), "Tout va bien"),
        ("tests.daily", timedelta(hours=49), "En retard : rien depuis 2 jours"),
    ],
)
def test_a_job_is_late_when_its_last_success_is_too_old_for_its_rhythm(db, name, ago, words):
    ran(name, ago)
    assert verdicts()[name] == words


def test_a_frequent_job_is_forgiven_two_failures_in_a_row_and_a_daily_one_none(db):
    for name in ("tests.often", "tests.daily"):
        ran(name, MINUTE * 9, JobState.FAILED, "ValueError")
        ran(name, MINUTE * 8)
        ran(name, MINUTE * 2, JobState.FAILED, "OperationalError")
    assert verdicts()["tests.often"] == "Tout va bien"
    assert verdicts()["tests.daily"].startswith("En échec : la base ou la messagerie")

    ran("tests.often", MINUTE, JobState.LOST)
    assert verdicts()["tests.often"] == "Tout va bien"
    ran("tests.often", MINUTE / 2, JobState.LOST)
    assert verdicts()["tests.often"] == "En échec 3 fois de suite : interrompu avant la fin"


def test_what_runs_and_what_died_are_told_apart(db):
    ran("tests.often", MINUTE * 3, JobState.RUNNING)
    ran("tests.daily", MINUTE * 6, JobState.RUNNING)
    often, daily = job_reports()
    assert running_in_words(often, NOW).replace("\xa0", " ") == "depuis 3 minutes"
    assert running_in_words(daily, NOW) == "interrompu, sera repris"


def test_reports_cost_two_queries_whatever_the_history(db, django_assert_num_queries):
    for number in range(20):
        ran("tests.often", MINUTE * number, JobState.FAILED if number % 3 else JobState.DONE)
    with django_assert_num_queries(2):
        job_reports()


def test_rhythms_are_words():
    assert [rhythm_in_words(span) for span in (MINUTE, MINUTE * 10, DAY)] == [
        "chaque minute",
        "toutes les 10 minutes",
        "chaque jour",
    ]


def rung() -> list[str]:
    """The tasks of these tests that were rung since the last time, taken out of the queue."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        messages = broker.lrange(app.conf.task_default_queue, 0, -1)
        broker.delete(app.conf.task_default_queue)
    names = [json.loads(message)["headers"]["task"] for message in messages]
    return [name for name in names if name.startswith("tests.")]


def test_a_rare_job_that_beat_missed_is_rung_again(db):
    ran("tests.often", DAY * 3)
    ran("tests.daily", timedelta(hours=31))
    assert ring_missed_jobs(at=NOW) == {"rung": 1}
    assert rung() == ["tests.daily"]

    ran("tests.daily", MINUTE, JobState.FAILED)
    assert ring_missed_jobs(at=NOW) == {"rung": 0}
    assert rung() == []


def test_a_rare_job_that_never_ran_is_rung(db):
    assert ring_missed_jobs(at=NOW) == {"rung": 1}
    assert rung() == ["tests.daily"]
