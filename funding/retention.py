"""How long what people asked is kept."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from funding.alerts import retention as alerts
from funding.follows import purge_asks
from funding.models import Follow, KeptCheck
from funding.sync.retention import purge_runs

KEEP_CHECKS = timedelta(days=396)  # thirteen months


def purge(*, at: datetime) -> dict[str, int]:
    """Delete what nobody needs any more; safe to run twice.

    Kept checks of thirteen months that nobody follows, with what contests them; asks to follow that nobody confirmed,
    and addresses that are of no more use; old alerts and facts; old readings of sources.
    """
    asked = purge_asks(at=at)
    followed = Exists(Follow.objects.filter(kept_check=OuterRef("pk")))
    _, deleted = KeptCheck.objects.filter(~followed, created_at__lt=at - KEEP_CHECKS).delete()
    checks = {"kept_checks": deleted.get("funding.KeptCheck", 0), "contests": deleted.get("funding.Contest", 0)}
    return {**checks, **asked, **alerts.purge(at=at), **purge_runs(at=at)}
