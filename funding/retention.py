"""How long what people asked is kept."""

from datetime import datetime, timedelta

from funding.models import KeptCheck

KEEP_CHECKS = timedelta(days=396)  # thirteen months


def purge(*, at: datetime) -> dict[str, int]:
    """Delete kept checks older than thirteen months, with what contests them. Safe to run twice."""
    _, deleted = KeptCheck.objects.filter(created_at__lt=at - KEEP_CHECKS).delete()
    return {"kept_checks": deleted.get("funding.KeptCheck", 0), "contests": deleted.get("funding.Contest", 0)}
