"""The roof of the portal: settings, addresses, Celery, home page.

It imports every app and no app imports it; its two sub-packages `core` and `accounts` are the floor.
"""

from ti_portal.celery import app as celery_app

__all__ = ["celery_app"]
