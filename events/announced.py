"""What the home page says of events: the next ones, and the last that left something to read."""

from datetime import datetime
from typing import Any

from events.enums import Visibility
from events.models import Event
from events.presenters.lines import line


def next_and_past(at: datetime, *, coming: int, past: int) -> dict[str, list[dict[str, Any]]]:
    """Public events at instant `at`, as lines: the next `coming`, the last `past`. Two queries."""
    public = Event.objects.filter(visibility=Visibility.PUBLIC).select_related("place").defer("transcript")
    upcoming = public.upcoming(at).order_by("starts_at", "pk")[:coming]
    over = public.past(at).order_by("-starts_at", "-pk")[:past]
    return {"coming": [line(event, at) for event in upcoming], "past": [line(event, at) for event in over]}
