"""Having facts looked for soon after a write. Beat looks every ten minutes anyway: a lost ring loses nothing."""

import logging

from django.core.cache import cache
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

KEY = "alerts-rung"
# Writes that follow one another, as a sync's or somebody's corrections, are looked at together.
WAIT_SECONDS = 30

logger = logging.getLogger(__name__)


def ring_after_commit() -> None:
    """Look for facts half a minute after this transaction, once however often it is asked meanwhile."""
    transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    from funding.tasks import record_news_task

    try:
        if cache.add(KEY, 1, timeout=WAIT_SECONDS):
            record_news_task.apply_async(countdown=WAIT_SECONDS)
    except (OperationalError, RedisError):
        logger.warning("the broker does not answer: facts wait for the next look of beat")
