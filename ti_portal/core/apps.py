from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "ti_portal.core"
    label = "core"
    verbose_name = "Fonctionnement du portail"
    delegation_permissions = {"outboxmessage": "view change"}

    def ready(self) -> None:
        from ti_portal.core import checks  # noqa: F401 - registers the system checks
