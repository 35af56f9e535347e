"""The settings of the suite with a heart that beats every second: nobody waits for the first half minute."""

from ti_portal.settings.test import *  # noqa: F403

CELERY_BEAT_SCHEDULE = {"heartbeat": {"task": "core.heartbeat", "schedule": 1.0}}
