"""The Celery application. Queues, limits and the beat schedule live in `settings/integrations/celery.py`."""

from celery import Celery

app = Celery("ti_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
