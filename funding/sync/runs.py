"""One reading of a source from beginning to end.

A run is a row from its first instant. While it is RUNNING no other run of its source can start: a constraint of
PostgreSQL says so. Its lease is longer than the time limit of its task, so a run whose lease is over is dead: it
becomes LOST and the next one starts. All that a run writes, it writes in one transaction, and only if it is still
RUNNING then: killed at any point, it has written everything or nothing.
"""

import gzip
import hashlib
import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from funding.enums import RunState, RunTrigger
from funding.fetching import Client, FetchError
from funding.models import Source, SyncRun
from funding.sources.kinds import kind_of
from funding.sources.reading import Content, UnreadableSource
from funding.sync import schedule
from funding.sync.answers import settle
from funding.sync.sources import READING_FIELDS

# More than the time limit of `funding.sync_source`.
LEASE = timedelta(minutes=30)
BUSY = "Une lecture de cette source est déjà en cours."
LOST = "La lecture s’est interrompue avant la fin : rien n’en est écrit."
UNEXPECTED = "Erreur imprévue ({}) : rien n’est écrit. Elle est dans le journal du serveur."
NO_ADDRESS = "Cette source n’a pas d’adresse : envoyez un fichier."

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class File:
    """What a person gives to be read as the source's answer."""

    data: bytes
    name: str = ""
    type: str = ""


def run_source(
    *,
    source_id: int,
    trigger: str,
    at: datetime,
    dry_run: bool = False,
    content: File | None = None,
    actor=None,
    accept_shorter: bool = False,
) -> SyncRun:
    """Read a source now, or `content` in its stead, and write what it says; with `dry_run`, only show it.

    Returns the run, ended, whatever became of it. Raises ValidationError when a run of this source is under way.
    """
    run = start(source_id=source_id, trigger=trigger, at=at, dry_run=dry_run, content=content, actor=actor)
    return carry_out(run_id=run.pk, at=at, accept_shorter=accept_shorter)


def read_if_due(*, source_id: int, at: datetime) -> SyncRun | None:
    """Read a source if its schedule asks for it and nobody is reading it; None otherwise. Safe to ring twice."""
    try:
        with transaction.atomic():
            run = start(source_id=source_id, trigger=RunTrigger.SCHEDULE, at=at)
            # Asked once the run is alone: a reading that has just ended has put the source off.
            if not Source.objects.due(at).filter(pk=source_id).exists():
                raise _NotDueError
    except (ValidationError, _NotDueError, Source.DoesNotExist):
        return None
    return carry_out(run_id=run.pk, at=at)


class _NotDueError(Exception):
    """Undoes the start of a run that nobody needs."""


@transaction.atomic
def start(
    *,
    source_id: int,
    trigger: str,
    at: datetime,
    dry_run: bool = False,
    content: File | None = None,
    actor=None,
) -> SyncRun:
    """Write that a run begins. Raises ValidationError when another one of this source is under way, in French."""
    source = Source.objects.get(pk=source_id)
    if content is None and not source.url:
        raise ValidationError(NO_ADDRESS, code="no_address")
    give_up_lost(at=at, source_id=source_id)
    run = SyncRun(source=source, trigger=trigger, is_dry_run=dry_run, started_at=at, asked_by=actor)
    if content is not None:
        _keep(run, Content(content.data, content.name, content.type))
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError as error:
        raise ValidationError(BUSY, code="busy") from error
    return run


def give_up_lost(*, at: datetime, source_id: int | None = None) -> int:
    """End the runs whose lease is over as LOST; their sources are due again, later each time. Return how many."""
    dead = SyncRun.objects.filter(state=RunState.RUNNING, started_at__lte=at - LEASE).defer("raw")
    if source_id is not None:
        dead = dead.filter(source=source_id)
    count = 0
    for run in dead.order_by("pk"):
        with transaction.atomic():
            # One that is writing at this very moment holds its row: it is slow, not dead.
            free = SyncRun.objects.select_for_update(of=("self",), skip_locked=True)
            if free.filter(pk=run.pk, state=RunState.RUNNING).only("pk").first() is None:
                continue
            SyncRun.objects.filter(pk=run.pk).update(state=RunState.LOST, ended_at=at, error=LOST)
            _put_off(run, at)
            count += 1
    return count


def give_up(*, run_id: int, at: datetime, sentence: str) -> None:
    """End as failed, saying why, a run that nobody will do; nothing for one that has ended."""
    _end_failed(SyncRun.objects.get(pk=run_id), sentence, at)


def carry_out(*, run_id: int, at: datetime, accept_shorter: bool = False) -> SyncRun:
    """Do the work of a run that was started. Does nothing for one that has ended: a doorbell may ring twice."""
    run = SyncRun.objects.select_related("source", "asked_by").get(pk=run_id)
    if run.state != RunState.RUNNING:
        return run
    clock = _Clock(at)
    try:
        content = _content(run)
        if content.is_unchanged or _was_read(run, content):
            return _end_unchanged(run, content, clock.now())
        kind = kind_of(run.source)
        try:
            reading = kind.read(content.data, run.source, at)
        except UnreadableSource as error:
            return _end_guarded(run, error.message, clock.now())
        return _end_settled(run, content, reading, clock, accept_shorter)
    except (FetchError, UnreadableSource) as error:
        return _end_failed(run, error.message, clock.now(), asked=getattr(error, "retry_after", None))
    except BaseException as error:  # a time limit or a stopped process end the run as well
        logger.exception("run %s of source %s failed", run.pk, run.source_id)
        _end_failed(run, UNEXPECTED.format(type(error).__name__), clock.now())
        raise


class _Clock:
    """The instant at which the run began, and the time that has passed since."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._started = time.monotonic()

    def now(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self._started)


def _content(run: SyncRun) -> Content:
    """What the run was given, or what the source answers; kept before anything is understood."""
    if run.raw is not None:
        return Content(gzip.decompress(run.raw), run.raw_name, run.raw_type)
    if run.trigger != RunTrigger.SCHEDULE or run.is_dry_run:
        # A person wants the whole comparison, whatever changed since.
        run.source.etag = run.source.last_modified = ""
    with Client() as client:
        content = kind_of(run.source).fetch(run.source, client)
    if not content.is_unchanged:
        _keep(run, content)
        kept = {name: getattr(run, name) for name in ("raw", "raw_name", "raw_type", "raw_size")}
        SyncRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(**kept)
    return content


def _keep(run: SyncRun, content: Content) -> None:
    # Without its date, so that the same content is the same bytes.
    run.raw = gzip.compress(content.data, mtime=0)
    run.raw_name, run.raw_type = content.name[:200], content.type[:120]
    run.raw_size = len(content.data)


def _digest(content: Content) -> str:
    return hashlib.sha256(content.data).hexdigest()


def _was_read(run: SyncRun, content: Content) -> bool:
    return run.trigger == RunTrigger.SCHEDULE and _digest(content) == run.source.content_digest


def _end_unchanged(run: SyncRun, content: Content, at: datetime) -> SyncRun:
    with transaction.atomic():
        if _end(run, RunState.UNCHANGED, at):
            source = _held_source(run)
            if not content.is_unchanged:
                source.etag, source.last_modified = content.etag, content.last_modified
            _succeed(source, at)
    return run


def _end_settled(run: SyncRun, content: Content, reading, clock: _Clock, accept_shorter: bool) -> SyncRun:
    with transaction.atomic():
        # In this order everywhere: run, machines, schemes, proposals. The source comes at the very end, so that nobody
        # who sets it waits.
        held = SyncRun.objects.select_for_update(of=("self",)).filter(pk=run.pk, state=RunState.RUNNING).first()
        if held is None:
            run.refresh_from_db()
            return run
        settled = settle(run, reading, at=clock.at, accept_shorter=accept_shorter)
        run.counts, run.warnings = settled.counts, settled.warnings
        at = clock.now()
        _end(run, settled.state, at)
        source = _held_source(run)
        if settled.state == RunState.APPLIED and _is_read_alike(run.source, source):
            source.content_digest = _digest(content)
            source.etag, source.last_modified = content.etag, content.last_modified
        if settled.state == RunState.APPLIED:
            source.last_count = settled.usable
        if not run.is_dry_run:
            _succeed(source, at)
    return run


def _is_read_alike(before: Source, now: Source) -> bool:
    """Whether the source is still set as it was when it was read: otherwise the same answer will say something else."""
    return all(getattr(before, name) == getattr(now, name) for name in READING_FIELDS)


def _end_guarded(run: SyncRun, sentence: str, at: datetime) -> SyncRun:
    """The source answered something that is not an answer: nothing is written nor closed, and it is read again soon."""
    with transaction.atomic():
        run.warnings = [sentence]
        if _end(run, RunState.GUARDED, at):
            _put_off(run, at)
    return run


def _end_failed(run: SyncRun, sentence: str, at: datetime, *, asked: float | None = None) -> SyncRun:
    with transaction.atomic():
        run.error = sentence
        if _end(run, RunState.FAILED, at):
            _put_off(run, at, asked)
    return run


def _end(run: SyncRun, state: RunState, at: datetime) -> bool:
    """Write the end of a run; False when it was given up meanwhile."""
    run.state, run.ended_at = state, at
    ended = {name: getattr(run, name) for name in ("state", "ended_at", "counts", "warnings", "error")}
    return bool(SyncRun.objects.filter(pk=run.pk, state=RunState.RUNNING).update(**ended))


def _held_source(run: SyncRun) -> Source:
    return Source.objects.select_for_update(of=("self",), no_key=True).get(pk=run.source_id)


def _succeed(source: Source, at: datetime) -> None:
    source.failures, source.last_success_at = 0, at
    source.next_run_at = schedule.next_after(source.rhythm, source.next_run_at, at=at)
    source.save()


def _put_off(run: SyncRun, at: datetime, asked: float | None = None) -> None:
    if run.is_dry_run:
        return
    source = _held_source(run)
    source.failures = min(source.failures + 1, 1_000)
    planned = source.next_run_at
    source.next_run_at = schedule.retry_after(source.rhythm, source.failures, at=at, planned=planned, asked=asked)
    source.save(update_fields=["failures", "next_run_at"])
