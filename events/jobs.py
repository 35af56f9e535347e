"""The background jobs of `events`, as the délégation knows them. Their tasks are in `events.tasks`."""

from datetime import timedelta

from ti_portal.core.jobs import register

# A minute more than the time limit of tasks: whoever held the job is dead when the lease ends.
LEASE = timedelta(minutes=6)


def register_jobs() -> None:
    register(
        "events.send_reminders",
        label="Rappels des rencontres",
        does="Écrit aux personnes inscrites sept jours, un jour et une heure avant chaque rencontre.",
        every=timedelta(minutes=5),
        lease=LEASE,
        is_critical=True,
        words={"written": "rappels écrits"},
    )
    register(
        "events.tell_changes",
        label="Changements des rencontres",
        does="Annonce aux personnes inscrites ce qui a changé et ne leur a pas encore été dit.",
        every=timedelta(minutes=10),
        lease=LEASE,
        words={"written": "messages écrits"},
    )
    register(
        "events.sweep_ballots",
        label="Oubli des bulletins",
        does="Efface des fichiers de la base ce que la fermeture d’un sondage a supprimé de ses tables.",
        every=timedelta(hours=1),
        lease=LEASE,
        words={"polls": "sondages fermés depuis peu"},
    )
    register(
        "events.purge",
        label="Ménage des rencontres",
        does="Pour les rencontres anciennes, efface les noms des inscriptions et des propos non publiés, et vide les "
        "courriels envoyés ; efface les demandes jamais confirmées.",
        every=timedelta(days=1),
        lease=LEASE,
        words={
            "unconfirmed": "demandes effacées",
            "registrations": "inscriptions vidées",
            "invitations": "invitations effacées",
            "words": "questions et témoignages dont le nom est effacé",
            "messages": "courriels vidés",
        },
    )
