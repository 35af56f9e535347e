from datetime import UTC, datetime, timedelta

import pytest
from celery.signals import after_task_publish
from django.core.cache import caches
from django.db import transaction

from funding import schemes
from funding.alerts import doorbell
from funding.tasks import daily_alerts_task, record_news_task
from tests.funding.drafts import AT, published
from ti_portal.core.models import JobRun


@pytest.fixture
def rung():
    """Names of the tasks that reached the broker, and when they are to be done."""
    found = []

    def note(sender, headers, **_):
        found.append((sender, headers["eta"]))

    after_task_publish.connect(note)
    yield found
    after_task_publish.disconnect(note)


def test_a_write_rings_after_commit_and_once_for_several(db, rung, django_capture_on_commit_callbacks):
    scheme = published()
    with django_capture_on_commit_callbacks(execute=True):
        for name in ("Un", "Deux"):
            schemes.save_scheme(scheme_id=scheme.pk, values={"name": name}, actor=None, at=AT)
        assert rung == []

    assert [name for name, _ in rung] == ["funding.record_news"]
    wait = datetime.fromisoformat(rung[0][1]) - datetime.now(UTC)
    assert timedelta() < wait <= timedelta(seconds=doorbell.WAIT_SECONDS)


def test_a_broker_that_is_away_does_not_stop_the_writing(
    db, settings, rung, caplog, django_capture_on_commit_callbacks
):
    location = {"LOCATION": "redis://127.0.0.1:9/0"}
    settings.CACHES = {"default": {**settings.CACHES["default"], **location}}
    assert caches["default"]

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        doorbell.ring_after_commit()

    assert rung == []
    assert "facts wait for the next look" in caplog.text


def test_each_task_is_a_run_that_the_delegation_sees(db):
    record_news_task(unknown="ignored")
    daily_alerts_task()

    runs = JobRun.objects.order_by("pk").values_list("name", "state", "counts")
    assert list(runs) == [("funding.record_news", "done", {}), ("funding.daily_alerts", "done", {})]
