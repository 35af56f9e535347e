"""Drills with real processes: a web process that writes, Celery workers that die, a broker that forgets."""

import os
import signal
import subprocess
import sys
import threading
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
from ti_portal.core.enums import JobState, MessageState
from ti_portal.core.mail import message_id_of
from ti_portal.core.models import JobRun, OutboxMessage

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


def wait_until(is_so: Callable[[], bool], log: Path, *, seconds: float = 100) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, log.read_text()[-3000:]
        time.sleep(0.05)


def settle(broker: EmbeddedValkey, log: Path) -> None:
    """Ring as beat does, until nothing is queued any more."""

    def nothing_waits() -> bool:
        if not OutboxMessage.objects.queued().exists():
            return True
        if not running().exists() and not doorbells(broker)[0]:
            ring_sweep(broker)
        return False

    wait_until(nothing_waits, log)


def running():
    return JobRun.objects.filter(name="core.sweep_outbox", state=JobState.RUNNING)


def doorbells(broker: EmbeddedValkey) -> tuple[int, int]:
    """Those that wait, and those that a worker took and did not answer, were it killed since."""
    with redis.Redis.from_url(broker.url()) as store:
        return store.llen("mail"), store.hlen("unacked")


def expected_ids() -> set[str]:
    return {message_id_of(message) for message in OutboxMessage.objects.order_by("pk")}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_run_of_two_thousand_survives_every_death(environment, broker, server, tmp_path):
    """Killed between each two steps of a message, taken over, rung twice at once, broker restarted empty in mid-run."""
    total, log = 2000, tmp_path / "worker.log"
    at = datetime.now(UTC)
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            key=f"drill:{number}", sender="portail@example.fr", recipient=f"p{number}@example.fr", subject="Essai",
            text_body="Essai.", created_at=at, next_attempt_at=at,
        )
        for number in range(total)
    )  # fmt: skip
    sent = OutboxMessage.objects.filter(state=MessageState.SENT)

    deaths = 0
    for number, step, stamped in (
        (300, "sender", 300),
        (600, "recipient", 600),
        (900, "content", 900),
        # Accepted by the far end, and killed before it was stamped: the window of ADR 0003.
        (1200, "accepted", 1199),
    ):
        with worker(environment, log) as kill:
            died = threading.Event()

            def strike(name, accepted, wanted=(step, number), kill=kill, died=died):
                if (name, accepted) == wanted:
                    kill()
                    if name == "content":
                        server.answer_data = lambda message_id: "451 nobody is there any more"
                    died.set()

            server.at_step = strike
            ring_sweep(broker)
            assert died.wait(120), log.read_text()[-3000:]
        assert (len(server.received), sent.count()) == (number, stamped)
        server.answer_data = lambda message_id: "250 OK"
        # What the dead one held stays held until its lease ends; here the clock is moved, nobody waits.
        assert running().update(lease_until=at) == 1
        deaths += 1

    server.at_step = lambda name, accepted: None
    server.stop_at = 1600
    with worker(environment, log):
        ring_sweep(broker)
        wait_until(lambda: len(server.received) == 1600, log)
        # A second sweep, while the first one waits for the far end: it finds the job held and goes.
        ring_sweep(broker)
        wait_until(lambda: doorbells(broker) == (0, deaths + 1), log)
        assert running().count() == 1
        broker.stop()
        broker.start()
        assert doorbells(broker) == (0, 0)
        # A ring of the empty broker is heard by the worker that knew it before.
        ring_sweep(broker)
        wait_until(lambda: doorbells(broker)[0] == 0, log)
        server.stop_at = None
        settle(broker, log)

    assert set(server.counts) == expected_ids()
    assert [count for count in server.counts.values() if count > 1] == [2]
    assert len(server.received) == total + 1
    assert JobRun.objects.filter(state=JobState.LOST).count() == deaths


@pytest.mark.slow
def test_neither_a_broker_nor_a_far_end_that_is_away_stops_the_writing(environment, broker, server, write, tmp_path):
    log = tmp_path / "worker.log"
    server.answer_recipient = lambda address: "451 not now"
    broker.stop()
    write(0, 2)
    assert OutboxMessage.objects.queued().count() == 2

    broker.start()
    with worker(environment, log):
        # The web process that knew the broker before rings again; the others have lost their doorbells.
        write(2, 3)
        wait_until(lambda: OutboxMessage.objects.filter(attempts=1).exists(), log)
        server.answer_recipient = lambda address: "250 OK"
        OutboxMessage.objects.update(next_attempt_at=datetime.now(UTC))
        settle(broker, log)

    assert set(server.counts) == expected_ids()
    assert set(server.counts.values()) == {1}
