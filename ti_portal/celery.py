"""The Celery application. Queues, limits and the beat schedule live in `settings/integrations/celery.py`."""

from celery import Celery
from kombu.transport import redis


class PatientQoS(redis.QoS):
    """Lets go of the tasks in hand when the broker is gone, where kombu 5.7 would end the whole worker.

    It would put them back through the very connection that was just lost, and fail on it. The tasks go on meanwhile,
    and what they do not finish is rung again from the database.
    """

    def restore_unacked(self, client=None):
        if self.channel.connection.client is None:
            return []
        return super().restore_unacked(client)


redis.Channel.QoS = PatientQoS

app = Celery("ti_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
