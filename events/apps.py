from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = "Assemblées"

    def ready(self) -> None:
        from events.jobs import register_jobs

        register_jobs()
