"""The délégation's page on background work."""

import re
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from ti_portal.core.enums import JobState, MessageState
from ti_portal.core.mail import queue_message
from ti_portal.core.models import JobRun, OutboxMessage

PAGE = "admin:core_jobrun_state"


def ran(ago: timedelta, state: str = JobState.DONE, name: str = "core.sweep_outbox", **fields) -> JobRun:
    at = timezone.now() - ago
    ended_at = None if state == JobState.RUNNING else at + timedelta(seconds=1)
    return JobRun.objects.create(
        name=name, state=state, started_at=at, lease_until=at + timedelta(minutes=5), ended_at=ended_at, **fields
    )


def words_of(client) -> str:
    """The text of the page, spaces made even."""
    page = client.get(reverse(PAGE)).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_page_tells_in_words_how_jobs_queues_and_mail_fare(office):
    ran(timedelta(minutes=3), counts={"sent": 12})
    ran(timedelta(seconds=2), JobState.RUNNING)
    ran(timedelta(days=3), name="core.purge")
    ran(timedelta(hours=1), JobState.FAILED, "funding.purge", error="OperationalError")
    queue_message(key="a", recipient="a@exemple.test", subject="s", text_body="t", at=timezone.now())
    queue_message(key="b", recipient="b@exemple.test", subject="s", text_body="t", at=timezone.now())
    OutboxMessage.objects.filter(key="b").update(state=MessageState.FAILED)

    words = words_of(office)

    assert "Envoi des courriels" in words
    assert "envoyés : 12" in words
    assert "Tout va bien depuis moins d’une minute" in words
    assert "En retard : rien depuis 3 jours" in words
    assert "En échec : la base ou la messagerie interne n’a pas répondu (OperationalError)" in words
    assert "Pas encore lancé" in words
    assert "1 en attente d’envoi" in words
    assert "1 abandonné" in words
    assert "Files d’attente" in words


def test_the_page_says_that_the_broker_is_away(office, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert "La messagerie interne (Valkey) ne répond pas" in words_of(office)


def test_the_page_and_the_runs_are_for_the_delegation(client, referent):
    client.force_login(referent)
    assert client.get(reverse(PAGE)).status_code in (302, 403)


def test_runs_are_listed_and_read_one_by_one(office):
    run = ran(timedelta(minutes=3), JobState.FAILED, error="SoftTimeLimitExceeded")
    ran(timedelta(minutes=1), name="core.purge")
    listed = office.get(reverse("admin:core_jobrun_changelist"), {"travail": "core.sweep_outbox"}).content.decode()
    assert "trop long, arrêté" in listed
    assert "rien à faire" not in listed
    assert "1,0 s" in office.get(reverse("admin:core_jobrun_change", args=[run.pk])).content.decode()


def test_the_home_warns_of_a_job_that_is_ill(office):
    assert "travail de fond" not in office.get("/administration/").content.decode()
    ran(timedelta(days=3))
    page = office.get("/administration/").content.decode()
    assert "1 travail de fond en retard ou en échec" in page
    assert reverse(PAGE) in page
