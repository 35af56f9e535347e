"""Two readings of one source at once, and a reading that is killed: real threads, a real process, real commits."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from funding.enums import RunState
from funding.models import Organisation, Scheme, SyncLine, SyncRun
from funding.sync.applying import hold_machines
from funding.sync.runs import LEASE
from tests.funding.sync.makers import NAME, file, read, row, source

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 120


def test_two_runs_of_one_source_at_once_write_each_scheme_once(committed_db):
    given = source()
    rows = [row(number) for number in range(1, 6)]
    barrier, ended, failures = threading.Barrier(2), [], []

    def work():
        try:
            barrier.wait(timeout=PATIENCE)
            ended.append(read(given, *rows).state)
        except ValidationError as error:
            ended.append(error.code)
        except Exception as error:  # noqa: BLE001 - told by the main thread
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    assert failures == []
    # The second one was refused, or came after the first had ended and found nothing to write.
    assert sorted(ended) in (["applied", "busy"], ["applied", "applied"])
    assert Scheme.objects.filter(source_name=NAME).count() == 5
    assert Organisation.objects.filter(siren="552100554").count() == 1
    assert not SyncRun.objects.filter(state=RunState.RUNNING).exists()


def test_a_reading_killed_while_it_writes_has_written_nothing_and_the_next_one_takes_over(
    database_environment, tmp_path
):
    given = source()
    path = tmp_path / "aides.csv"
    path.write_bytes(file(row(1), row(2)))
    environment = {**database_environment, "DJANGO_SETTINGS_MODULE": "ti_portal.settings.test"}
    command = [sys.executable, "manage.py", "sync_source", given.slug, "--file", str(path)]
    with transaction.atomic():
        hold_machines()
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_until_somebody_waits_for_machines(process)
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait(PATIENCE)

    run = SyncRun.objects.get()
    assert run.state == RunState.RUNNING
    assert not Scheme.objects.filter(source_name=NAME).exists()
    later = run.started_at + LEASE + timedelta(seconds=1)
    assert read(given, row(1), row(2), at=later).counts["new"] == 2
    run.refresh_from_db()
    assert run.state == RunState.LOST
    assert not SyncLine.objects.filter(run=run).exists()


def wait_until_somebody_waits_for_machines(process: subprocess.Popen) -> None:
    waiting = (
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
        "WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"
    )
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("the reading never came to the point of writing")
