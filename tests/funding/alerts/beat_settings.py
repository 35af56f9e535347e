"""Settings of the processes of test_restart: the schedule of the alerts alone, at a pace that a test can wait for."""

from ti_portal.settings.test import *  # noqa: F403

SITE_URL = "https://portail.example"
CELERY_BEAT_SCHEDULE = {"record-news": {"task": "funding.record_news", "schedule": 1.0}}
