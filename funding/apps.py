from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "funding"
    verbose_name = "Financements"
    delegation_permissions = {
        "scheme": "view add change delete",
        "historicalscheme": "view",
        "criterion": "view add change delete",
        "historicalcriterion": "view",
        "amountrule": "view add change delete",
        "schemelink": "view add change delete",
        "schemeorganisation": "view add change delete",
        "schemeexclusion": "view add change delete",
        "contact": "view add change delete",
        "organisation": "view add change",
        "call": "view add change delete",
        "historicalcall": "view",
        "round": "view add change delete",
        "historicalround": "view",
        "resource": "view add change delete",
        "keptcheck": "view",
        "contest": "view change",
        "linkprobe": "view",
        "source": "view add change",
        "syncrun": "view",
        "proposal": "view",
        "subscriber": "view",
        "fundedprojectlist": "view add change",
        "fundedproject": "view",
    }

    def ready(self) -> None:
        from funding import personal_data as own_data
        from funding import receivers
        from funding.jobs import register_jobs
        from funding.projects_section import register_funded_projects
        from funding.sync.reports import sources_panel
        from funding.territory_section import register_open_calls
        from ti_portal.accounts import personal_data
        from ti_portal.core import panels

        receivers.connect()
        register_open_calls()
        register_funded_projects()
        register_jobs()
        panels.register("sources", sources_panel)
        personal_data.register(
            "aides",
            title=own_data.TITLE,
            export=own_data.export_funding,
            erase=own_data.erase_funding,
            kept=own_data.KEPT,
        )
