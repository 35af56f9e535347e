from datetime import UTC, datetime, timedelta

from funding.alerts import running
from funding.alerts.retention import KEEP_ALERTS, KEEP_NEWS, purge
from funding.models import Alert, CallNews, Round
from tests.funding.alerts.people import follow
from tests.funding.drafts import published
from ti_portal.core.models import OutboxMessage

START = datetime(2027, 3, 1, 9, tzinfo=UTC)


def test_old_alerts_and_facts_go_and_nothing_is_told_again(db):
    rounds = [{"opens_at": START - timedelta(days=9), "closes_at": START + timedelta(days=900)}]
    call = published(rows={"calls": [{"slug": "appel", "name": "Appel", "rounds": rounds}]}).calls.get()
    running.tell_news(at=START)
    follow(call=call)
    Round.objects.filter(call=call).update(closes_at=START + timedelta(days=901))
    running.tell_news(at=START)
    assert Alert.objects.count() == CallNews.objects.count() == OutboxMessage.objects.count() == 1

    assert purge(at=START + KEEP_ALERTS) == {"alerts": 0, "news": 0}
    assert purge(at=START + KEEP_ALERTS + timedelta(seconds=1)) == {"alerts": 1, "news": 0}
    assert purge(at=START + KEEP_NEWS + timedelta(seconds=1)) == {"alerts": 0, "news": 1}

    assert running.tell_news(at=START + KEEP_NEWS + timedelta(days=1))["messages"] == 0
    assert OutboxMessage.objects.count() == 1
