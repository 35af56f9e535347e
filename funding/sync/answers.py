"""What is done with an answer that was read: compared, written and told, in one transaction."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from funding.enums import EditorialState, RunState
from funding.models import Scheme, SyncLine, SyncRun
from funding.sources.reading import Reading
from funding.sync import guards, proposals
from funding.sync.applying import hold_machines, hold_schemes, is_fresh, writer_of
from funding.sync.known import known_for_drafts
from funding.sync.lines import lines
from funding.sync.plan import Plan, Vanished, compare

MAX_PLANS = 5
NOT_PUBLISHED = "Reste à valider : {}"


@dataclass(frozen=True)
class Settled:
    """`usable` entries could be read; a warned answer closed nothing."""

    state: RunState
    counts: dict[str, int]
    warnings: list[str]
    usable: int


@dataclass
class _Written:
    """What use cases refused, by number of entry, and what else there is to say of it."""

    faults: dict[int, tuple[str, ...]] = field(default_factory=dict)
    remarks: dict[int, tuple[str, ...]] = field(default_factory=dict)
    published: int = 0

    def tried(self, number: int, write: Callable):
        try:
            with transaction.atomic():
                return write()
        except ValidationError as error:
            self.faults[number] = tuple(error.messages)
            return None


def settle(run: SyncRun, reading: Reading, *, at: datetime, accept_shorter: bool = False) -> Settled:
    """Compare an answer with the portal and, unless the run is dry, write it with its proposals; keep its lines.

    The caller holds the transaction, the run and its source. What a use case refuses of one entry is undone and told on
    its line, the others stand.
    """
    usable = len(reading.entries)
    warned = guards.warnings(
        usable=usable, last=run.source.last_count, accept_shorter=accept_shorter, is_whole=reading.is_whole
    )
    hold_machines()
    plan = _held_plan(run, reading, at=at, closes=not warned)
    written, told = _Written(), {}
    if not run.is_dry_run:
        _write(plan, run, written, at)
        new = proposals.record(plan, source=run.source, run=run, at=at, closes=not warned)
        told = {"published": written.published, "proposed": new}
    kept = lines(plan, run, faults=written.faults, remarks=written.remarks)
    SyncLine.objects.bulk_create(kept, batch_size=1_000)
    failed = {"failed": len(written.faults)}
    state = RunState.PLANNED if run.is_dry_run else RunState.GUARDED if warned else RunState.APPLIED
    counts = {"entries": len(reading.items), **plan.counts, **failed, **told}
    return Settled(state, counts, [*warned, *reading.warnings], usable)


def _write(plan: Plan, run: SyncRun, written: _Written, at: datetime) -> None:
    writer = writer_of(plan, actor=run.asked_by, at=at, reason=f"source : {run.source.name}")
    for new in plan.new:
        scheme = written.tried(new.number, lambda new=new: writer.create(new))
        if scheme is not None and run.source.publishes:
            problems = writer.publish(scheme)
            written.published += not problems
            written.remarks[new.number] = tuple(NOT_PUBLISHED.format(problem) for problem in problems)
    for change in plan.changed:
        written.tried(change.number, lambda change=change: writer.change(change))


def _held_plan(run: SyncRun, reading: Reading, *, at: datetime, closes: bool) -> Plan:
    """A plan whose schemes nobody else can write until the transaction ends."""
    plan = _plan(run, reading, at=at, closes=closes)
    for _ in range(0 if run.is_dry_run else MAX_PLANS):
        hold_schemes(item.scheme_id for group in (plan.changed, plan.proposals, plan.vanished) for item in group)
        if is_fresh(plan, at=at):
            break
        plan = _plan(run, reading, at=at, closes=closes)
    return plan


def _plan(run: SyncRun, reading: Reading, *, at: datetime, closes: bool) -> Plan:
    source = run.source.name
    known = known_for_drafts((entry.draft for entry in reading.entries), source=source, at=at)
    mine = list(_schemes_of(source)) if reading.is_whole else []
    return compare(reading.items, known, source=source, at=at, mine=mine, closes=closes)


def _schemes_of(source: str) -> Iterator[Vanished]:
    """Schemes that a source once told and that are not over."""
    schemes = Scheme.objects.filter(source_name=source).exclude(source_key="").exclude(state=EditorialState.ARCHIVED)
    for pk, slug, key, name, state in schemes.order_by("pk").values_list("pk", "slug", "source_key", "name", "state"):
        yield Vanished(pk, slug, key, name, state)
