"""Beat and worker come back after two days in which three deadlines fell due and a date moved: real processes."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from funding import schemes
from funding.alerts import running
from funding.models import Alert, Call
from tests.funding.alerts.people import follow
from tests.funding.drafts import published
from ti_portal.core.engines.valkey import EmbeddedValkey
from ti_portal.core.models import JobRun, OutboxMessage

ROOT = Path(__file__).resolve().parents[3]
DAY = timedelta(days=1)


def closing(name: str, closes_at: datetime) -> Call:
    call = {"slug": "appel", "name": name, "rounds": [{"opens_at": closes_at - 90 * DAY, "closes_at": closes_at}]}
    return published({"name": name}, {"calls": [call]}).calls.get()


@pytest.fixture
def worker_with_beat(database_environment, tmp_path):
    """One worker, its beat, and a broker of their own; stopped together."""
    valkey = EmbeddedValkey(tmp_path / "valkey")
    valkey.start()
    environment = {
        **database_environment,
        "REDIS_URL": valkey.url(),
        "DJANGO_SETTINGS_MODULE": "tests.funding.alerts.beat_settings",
        "PYTHONWARNINGS": "default",
    }
    command = [sys.executable, "-m", "celery", "-A", "ti_portal", "worker", "--beat", "--queues", "mail"]
    command += ["--concurrency", "1", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    command += ["--schedule", str(tmp_path / "schedule")]
    log = tmp_path / "worker.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    yield log
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(60)
    valkey.stop()


@pytest.fixture
def two_days(committed_db) -> None:
    """What was known two days ago, and what happened since while nobody looked."""
    now = datetime.now(UTC)
    stopped = now - 2 * DAY
    three_days = closing("À trois jours", now + 2 * DAY)
    fortnight = closing("À quinze jours", now + 14 * DAY)
    closed = closing("Fermé entre-temps", now - timedelta(hours=1))
    moved = closing("Déplacé", now + 60 * DAY)
    running.tell_news(at=stopped - timedelta(minutes=10))
    for call in (three_days, fortnight, closed, moved):
        follow(call=call)
    running.tell_news(at=stopped)
    assert not OutboxMessage.objects.filter(key__startswith="alert:").exists()
    rounds = [{"id": moved.rounds.get().pk, "closes_at": now + 90 * DAY}]
    values = {"slug": moved.slug, "rounds": rounds}
    schemes.save_call(scheme_id=moved.scheme_id, call_id=moved.pk, values=values, actor=None, at=now - DAY)


@pytest.mark.slow
def test_each_fact_of_two_days_without_beat_goes_out_once_and_says_that_it_is_late(two_days, worker_with_beat):
    deadline = time.monotonic() + 100
    # Two runs from beginning to end: the second one finds nothing more.
    while JobRun.objects.filter(name="funding.record_news", state="done").count() < 2:
        assert time.monotonic() < deadline, worker_with_beat.read_text()[-3000:]
        time.sleep(0.05)

    messages = OutboxMessage.objects.filter(key__startswith="alert:").order_by("pk")
    names = ["Déplacé", "À quinze jours", "À trois jours"]
    assert sorted(message.subject.rpartition(": ")[2] for message in messages) == sorted(names)
    assert all("Ce message vous parvient en retard" in message.text_body for message in messages)
    assert Alert.objects.count() == len(names)
