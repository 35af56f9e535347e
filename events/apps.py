from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = "Assemblées"
    delegation_permissions = {
        "event": "view add change delete",
        "historicalevent": "view",
        "sequence": "view add change delete",
        "speaker": "view add change delete",
        "document": "view add change delete",
        "partner": "view add change delete",
        "series": "view add change",
        "registration": "view",
        "eventinvitation": "view",
        "poll": "view add change delete",
        "question": "view change",
        "historicalquestion": "view",
        "testimony": "view add change",
        "historicaltestimony": "view",
        "reporttext": "view add change delete",
        "withheldword": "view add change delete",
    }

    def ready(self) -> None:
        from events.jobs import register_jobs

        register_jobs()
