"""The background jobs of `funding`, as the délégation knows them. Their tasks are in `funding.tasks`."""

from datetime import timedelta

from ti_portal.core.jobs import register

# A minute more than the time limit of tasks: whoever held the job is dead when the lease ends.
LEASE = timedelta(minutes=6)


def register_jobs() -> None:
    register(
        "funding.purge",
        label="Ménage des financements",
        does="Efface les vérifications gardées depuis plus de treize mois.",
        every=timedelta(days=1),
        lease=LEASE,
        words={"kept_checks": "vérifications effacées", "contests": "contestations effacées"},
    )
