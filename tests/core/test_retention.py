from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.sessions.models import Session

from ti_portal.core.enums import MessageState
from ti_portal.core.mail import queue_message
from ti_portal.core.models import OutboxMessage
from ti_portal.core.retention import purge

NOW = datetime(2026, 11, 24, 12, tzinfo=ZoneInfo("Europe/Paris"))


def message(key: str, days_ago: int, state: str) -> None:
    queue_message(key=key, recipient="a@exemple.test", subject="s", text_body="t", at=NOW - timedelta(days=days_ago))
    sent_at = NOW if state == MessageState.SENT else None
    OutboxMessage.objects.filter(key=key).update(state=state, sent_at=sent_at)


def test_old_settled_messages_are_emptied_and_keep_their_key(db):
    message("old-sent", 181, MessageState.SENT)
    message("old-failed", 181, MessageState.FAILED)
    message("old-queued", 181, MessageState.QUEUED)
    message("new-sent", 179, MessageState.SENT)
    assert purge(at=NOW)["messages"] == 2
    assert set(OutboxMessage.objects.filter(text_body="").values_list("key", flat=True)) == {"old-sent", "old-failed"}
    assert purge(at=NOW)["messages"] == 0
    assert queue_message(key="old-sent", recipient="a@exemple.test", subject="s", text_body="t", at=NOW) is None


def test_expired_sessions_go_and_others_stay(db):
    Session.objects.create(session_key="gone", session_data="", expire_date=NOW - timedelta(seconds=1))
    Session.objects.create(session_key="kept", session_data="", expire_date=NOW + timedelta(days=1))
    assert purge(at=NOW)["sessions"] == 1
    assert list(Session.objects.values_list("session_key", flat=True)) == ["kept"]
