"""Celery: queues, limits, and the whole beat schedule in one list.

Tasks are doorbells: idempotent, acknowledged late, safe when run twice. The database is the truth; losing the broker
loses only the ringing, and the sweeps below ring again.
"""

from celery.schedules import crontab

# What must not wait for one another: a source that hangs holds up no mail. All that is not named here is `default`.
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "core.deliver_message": {"queue": "mail"},
    "core.sweep_outbox": {"queue": "mail"},
    "funding.sync_*": {"queue": "sync"},
    "funding.check_links": {"queue": "sync"},
    "funding.record_news": {"queue": "mail"},
    "funding.daily_alerts": {"queue": "mail"},
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
# A task that needs longer says so where it is written. A job's lease is longer than its task's limit, and the broker
# hands a message to another worker later than any limit: what is taken over is dead.
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_keepalive": True}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Europe/Paris"


def every(seconds: int) -> dict:
    """Rung at this pace, and forgotten when no worker took it before the next ring: a night without worker leaves no
    pile of doorbells. Jobs catch up from the database, not from the queue.
    """
    return {"schedule": float(seconds), "options": {"expires": seconds - 1}}


CELERY_BEAT_SCHEDULE = {
    # Every minute: messages whose doorbell was lost, or whose retry is due.
    "sweep-outbox": {"task": "core.sweep_outbox", **every(60)},
    # Every thirty seconds: the beat says it is alive, for /sante/pret.
    "heartbeat": {"task": "core.heartbeat", **every(30)},
    # Every ten minutes: jobs of the list below whose turn passed while everything was stopped.
    "catch-up": {"task": "core.catch_up", **every(600)},
    # Every five minutes: sources that are due, and those whose reading was lost.
    "sync-due": {"task": "funding.sync_due", **every(300)},
    # Every ten minutes, and half a minute after a write: what happened to calls, for those who follow them.
    "record-news": {"task": "funding.record_news", **every(600)},
    # Every hour at half past: grouped messages, for those whose morning it is (7:30 in their own zone).
    "daily-alerts": {"task": "funding.daily_alerts", "schedule": crontab(minute=30), "options": {"expires": 3500}},
    # Every night at 03:17: expired sessions and old outbox bodies.
    "purge": {"task": "core.purge", "schedule": crontab(hour=3, minute=17)},
    # Every night at 03:27: kept checks older than thirteen months.
    "purge-funding": {"task": "funding.purge", "schedule": crontab(hour=3, minute=27)},
    # Every night at 03:37: dates of calendars that no longer say what rounds say.
    "refresh-calendars": {"task": "funding.refresh_calendars", "schedule": crontab(hour=3, minute=37)},
    # Every hour: the published addresses whose week is over, a few at a time.
    "check-links": {"task": "funding.check_links", "schedule": crontab(minute=23), "options": {"expires": 3500}},
    # Every morning at 07:05: entries of the directory that wait to be confirmed.
    "remind-contact-entries": {"task": "territories.remind_contact_entries", "schedule": crontab(hour=7, minute=5)},
    # Every five minutes: what people who registered to an event are reminded of.
    "remind-events": {"task": "events.send_reminders", **every(300)},
    # Every ten minutes: changes of events that a lost doorbell left untold.
    "tell-event-changes": {"task": "events.tell_changes", **every(600)},
    # Every hour: what closed polls deleted leaves the files of the database.
    "sweep-ballots": {"task": "events.sweep_ballots", "schedule": crontab(minute=47), "options": {"expires": 3500}},
    # Every night at 03:37: what people gave to come to events that ended long ago.
    "purge-events": {"task": "events.purge", "schedule": crontab(hour=3, minute=37)},
}
