"""The whole way of a fact, from the tables to the outbox. Each stage goes on from where the last run stopped."""

import time
from collections.abc import Iterator
from datetime import datetime

from funding.alerts.recording import record
from funding.alerts.spreading import spread
from funding.alerts.writing import write

# Well within the time limit of tasks: a run that is not over by then leaves the rest to the next one.
SECONDS = 240


def tell_news(*, at: datetime, seconds: float = SECONDS) -> dict[str, int]:
    """Record what happened until `at`, spread it to those who follow, write every message that is due.

    Safe to run twice, at the same time too, and to kill anywhere: what was committed is not done again, what was not is
    done by the next run. No batch begins after `seconds`. Returns how many facts, alerts and messages were written.
    """
    ends = time.monotonic() + seconds
    return {
        "facts": _count(record(at=at), ends),
        "alerts": _count(spread(at=at), ends),
        "messages": _count(write(at=at), ends),
    }


def write_messages(*, at: datetime, seconds: float = SECONDS) -> dict[str, int]:
    """Write the messages that are due of what was spread already; the same promises."""
    return {"messages": _count(write(at=at), time.monotonic() + seconds)}


def _count(batches: Iterator[int], ends: float) -> int:
    written = 0
    while time.monotonic() < ends:
        batch = next(batches, None)
        if batch is None:
            break
        written += batch
    batches.close()
    return written
