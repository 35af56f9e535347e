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
        from events import personal_data as own_data
        from events.jobs import register_jobs
        from events.territory_sections import register_territory_sections
        from ti_portal.accounts import personal_data

        register_jobs()
        register_territory_sections()
        personal_data.register(
            "rencontres",
            title=own_data.TITLE,
            export=own_data.export_events,
            erase=own_data.erase_events,
            kept=own_data.KEPT,
        )
