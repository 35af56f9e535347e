"""The background jobs of `funding`, as the délégation knows them. Their tasks are in `funding.tasks`."""

from datetime import timedelta

from ti_portal.core.jobs import register

# A minute more than the time limit of tasks: whoever held the job is dead when the lease ends.
LEASE = timedelta(minutes=6)


def register_jobs() -> None:
    register(
        "funding.sync_due",
        label="Lecture des sources",
        does="Fait lire les sources dont c’est l’heure, et reprendre les lectures interrompues.",
        every=timedelta(minutes=5),
        lease=LEASE,
        is_critical=True,
        words={"rung": "sources à lire", "lost": "lectures interrompues"},
    )
    register(
        "funding.record_news",
        label="Alertes sur les appels",
        does="Cherche ce qui a changé ou arrive à échéance, et écrit les messages aux personnes abonnées.",
        every=timedelta(minutes=10),
        lease=LEASE,
        is_critical=True,
        words={"facts": "faits relevés", "alerts": "alertes", "messages": "messages écrits"},
    )
    register(
        "funding.daily_alerts",
        label="Messages groupés",
        does="Écrit les messages du jour et de la semaine, à 7 h 30 dans le fuseau de chaque personne.",
        every=timedelta(hours=1),
        lease=LEASE,
        is_critical=True,
        words={"messages": "messages écrits"},
    )
    register(
        "funding.refresh_calendars",
        label="Calendriers",
        does="Vérifie que les calendriers disent les dates des relèves, même changées sans passer par le portail.",
        every=timedelta(days=1),
        lease=LEASE,
        words={"entries": "dates corrigées"},
    )
    register(
        "funding.purge",
        label="Ménage des financements",
        does="Efface vérifications et lectures de treize mois, alertes de deux mois, réponses brutes de trente jours.",
        every=timedelta(days=1),
        lease=LEASE,
        words={
            "kept_checks": "vérifications effacées",
            "contests": "contestations effacées",
            "asks": "demandes de suivi effacées",
            "subscribers": "adresses effacées",
            "alerts": "alertes effacées",
            "news": "faits effacés",
            "raw_answers": "réponses brutes effacées",
            "sync_runs": "lectures effacées",
        },
    )
    register(
        "funding.check_links",
        label="Vérification des liens",
        does="Demande chaque semaine si les pages officielles répondent ; chaque heure, celles dont c’est le tour.",
        every=timedelta(hours=1),
        lease=LEASE,
        words={
            "checked": "vérifiées",
            "failing": "sans réponse une première fois",
            "dead": "ne répondent plus",
            "back": "répondent de nouveau",
            "offline": "non comptées, notre réseau étant coupé",
        },
    )
