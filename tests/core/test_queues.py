from kombu import Connection

from ti_portal.celery import app
from ti_portal.core.queues import QUEUES, queue_lengths


def test_lengths_are_read_from_the_broker(settings):
    name = app.conf.task_default_queue
    with Connection(app.conf.broker_url) as connection:
        queue = connection.SimpleQueue(name)
        queue.clear()
        queue.put("one")
        queue.put("two")
        try:
            assert {found.name: found.waiting for found in queue_lengths()}["default"] == 2
        finally:
            queue.clear()
    assert [found.name for found in queue_lengths()] == list(QUEUES)


def test_a_broker_that_is_away_is_not_an_empty_queue(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert queue_lengths() is None


def test_every_task_goes_to_a_queue_that_workers_read(settings):
    assert {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} <= set(QUEUES)


def test_a_job_is_held_longer_than_its_task_may_last_and_the_broker_waits_longer_still(settings):
    from ti_portal.core.jobs import registered_jobs

    app.loader.import_default_modules()
    longest = max((task.time_limit or settings.CELERY_TASK_TIME_LIMIT) for task in app.tasks.values())
    assert longest < settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    for job in registered_jobs():
        limit = app.tasks[job.name].time_limit or settings.CELERY_TASK_TIME_LIMIT
        assert limit < job.lease.total_seconds(), job.name
