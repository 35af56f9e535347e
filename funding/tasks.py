"""Doorbells of `funding`. Each swallows arguments it does not know yet, and may ring twice."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from ti_portal.core.jobs import run_job


@shared_task(name="funding.sync_due")
def sync_due_task(**_future) -> None:
    """Ring each source that its schedule asks to read."""
    from funding.sync.due import ring_due

    at = timezone.now()
    run_job("funding.sync_due", at=at, work=lambda: ring_due(at=at))


# Less than the lease of a run (`funding.sync.runs.LEASE`): whoever holds one that is over is dead.
@shared_task(name="funding.sync_source", soft_time_limit=1_680, time_limit=1_740)
def sync_source_task(
    *, source_id: int | None = None, run_id: int | None = None, accept_shorter: bool = False, **_future
) -> None:
    """Read a source that is due, or do a run that a person asked for."""
    from funding.sync.runs import carry_out, read_if_due

    if run_id is not None:
        carry_out(run_id=run_id, at=timezone.now(), accept_shorter=accept_shorter)
    elif source_id is not None:
        read_if_due(source_id=source_id, at=timezone.now())


@shared_task(name="funding.record_news")
def record_news_task(**_future) -> None:
    """What happened to calls: found, spread to those who follow, written to the outbox."""
    from funding.alerts.running import tell_news

    at = timezone.now()
    run_job("funding.record_news", at=at, work=lambda: tell_news(at=at))


@shared_task(name="funding.daily_alerts")
def daily_alerts_task(**_future) -> None:
    """The grouped messages of this hour's morning: 7:30 comes at another hour in each zone."""
    from funding.alerts.running import write_messages

    at = timezone.now()
    run_job("funding.daily_alerts", at=at, work=lambda: write_messages(at=at))


@shared_task(name="funding.refresh_calendars")
def refresh_calendars_task(**_future) -> None:
    from funding.calendars.entries import refresh_all

    at = timezone.now()
    run_job("funding.refresh_calendars", at=at, work=lambda: {"entries": refresh_all(at=at)})


@shared_task(name="funding.purge")
def purge_task(**_future) -> None:
    from funding.retention import purge

    at = timezone.now()
    run_job("funding.purge", at=at, work=lambda: purge(at=at))


@shared_task(name="funding.check_links")
def check_links_task(**_future) -> None:
    from funding.links.checking import check_links

    at = timezone.now()
    run_job("funding.check_links", at=at, work=lambda: check_links(at=at) if settings.CHECK_PUBLISHED_LINKS else None)
