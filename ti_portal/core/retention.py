"""How long things without a domain word are kept."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from ti_portal.core.enums import MessageState
from ti_portal.core.models import OutboxMessage

KEEP_MESSAGE_BODIES = timedelta(days=180)


def purge(*, at: datetime) -> dict[str, int]:
    """Delete expired sessions, and empty settled messages older than 180 days. Safe to run twice.

    The row and its key stay: the key is what keeps the same fact from being sent again.
    """
    sessions, _ = Session.objects.filter(expire_date__lt=at).delete()
    emptied = (
        OutboxMessage.objects.filter(state__in=MessageState.settled, created_at__lt=at - KEEP_MESSAGE_BODIES)
        .exclude(text_body="", html_body="", recipient="")
        .update(text_body="", html_body="", recipient="", subject="", headers={}, reply_to=[])
    )
    return {"sessions": sessions, "messages": emptied}
