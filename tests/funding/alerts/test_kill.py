"""A run of two thousand messages whose process dies between any two steps, and in the middle of some."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection, connections

from funding.alerts import running
from funding.alerts.recording import record
from funding.alerts.spreading import spread
from funding.alerts.writing import write
from funding.models import Alert, CallNews, Follow, Round, Subscriber
from tests import databases
from tests.conftest import database_url
from tests.funding.alerts.people import SINCE
from tests.funding.drafts import published
from ti_portal.core.models import OutboxMessage

CALLS, PEOPLE = 10, 2_000
START = datetime(2027, 3, 1, 9, tzinfo=UTC)
CLOSES = datetime(2027, 4, 15, 10, tzinfo=UTC)
# Stages, the table that each writes to, and how much of it a step does.
STAGES = {"record": "funding_callnews", "spread": "funding_alert", "write": "core_outboxmessage"}
CLEAN = multiprocessing.get_context("forkserver")
CLEAN.set_forkserver_preload(["tests.funding.alerts.nursery"])


def steps(at: datetime) -> Iterator[str]:
    """The run of `running.tell_news`, in small batches: the name of the stage after each commit."""
    for stage, batches in (
        ("record", record(at=at, batch=5)),
        ("spread", spread(at=at, batch=5)),
        ("write", write(at=at, batch=250)),
    ):
        for _ in batches:
            yield stage


def walk(end, at: datetime, database: str) -> None:
    """In a process of its own: take a step, say so, wait for the word to take another."""
    databases.use(database)
    for stage in steps(at):
        end.send(stage)
        end.recv()
    end.send("over")


@contextmanager
def process(work: Callable, *arguments) -> Iterator[multiprocessing.Process]:
    connections.close_all()  # the child shares no connection with its parent
    child = CLEAN.Process(target=work, args=(*arguments, connection.settings_dict["NAME"]))
    child.start()
    try:
        yield child
    finally:
        if child.is_alive():
            os.kill(child.pid, signal.SIGKILL)
        child.join(60)
        wait_until_alone()


def wait_until_alone() -> None:
    """Until the server noticed that the other process is gone, and gave up what it was doing."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    wait_until(lambda cursor: cursor.execute(others) or cursor.fetchone()[0] == 0)


def wait_until(is_so: Callable[..., bool]) -> None:
    deadline = time.monotonic() + 100
    with connection.cursor() as cursor:
        while not is_so(cursor):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def kill_after_a_step(at: datetime) -> str:
    """Start the run, kill it after its first step; tell which stage it was, or that nothing was left to do."""
    here, there = CLEAN.Pipe()
    with process(walk, there, at):
        there.close()  # the child's end alone is open: its death is seen at once, as EOFError
        assert here.poll(100)
        return here.recv()


def kill_within_a_step(stage: str, at: datetime) -> None:
    """Start the run, and kill it while it writes to the table of a stage, before it could commit."""
    here, there = CLEAN.Pipe()
    with psycopg.connect(database_url()) as guard:
        guard.execute(f"LOCK TABLE {STAGES[stage]} IN SHARE MODE")
        with process_that_waits(walk, there, at):
            pass
    wait_until_alone()
    here.close()


@contextmanager
def process_that_waits(work: Callable, *arguments) -> Iterator[None]:
    connections.close_all()
    child = CLEAN.Process(target=work, args=(*arguments, connection.settings_dict["NAME"]))
    child.start()
    waiting = """
        SELECT count(*) FROM pg_locks WHERE NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
    try:
        wait_until(lambda cursor: cursor.execute(waiting) or cursor.fetchone()[0] > 0)
        yield
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.join(60)


def tell(at: datetime, database: str) -> None:
    databases.use(database)
    running.tell_news(at=at)


@pytest.fixture
def calls(committed_db) -> None:
    """Ten open calls that are known, each followed by two hundred people of its own."""
    rounds = [{"opens_at": START - timedelta(days=30), "closes_at": CLOSES}]
    rows = [{"slug": f"appel-{number}", "name": f"Appel {number}", "rounds": rounds} for number in range(CALLS)]
    found = list(published(rows={"calls": rows}).calls.order_by("pk"))
    people = Subscriber.objects.bulk_create(
        Subscriber(email=f"p{number}@exemple.test", secret=f"s{number}", created_at=SINCE, confirmed_at=SINCE)
        for number in range(PEOPLE)
    )
    Follow.objects.bulk_create(
        Follow(subscriber=one, call=found[number % CALLS], created_at=SINCE, confirmed_at=SINCE)
        for number, one in enumerate(people)
    )
    assert running.tell_news(at=START)["facts"] == 0
    # What autovacuum does in a minute: without statistics the planner takes a table just filled for an empty one.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE funding_follow, funding_subscriber")


def move(days: int) -> None:
    Round.objects.filter(call__slug__startswith="appel-", call__follows__isnull=False).update(
        closes_at=CLOSES + timedelta(days=days)
    )


@pytest.mark.slow
def test_killed_between_any_two_steps_and_within_each_stage_each_message_is_written_once(calls):
    move(10)
    at = START + timedelta(hours=1)
    kill_within_a_step("record", at)
    assert CallNews.objects.count() == 0

    done, within = [], ["spread", "write"]
    while (stage := kill_after_a_step(at)) != "over":
        done.append(stage)
        if stage in within and done.count(stage) == 2:
            kill_within_a_step(stage, at)

    assert {stage: done.count(stage) for stage in STAGES} == {"record": 2, "spread": 2, "write": 8}
    assert_each_once(PEOPLE)
    assert running.tell_news(at=at) == {"facts": 0, "alerts": 0, "messages": 0}

    # Two runs at the same time share the work; what one of them held when the other passed is for the next.
    move(20)
    again = at + timedelta(hours=1)
    with process(tell, again), process(tell, again):
        pass_over()
    running.tell_news(at=again)
    assert_each_once(2 * PEOPLE)


def pass_over() -> None:
    """Until both processes ended by themselves."""
    deadline = time.monotonic() + 100
    while CLEAN.active_children():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def assert_each_once(number: int) -> None:
    written = OutboxMessage.objects.filter(key__startswith="alert:")
    assert written.count() == number
    assert written.values("recipient").distinct().count() == PEOPLE
    assert Alert.objects.filter(state="written").count() == Alert.objects.count() == number
    assert CallNews.objects.filter(spread_at=None).count() == 0
    assert set(Alert.objects.values_list("message_key", flat=True)) == set(written.values_list("key", flat=True))
