import json
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from ti_portal.core.enums import JobState
from ti_portal.core.models import JobRun
from ti_portal.core.tasks import HEARTBEAT_KEY, heartbeat_task


def checks(client) -> tuple[int, dict[str, str]]:
    response = client.get("/sante/pret")
    return response.status_code, json.loads(response.content)["verifications"]


def test_alive_touches_nothing(client, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        response = client.get("/sante")
    assert response.status_code == 200
    assert response.content == b"ok\n"


def test_ready_when_all_is_well(client, db):
    heartbeat_task()
    assert checks(client) == (200, {"base": "ok", "migrations": "ok", "redis": "ok", "taches": "ok", "travaux": "ok"})


def test_not_ready_without_heartbeat(client, db):
    status, found = checks(client)
    assert status == 503
    assert found["taches"] == "aucun battement reçu"


def test_not_ready_when_the_heartbeat_is_late(client, db):
    cache.set(HEARTBEAT_KEY, (timezone.now() - timedelta(minutes=10)).isoformat())
    status, found = checks(client)
    assert status == 503
    assert found["taches"] == "dernier battement il y a 600 s"


def test_not_ready_with_a_pending_migration(client, db):
    heartbeat_task()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'core'")
    status, found = checks(client)
    assert status == 503
    assert "à appliquer" in found["migrations"]


def test_not_ready_when_redis_is_away_and_no_address_is_told(client, db, settings):
    settings.REDIS_URL = "redis://:hunter2@127.0.0.1:1/0"
    status, found = checks(client)
    assert status == 503
    assert found["redis"].startswith("injoignable")
    assert "hunter2" not in str(found)


def test_not_ready_when_a_critical_job_is_late_or_fails_again_and_again(client, db):
    heartbeat_task()
    at = timezone.now() - timedelta(minutes=20)
    old = {"name": "core.sweep_outbox", "lease_until": at, "ended_at": at}
    JobRun.objects.create(**old, started_at=at, state=JobState.DONE)
    status, found = checks(client)
    assert status == 503
    assert found["travaux"].replace("\xa0", " ") == "Envoi des courriels : En retard : rien depuis 20 minutes"

    for _ in range(3):
        JobRun.objects.create(**old, started_at=timezone.now(), state=JobState.FAILED, error="ValueError")
    assert checks(client)[1]["travaux"] == "Envoi des courriels : En échec 3 fois de suite : ValueError"

    JobRun.objects.create(**old, started_at=timezone.now(), state=JobState.DONE)
    assert checks(client) == (200, dict.fromkeys(found, "ok"))


@pytest.mark.slow
def test_a_real_beat_and_a_real_worker_make_it_ready(committed_db, database_environment, client, tmp_path):
    cache.key_prefix = "ti"
    cache.delete(HEARTBEAT_KEY)
    environment = {**database_environment, "DJANGO_SETTINGS_MODULE": "tests.portal.quick_beat_settings"}
    celery = [sys.executable, "-m", "celery", "-A", "ti_portal"]
    worker = subprocess.Popen(
        [*celery, "worker", "--beat", "--schedule", str(tmp_path / "beat"), "--pool", "solo", "-Q", "default,mail"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        limit = time.monotonic() + 120
        while cache.get(HEARTBEAT_KEY) is None and time.monotonic() < limit:
            time.sleep(0.1)
        assert checks(client)[1]["taches"] == "ok"
    finally:
        worker.terminate()
        worker.wait(60)
        cache.delete(HEARTBEAT_KEY)
