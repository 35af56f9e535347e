"""The queues of the broker, as people on call want to see them."""

from dataclasses import dataclass

import redis
from celery import current_app
from django.conf import settings

# Name, and what passes through it, in French.
QUEUES = {
    "default": "Travaux courts",
    "sync": "Lecture des sources, vérification des liens",
    "mail": "Alertes et courriels",
}
PATIENCE = 2.0


@dataclass(frozen=True)
class QueueLength:
    name: str
    label: str
    waiting: int


def queue_lengths() -> list[QueueLength] | None:
    """How many doorbells wait in each queue; None when the broker does not answer within two seconds."""
    names = {name: current_app.conf.task_default_queue if name == "default" else name for name in QUEUES}
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
        ) as broker:
            return [QueueLength(name, QUEUES[name], broker.llen(key)) for name, key in names.items()]
    except (redis.RedisError, OSError):
        return None
