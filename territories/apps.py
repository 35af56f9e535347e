from datetime import timedelta

from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    name = "territories"
    verbose_name = "Territoires"
    delegation_permissions = {
        "territory": "view",
        "territoryprofile": "view change",
        "historicalterritoryprofile": "view",
        "mandate": "view add change",
        "historicalmandate": "view",
        "contactentry": "view",
        "invitation": "view",
        "listedition": "view add",
        "membership": "view",
        "place": "view",
        "zoning": "view add change",
        "datasource": "view",
        "nomenclatureentry": "view",
    }

    def ready(self) -> None:
        from territories import personal_data as own_data
        from territories.people_section import register_people
        from territories.presenters.territory_sections import register_sections
        from ti_portal.accounts import personal_data
        from ti_portal.core import jobs

        register_sections()
        register_people()
        personal_data.register(
            "territoires",
            title=own_data.TITLE,
            export=own_data.export_territories,
            erase=own_data.erase_territories,
            kept=own_data.KEPT,
        )
        jobs.register(
            "territories.remind_contact_entries",
            label="Rappels de l’annuaire",
            does="Demande à chaque personne de l’annuaire de confirmer ses coordonnées, une fois l’an.",
            every=timedelta(days=1),
            lease=timedelta(minutes=6),
            words={"reminders": "rappels écrits"},
        )
