"""Drills with real processes: a web process that writes, Celery workers that die, a broker that forgets."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from kombu import Connection

from tests.core.far_end import FarEnd, far_end
from ti_portal.celery import app
from ti_portal.core.engines.valkey import EmbeddedValkey
from ti_portal.core.enums import MessageState
from ti_portal.core.mail import message_id_of
from ti_portal.core.models import OutboxMessage

ROOT = Path(__file__).resolve().parents[2]
CONCURRENCY = 2
# A web process: each line of its input is a range of keys to write, one transaction each; it answers when all are in.
WEB = """
import sys, django
django.setup()
from datetime import datetime, timezone
from ti_portal.core.mail import queue_message
for line in sys.stdin:
    first, last = map(int, line.split())
    for number in range(first, last):
        queue_message(key=f"drill:{number}", recipient=f"p{number}@example.fr", subject="Essai", text_body="Essai.",
                      at=datetime.now(timezone.utc))
    print("ok", flush=True)
"""


@pytest.fixture
def broker(tmp_path) -> Iterator[EmbeddedValkey]:
    """A broker of this test's own, so that emptying it harms nobody."""
    valkey = EmbeddedValkey(tmp_path / "valkey")
    valkey.start()
    yield valkey
    valkey.stop()


@pytest.fixture
def server() -> Iterator[FarEnd]:
    with far_end() as end:
        yield end


@pytest.fixture
def environment(database_environment, broker, server) -> dict[str, str]:
    return {
        **database_environment,
        "REDIS_URL": broker.url(),
        "FAR_END_PORT": str(server.port),
        "DJANGO_SETTINGS_MODULE": "tests.core.outbox_settings",
        "PYTHONWARNINGS": "default",
    }


@pytest.fixture
def write(environment) -> Iterator[Callable[[int, int], None]]:
    """`write(first, last)` asks one long-lived web process to write these messages."""
    process = subprocess.Popen(
        [sys.executable, "-c", WEB], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def ask(first: int, last: int) -> None:
        process.stdin.write(f"{first} {last}\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ok\n"

    yield ask
    process.stdin.close()
    process.wait(60)
    process.stdout.close()


@contextmanager
def worker(environment, log: Path) -> Iterator[Callable[[], None]]:
    """A Celery worker and its children; the value kills them all at once, as a power cut does."""
    command = [sys.executable, "-m", "celery", "-A", "ti_portal", "worker", "--queues", "mail,default"]
    command += ["--concurrency", str(CONCURRENCY), "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )

    def kill() -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)

    try:
        yield kill
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                kill()


def ring_sweep(broker: EmbeddedValkey) -> None:
    """What beat does every minute."""
    with Connection(broker.broker_url()) as connection:
        app.send_task("core.sweep_outbox", connection=connection)


def settled(number: int, *, seconds: float = 90) -> int:
    deadline = time.monotonic() + seconds
    sent = OutboxMessage.objects.filter(state=MessageState.SENT)
    while sent.count() < number and time.monotonic() < deadline:
        time.sleep(0.1)
    return sent.count()


def expected_ids() -> set[str]:
    return {message_id_of(message) for message in OutboxMessage.objects.order_by("pk")}


@pytest.mark.slow
def test_a_worker_killed_twice_in_a_run_loses_nothing(environment, broker, server, write, tmp_path):
    total = 120
    log = tmp_path / "worker.log"
    write(0, total)
    for server.stop_at in (30, 70):
        with worker(environment, log) as kill:
            assert server.wait_for(server.stop_at - CONCURRENCY) >= server.stop_at - CONCURRENCY, log.read_text()
            kill()
    assert len(server.counts) < total, "the kills must fall within the run"

    server.stop_at = None
    with worker(environment, log):
        ring_sweep(broker)
        assert settled(total) == total, log.read_text()[-3000:]

    assert set(server.counts) == expected_ids()
    # A message whose acceptance was not stamped yet goes again with the same Message-ID: at most one for each process
    # of each worker that was killed (ADR 0003).
    repeats = sum(server.counts.values()) - total
    assert 0 <= repeats <= 2 * CONCURRENCY
    assert OutboxMessage.objects.filter(state=MessageState.SENT).count() == total


@pytest.mark.slow
def test_a_broker_that_forgets_everything_loses_nothing(environment, broker, server, write, tmp_path):
    log = tmp_path / "worker.log"
    server.stop_at = 20
    write(0, 100)
    with worker(environment, log):
        assert server.wait_for(20) == 20, log.read_text()
        with redis.Redis.from_url(broker.url()) as store:
            store.flushall()
        server.stop_at = None

        ring_sweep(broker)

        assert settled(100) == 100, log.read_text()[-3000:]
        # The web process that knew the broker before can ring again, and the worker that knew it still listens.
        write(100, 110)
        assert settled(110) == 110, log.read_text()[-3000:]

    assert set(server.counts) == expected_ids()
    assert set(server.counts.values()) == {1}


@pytest.mark.slow
def test_a_broker_that_is_down_does_not_stop_the_writing(environment, broker, server, write, tmp_path):
    broker.stop()

    write(0, 3)

    assert OutboxMessage.objects.queued().count() == 3
    broker.start()
    with worker(environment, tmp_path / "worker.log"):
        ring_sweep(broker)
        assert settled(3) == 3
    assert set(server.counts.values()) == {1}


@pytest.mark.slow
def test_a_far_end_that_comes_back_receives_what_waited(environment, broker, server, write, tmp_path):
    server.answer_recipient = lambda address: "451 not now"
    write(0, 5)
    with worker(environment, tmp_path / "worker.log"):
        deadline = time.monotonic() + 90
        while OutboxMessage.objects.filter(attempts=1).count() < 5 and time.monotonic() < deadline:
            time.sleep(0.1)
        server.answer_recipient = lambda address: "250 OK"
        OutboxMessage.objects.update(next_attempt_at=datetime.now(UTC))
        ring_sweep(broker)
        assert settled(5) == 5

    assert set(OutboxMessage.objects.values_list("attempts", flat=True)) == {2}
    assert set(server.counts.values()) == {1}
