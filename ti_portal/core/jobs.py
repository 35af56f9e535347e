"""Background jobs: which there are, and one run of each at a time.

A job is what beat rings again and again. It is named like its task. Its app registers it in `AppConfig.ready`, so that
this floor knows nothing of the floors above, and its task runs it:

    register("funding.purge", label="…", does="…", every=timedelta(days=1), lease=timedelta(minutes=6))

    @shared_task(name="funding.purge")
    def purge_task(**_future) -> None:
        at = timezone.now()
        run_job("funding.purge", at=at, work=lambda: purge(at=at))

The lock is a row of PostgreSQL, never a key of Valkey: a broker that forgets does not start a job twice. A run holds
its job until its lease ends; the lease is longer than the task's time limit, so whoever lost it is dead. See ADR 0011.
"""

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, transaction

from ti_portal.core.enums import JobState
from ti_portal.core.models import JobRun

# What a doorbell may be late without anybody being told: a worker that restarts, a queue that is long for a moment.
SHORTEST_GRACE = timedelta(minutes=10)

logger = logging.getLogger(__name__)

Work = Callable[[], Mapping[str, int] | int | None]


@dataclass(frozen=True)
class Job:
    """A job as people know it. `every` is its rhythm in the beat schedule, `lease` how long a run holds it.

    `is_critical`: a deadline may be missed while it fails; `/sante/pret` then says so. `words` tells in French what
    each number of its runs counts: {"sent": "envoyés"}.
    """

    name: str
    label: str
    does: str
    every: timedelta
    lease: timedelta
    is_critical: bool = False
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def late_after(self) -> timedelta:
        """How old the last success may be before the job is said to be late."""
        return self.every + max(SHORTEST_GRACE, self.every / 4)


_jobs: dict[str, Job] = {}


def register(
    name: str,
    *,
    label: str,
    does: str,
    every: timedelta,
    lease: timedelta,
    is_critical: bool = False,
    words: Mapping[str, str] | None = None,
) -> None:
    """Add or replace the job `name`, the name of its task. `label`, `does` and `words` are French, for the délégation.

    The lease must be longer than the time limit of the task, or the same work could be done twice at once.
    """
    _jobs[name] = Job(name, label, does, every, lease, is_critical, dict(words or {}))


def registered_jobs() -> list[Job]:
    """All jobs, those of lower apps first."""
    return list(_jobs.values())


def run_job(name: str, *, at: datetime, work: Work) -> JobRun | None:
    """Do `work` as the only run of job `name`; return the run, or None, without an error, when another one holds it.

    `work` returns what it counted, names and numbers, or one number (then named "done"); zeros are not kept. A run
    whose lease ended becomes « interrompu » and this one takes over: `work` must be safe to do again from any point. An
    error of `work` ends the run as failed, with the class of the error only (its text may hold personal data), and goes
    on to the caller. Raises LookupError for a name that nobody registered.
    """
    job = _jobs[name]
    run = _start(job, at)
    if run is None:
        logger.info("job %s is running already", name)
        return None
    started = time.monotonic()
    try:
        counts = _counts(work())
    except BaseException as error:  # a time limit or a stopped process end the run as well
        # When it is the database that is away, the lease ends the run.
        with suppress(DatabaseError):
            _end(run, JobState.FAILED, at, started, error=type(error).__name__)
        raise
    _end(run, JobState.DONE, at, started, counts=counts)
    return run


def _start(job: Job, at: datetime) -> JobRun | None:
    with transaction.atomic():
        running = JobRun.objects.filter(name=job.name, state=JobState.RUNNING)
        lost = running.filter(lease_until__lte=at).update(state=JobState.LOST, ended_at=at)
        if lost:
            logger.warning("job %s: a run did not come to its end, another one takes over", job.name)
        elif running.exists():
            return None
        try:
            with transaction.atomic():
                return JobRun.objects.create(name=job.name, started_at=at, lease_until=at + job.lease)
        except IntegrityError:  # two started in the same instant: the constraint let the other one in
            return None


def _end(
    run: JobRun, state: JobState, at: datetime, started: float, *, counts: Mapping[str, int] | None = None, error=""
) -> None:
    # Measured and not read again: `at` may be a past day, and clocks may be set back.
    run.state, run.counts, run.error = state, dict(counts or {}), error
    run.ended_at = at + timedelta(seconds=time.monotonic() - started)
    values = {"state": run.state, "counts": run.counts, "error": run.error, "ended_at": run.ended_at}
    if not JobRun.objects.filter(pk=run.pk, state=JobState.RUNNING).update(**values):
        logger.warning("job %s ended after its lease: another run had taken over", run.name)


def _counts(found: Mapping[str, int] | int | None) -> dict[str, int]:
    if not isinstance(found, Mapping):
        found = {"done": found or 0}
    return {str(name): int(number) for name, number in found.items() if number}
