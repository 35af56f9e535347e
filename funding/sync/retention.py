"""How long readings of sources are kept."""

from datetime import datetime, timedelta

from funding.enums import ProposalState, RunState
from funding.models import Proposal, SyncRun

KEEP_RAW = timedelta(days=30)
KEEP_RUNS = timedelta(days=396)  # thirteen months


def purge_runs(*, at: datetime) -> dict[str, int]:
    """Forget raw answers after 30 days, runs with their lines after thirteen months, and proposals that were retired
    unread as long ago; refusals stay, so that what was refused does not come back. Safe to run twice.
    """
    ended = SyncRun.objects.exclude(state=RunState.RUNNING)
    emptied = ended.filter(started_at__lt=at - KEEP_RAW, raw__isnull=False).update(raw=None)
    _, deleted = ended.filter(started_at__lt=at - KEEP_RUNS).delete()
    Proposal.objects.filter(state=ProposalState.SUPERSEDED, decided_at__lt=at - KEEP_RUNS).delete()
    return {"raw_answers": emptied, "sync_runs": deleted.get("funding.SyncRun", 0)}
