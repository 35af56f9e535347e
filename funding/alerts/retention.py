"""How long alerts and facts are kept. Deleting them repeats nothing: a fact is spread once, a moment is not looked at
again, and the keys of messages stay in the outbox.
"""

from datetime import datetime, timedelta

from funding.models import Alert, CallNews

KEEP_ALERTS = timedelta(days=60)
KEEP_NEWS = timedelta(days=396)  # thirteen months


def purge(*, at: datetime) -> dict[str, int]:
    """Delete alerts of two months ago, whatever became of them, and facts of thirteen months ago."""
    _, alerts = Alert.objects.filter(created_at__lt=at - KEEP_ALERTS).delete()
    _, news = CallNews.objects.filter(recorded_at__lt=at - KEEP_NEWS, spread_at__isnull=False).delete()
    return {"alerts": alerts.get("funding.Alert", 0), "news": news.get("funding.CallNews", 0)}
