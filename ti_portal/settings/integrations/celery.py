"""Celery: queues, limits, and the whole beat schedule in one list.

Tasks are doorbells: idempotent, acknowledged late, safe when run twice. The database is the truth; losing the broker
loses only the ringing, and the sweeps below ring again.
"""

from celery.schedules import crontab

CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"core.deliver_message": {"queue": "mail"}, "core.sweep_outbox": {"queue": "mail"}}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600, "socket_keepalive": True}
CELERY_TIMEZONE = "Europe/Paris"

CELERY_BEAT_SCHEDULE = {
    # Every minute: messages whose doorbell was lost, or whose retry is due.
    "sweep-outbox": {"task": "core.sweep_outbox", "schedule": 60.0},
    # Every thirty seconds: the beat says it is alive, for /sante/pret.
    "heartbeat": {"task": "core.heartbeat", "schedule": 30.0},
    # Every night at 03:17: expired sessions and old outbox bodies.
    "purge": {"task": "core.purge", "schedule": crontab(hour=3, minute=17)},
    # Every night at 03:27: kept checks older than thirteen months.
    "purge-funding": {"task": "funding.purge", "schedule": crontab(hour=3, minute=27)},
    # Every morning at 07:05: entries of the directory that wait to be confirmed.
    "remind-contact-entries": {"task": "territories.remind_contact_entries", "schedule": crontab(hour=7, minute=5)},
}
