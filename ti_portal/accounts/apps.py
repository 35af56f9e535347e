from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "ti_portal.accounts"
    label = "accounts"
    verbose_name = "Comptes"
    delegation_permissions = {"user": "view add change"}

    def ready(self) -> None:
        from ti_portal.accounts import erasure, personal_data, receivers, roles

        post_migrate.connect(roles.rebuild_after_migrate, sender=self)
        receivers.connect()
        personal_data.register(
            "comptes",
            title="Votre compte",
            export=erasure.export_account,
            erase=erasure.erase_account,
            kept=erasure.KEPT,
        )
