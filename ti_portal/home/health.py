"""Is the portal alive, is it ready? Read by the supervisor, the load balancer and the people on call."""

from collections.abc import Callable
from datetime import datetime, timedelta

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from ti_portal.core.job_reports import job_reports
from ti_portal.core.job_words import verdict_in_words
from ti_portal.core.jobs import registered_jobs
from ti_portal.core.tasks import HEARTBEAT_KEY

# Beat rings every thirty seconds; four missed rings mean that beat or every worker is down.
LATE_AFTER = timedelta(minutes=2)


@login_not_required
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """Answer 200 as soon as the process serves requests. Touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, migrations, broker, worker and critical jobs are well, 503 otherwise, each named."""
    checks = {
        "base": _check(_database),
        "migrations": _check(_migrations),
        "redis": _check(_broker),
        "taches": _check(lambda: _worker(timezone.now())),
        "travaux": _check(lambda: _jobs(timezone.now())),
    }
    is_ready = all(answer == "ok" for answer in checks.values())
    return JsonResponse({"pret": is_ready, "verifications": checks}, status=200 if is_ready else 503)


def _check(check: Callable[[], str]) -> str:
    try:
        return check()
    except (DatabaseError, redis.RedisError, OSError) as error:
        # The class and not the text: an address or a password may be in it, and this page is public.
        return f"injoignable ({type(error).__name__})"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "ok" if not pending else f"{len(pending)} migration(s) à appliquer"


def _broker() -> str:
    redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2).ping()
    return "ok"


def _worker(now: datetime) -> str:
    last = cache.get(HEARTBEAT_KEY)
    if last is None:
        return "aucun battement reçu"
    late = now - datetime.fromisoformat(last)
    return "ok" if late <= LATE_AFTER else f"dernier battement il y a {int(late.total_seconds())} s"


def _jobs(now: datetime) -> str:
    reports = job_reports([job for job in registered_jobs() if job.is_critical])
    ill = [f"{report.job.label} : {verdict_in_words(report, now)}" for report in reports if not report.is_well(now)]
    return " ; ".join(ill) or "ok"
