"""An event as a list shows it."""

from datetime import datetime
from typing import Any

from events.changes import where_of
from events.enums import EventState
from events.models import Event
from events.presenters.moments import period_in_words


def line(event: Event, at: datetime) -> dict[str, Any]:
    """An event in a list at instant `at`."""
    return {
        "event": event,
        "when": period_in_words(event.starts_at, event.ends_at, event.zone),
        "where": where_of(event),
        "is_over": event.state == EventState.FINISHED or event.ends_at < at,
        "is_cancelled": event.state == EventState.CANCELLED,
    }
