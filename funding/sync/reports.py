"""How sources fare, for the pages of the délégation."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from funding.enums import ProposalState, RunState
from funding.models import Proposal, Source, SyncRun
from ti_portal.core.panels import Cell, Panel


def last_runs() -> QuerySet[SyncRun]:
    """The last run of each active source that ended and was not dry."""
    ended = SyncRun.objects.filter(is_dry_run=False, source__is_active=True).exclude(state=RunState.RUNNING)
    return ended.order_by("source", "-started_at", "-pk").distinct("source").defer("raw")


def ill_count() -> int:
    """How many sources ended their last run in a way that asks for a look: one query."""
    last = last_runs().values("pk")
    return SyncRun.objects.filter(Q(pk__in=last), state__in=RunState.ill).count()


def waiting_count() -> int:
    """How many proposals wait for a person."""
    return Proposal.objects.filter(state=ProposalState.PENDING).count()


def sources_panel(at: datetime) -> Panel:
    """The table of sources on the page of background work: two queries."""
    runs = {run.source_id: run for run in last_runs()}
    sources = Source.objects.filter(is_active=True).order_by("name", "pk")
    return Panel(
        title="Sources",
        headers=["Source", "Rythme", "Dernière lecture", "Dernière réussite", "Prochaine lecture"],
        rows=[list(_cells(source, runs.get(source.pk))) for source in sources],
        empty="Aucune source n’est lue : ajoutez-en une pour ne plus recopier de dates.",
    )


def _cells(source: Source, run: SyncRun | None) -> Iterable[Cell]:
    yield Cell(source.name, reverse("admin:funding_source_change", args=[source.pk]))
    yield Cell(source.get_rhythm_display())
    if run is None:
        yield Cell("Aucune")
    else:
        said = " ".join([run.get_state_display(), run.error, *run.warnings]).strip()
        is_grave = run.state in RunState.ill
        yield Cell(said, reverse("admin:funding_syncrun_change", args=[run.pk]), is_grave=is_grave)
    yield Cell(_told(source.last_success_at))
    yield Cell(_told(source.next_run_at))


def _told(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "j F Y, H:i") if at else "–"
