"""Jobs and their runs in words, for people who never heard of Celery."""

from datetime import datetime, timedelta

from django.utils.timesince import timesince

from ti_portal.core.enums import JobState
from ti_portal.core.job_reports import JobReport
from ti_portal.core.jobs import Job
from ti_portal.core.models import JobRun

RHYTHMS = {
    timedelta(minutes=1): "chaque minute",
    timedelta(hours=1): "chaque heure",
    timedelta(days=1): "chaque jour",
    timedelta(days=7): "chaque semaine",
}
ERRORS = {
    "SoftTimeLimitExceeded": "trop long, arrêté",
    "OperationalError": "la base ou la messagerie interne n’a pas répondu",
    "InterfaceError": "la base n’a pas répondu",
    "ConnectionError": "un serveur n’a pas répondu",
    "TimeoutError": "un serveur n’a pas répondu à temps",
    "SystemExit": "arrêté avec le portail",
}


def rhythm_in_words(every: timedelta) -> str:
    """« chaque jour », « toutes les 10 minutes »."""
    return RHYTHMS.get(every) or f"toutes les {int(every.total_seconds() // 60)} minutes"


def span_in_words(since: datetime, at: datetime) -> str:
    """« 3 minutes », « 2 jours »: one unit is enough to know whether to worry."""
    if at - since < timedelta(minutes=1):
        return "moins d’une minute"
    return timesince(since, at, depth=1)


def duration_in_words(run: JobRun) -> str:
    """« 0,4 s », « 3 min 20 s »; empty while the run lasts."""
    if run.ended_at is None:
        return ""
    seconds = (run.ended_at - run.started_at).total_seconds()
    if seconds < 60:
        return f"{seconds:.1f}".replace(".", ",") + " s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def counts_in_words(run: JobRun, job: Job | None) -> str:
    """« 12 envoyés, 1 refusés »; « rien à faire » when nothing was counted."""
    words = job.words if job else {}
    told = [f"{words.get(name, name)} : {number}" for name, number in run.counts.items()]
    if told:
        return ", ".join(told)
    return "rien à faire" if run.state == JobState.DONE else ""


def error_in_words(error: str) -> str:
    """The class of an error in French, with the class kept for whoever mends it."""
    return f"{ERRORS[error]} ({error})" if error in ERRORS else error


def verdict_in_words(report: JobReport, at: datetime) -> str:
    """One sentence on how the job fares."""
    if report.is_failing:
        times = "En échec" if report.failures == 1 else f"En échec {report.failures} fois de suite"
        reason = error_in_words(report.failure.error) if report.failure.error else "interrompu avant la fin"
        return f"{times} : {reason}"
    if report.is_late(at):
        since = report.success
        return f"En retard : {f'rien depuis {span_in_words(since.started_at, at)}' if since else 'jamais réussi'}"
    if report.last_start is None:
        return "Pas encore lancé"
    if report.success is None:
        return "Première exécution en cours" if report.running else "Pas encore réussi"
    return "Tout va bien"


def running_in_words(report: JobReport, at: datetime) -> str:
    """What runs now; empty when nothing does."""
    if report.running is None:
        return ""
    if report.running.lease_until <= at:
        return "interrompu, sera repris"
    return f"depuis {span_in_words(report.running.started_at, at)}"
