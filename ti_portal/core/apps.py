from datetime import timedelta

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "ti_portal.core"
    label = "core"
    verbose_name = "Fonctionnement du portail"
    delegation_permissions = {"outboxmessage": "view change", "jobrun": "view"}

    def ready(self) -> None:
        from ti_portal.core import checks  # noqa: F401 - registers the system checks
        from ti_portal.core.jobs import register

        register(
            "core.sweep_outbox",
            label="Envoi des courriels",
            does="Remet au serveur de courrier ce qui attend : sonneries perdues, envois à réessayer.",
            every=timedelta(minutes=1),
            lease=timedelta(minutes=3),
            is_critical=True,
            words={"sent": "envoyés", "refused": "refusés"},
        )
        register(
            "core.purge",
            label="Ménage",
            does="Efface les sessions finies, le texte des courriels de plus de 180 jours, l’historique des travaux.",
            every=timedelta(days=1),
            lease=timedelta(minutes=6),
            words={"sessions": "sessions", "messages": "courriels vidés", "runs": "exécutions effacées"},
        )
        register(
            "core.catch_up",
            label="Rattrapage",
            does="Relance les travaux de chaque heure, jour ou semaine dont le tour est passé sans eux.",
            every=timedelta(minutes=10),
            lease=timedelta(minutes=6),
            words={"rung": "travaux relancés"},
        )
