"""The day's run of alerts: 200,000 follows on 5,000 calls, all of which fall due on one morning; killed half-way.

The heavier reading: everybody is told at once, so that each alert is a message of its own in the outbox. The run is a
process of its own; it is killed with SIGKILL at half of the messages, and another one finishes. The time is that of
both, from the first start to the last commit, the second start included.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import connection

from tests.bench import funding_data
from tests.bench.results import Measure

CALLS, FOLLOWS, PEOPLE = 5_000, 200_000, 100_000
BROAD = 5  # people who follow a région, and as many who follow a kept check: reached by thousands of facts each
BAR_SECONDS = 120
FLAT_MB = 40  # what a process may grow between a tenth of its messages and its end
DAY = datetime(2027, 6, 1, 6, tzinfo=UTC)  # 8:00 in Paris


def measure(write: Callable[[str], object]) -> Measure:
    """Fill, run, kill, run again; check that each message is there once."""
    seconds = _fill()
    write(f"Suivis écrits : {seconds:.0f} s\n")
    begin = time.perf_counter()
    killed = _run(kill_at=FOLLOWS // 2)
    finished = _run()
    seconds = time.perf_counter() - begin
    problems = [*_problems(), *_growth(killed), *_growth(finished)]
    for name, told in (("tué à la moitié", killed), ("repris", finished)):
        write(f"alerts, {name} : {json.dumps(told[-1], ensure_ascii=False)}\n")
    for problem in problems:
        write(f"alerts : {problem}\n")
    is_ok = seconds <= BAR_SECONDS and not problems
    size = f"{FOLLOWS} suivis, {CALLS} appels"
    rate = round(FOLLOWS / seconds)
    return Measure("alerts", size, "≤ 2 min, tué et repris", round(seconds * 1000), None, rate, None, is_ok)


def _run(kill_at: int | None = None) -> list[dict]:
    """Run in a process of its own; give what it said after each batch."""
    command = [sys.executable, "-m", "tests.bench.alerts_run", DAY.isoformat()]
    process = subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE, text=True)
    told = []
    for line in process.stdout:
        told.append(json.loads(line))
        if kill_at is not None and told[-1]["messages"] >= kill_at:
            process.kill()
            break
    process.stdout.close()
    if process.wait(60) and kill_at is None:
        raise RuntimeError(f"the run ended with {process.returncode}")
    return told


def _growth(told: list[dict]) -> list[str]:
    """Whether the memory of a run grew while it wrote messages."""
    writing = [line["rss_mb"] for line in told if line["stage"] == "write"]
    if not writing:
        return ["rien n’a été écrit"]
    growth = max(writing) - writing[len(writing) // 10]
    return [f"la mémoire a crû de {growth:.0f} Mo"] if growth > FLAT_MB else []


def _problems() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT (SELECT count(*) FROM core_outboxmessage WHERE key LIKE 'alert:%'),
                (SELECT count(*) FROM core_outboxmessage WHERE key LIKE 'alerts:%'),
                (SELECT count(*) FROM funding_alert WHERE state <> 'written'),
                (SELECT count(*) FROM funding_callnews WHERE spread_at IS NULL)
            """
        )
        found = cursor.fetchone()
    wanted = (FOLLOWS, 2 * BROAD, 0, 0)
    return [] if found == wanted else [f"messages, groupés, alertes et faits en attente : {found} au lieu de {wanted}"]


def _fill() -> float:
    """Schemes unless they are there, then people and follows; everything is known since the day before."""
    from funding.alerts import running
    from funding.models import Scheme

    begin = time.perf_counter()
    if Scheme.objects.count() < CALLS:
        funding_data.fill(CALLS)
    values = {"calls": CALLS, "people": PEOPLE, "follows": FOLLOWS, "broad": BROAD, "closes_at": _closing()}
    with connection.cursor() as cursor:
        cursor.execute(_DATA, values)
    running.tell_news(at=DAY - timedelta(days=1), seconds=1_000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return time.perf_counter() - begin


def _closing() -> datetime:
    """Three days later at noon in Paris: the reminder falls due on the morning of the run."""
    return (DAY + timedelta(days=3)).replace(hour=10)


_DATA = """
    CREATE TEMPORARY TABLE drawn AS
        SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, scheme_id
        FROM funding_call WHERE variant_of_id IS NULL ORDER BY id LIMIT %(calls)s;

    -- Only these have something to tell on that day.
    DELETE FROM funding_round;
    INSERT INTO funding_round (call_id, label, opens_at, closes_at, zone, announced_for)
        SELECT id, '', %(closes_at)s::timestamptz - interval '100 days', %(closes_at)s, 'Europe/Paris', '' FROM drawn;

    INSERT INTO funding_subscriber
        (email, secret, feed_token, frequency, kinds, zone, created_at, confirmed_at, stop_reason)
        SELECT 'personne' || n || '@exemple.fr', left(encode(sha256(n::text::bytea), 'hex'), 43), '', 'at_once',
            ARRAY['opening', 'j30', 'j15', 'j3', 'moved'],
            CASE WHEN n %% 50 = 0 THEN 'Indian/Reunion' ELSE 'Europe/Paris' END, '2026-01-01', '2026-01-01', ''
        FROM generate_series(0, %(people)s + 2 * %(broad)s - 1) n ORDER BY n;
    CREATE TEMPORARY TABLE person AS
        SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM funding_subscriber;
    ANALYZE drawn;
    ANALYZE person;

    -- One follow in twenty is of the scheme.
    INSERT INTO funding_follow (subscriber_id, call_id, scheme_id, created_at, confirmed_at)
        SELECT person.id, CASE WHEN k %% 20 > 0 THEN drawn.id END, CASE WHEN k %% 20 = 0 THEN drawn.scheme_id END,
            '2026-01-01', '2026-01-01'
        FROM generate_series(0, %(follows)s - 1) k
        JOIN person ON person.n = k / (%(follows)s / %(people)s)
        JOIN drawn ON drawn.n = k::bigint * 7919 %% %(calls)s;

    INSERT INTO funding_follow (subscriber_id, place_id, created_at, confirmed_at)
        SELECT person.id, place.id, '2026-01-01', '2026-01-01'
        FROM person JOIN (
            SELECT id, row_number() OVER (ORDER BY code) AS n FROM territories_place
            WHERE kind = 'region' AND nature = 'metro'
        ) place ON place.n = person.n - %(people)s + 1
        WHERE person.n < %(people)s + %(broad)s;
    INSERT INTO funding_keptcheck (token, facts, verdicts, as_of, rules_version, data_version, created_at)
        SELECT 'banc-' || n, '{"audience": "firm", "place": "COM-76540", "staff": "40"}', '{}', '2026-01-01', '1', 1,
            '2026-01-01'
        FROM generate_series(1, %(broad)s) n;
    INSERT INTO funding_follow (subscriber_id, kept_check_id, created_at, confirmed_at)
        SELECT person.id, kept.id, '2026-01-01', '2026-01-01'
        FROM person JOIN (
            SELECT id, row_number() OVER (ORDER BY id) AS n FROM funding_keptcheck
        ) kept ON kept.n = person.n - %(people)s - %(broad)s + 1;
"""
