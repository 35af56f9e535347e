"""Ringing the sources that their schedule asks to read."""

import logging
from datetime import datetime

from kombu.exceptions import OperationalError

from funding.enums import RunState
from funding.models import Source, SyncRun
from funding.sync.runs import give_up_lost

logger = logging.getLogger(__name__)


def ring_due(*, at: datetime) -> dict[str, int]:
    """Ring for each source that is due, oldest first, and give up the runs that died.

    Safe at any time: a source that is being read, or was since, is not read again. Each stays due until it was read: a
    lost ring is rung again.
    """
    from funding.tasks import sync_source_task

    lost = give_up_lost(at=at)
    rung = 0
    busy = SyncRun.objects.filter(state=RunState.RUNNING).values("source")
    due = Source.objects.due(at).exclude(pk__in=busy).order_by("next_run_at", "pk")
    for source_id in due.values_list("pk", flat=True):
        sync_source_task.delay(source_id=source_id)
        rung += 1
    return {"rung": rung, "lost": lost}


def ring_run(run_id: int, *, accept_shorter: bool = False) -> bool:
    """Ask for a run that was started to be done; False when the broker does not answer: its lease will end it."""
    from funding.tasks import sync_source_task

    try:
        sync_source_task.delay(run_id=run_id, accept_shorter=accept_shorter)
    except OperationalError:
        logger.warning("the broker does not answer: run %s waits for its lease to end", run_id)
        return False
    return True
