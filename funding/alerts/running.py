"""The whole way of a fact, from the tables to the outbox. Each stage goes on from where the last run stopped."""

from datetime import datetime

from funding.alerts.recording import record
from funding.alerts.spreading import spread
from funding.alerts.writing import write


def tell_news(*, at: datetime) -> dict[str, int]:
    """Record what happened until `at`, spread it to those who follow, write every message that is due.

    Safe to run twice, at the same time too, and to kill anywhere: what was committed is not done again, what was not is
    done by the next run. Returns how many facts, alerts and messages were written.
    """
    return {"facts": sum(record(at=at)), "alerts": sum(spread(at=at)), "messages": sum(write(at=at))}


def write_messages(*, at: datetime) -> dict[str, int]:
    """Write the messages that are due, of what was spread already: the grouped ones of this morning first."""
    return {"messages": sum(write(at=at))}
