"""A run in French, for the command line and the administration."""

from collections.abc import Iterator
from datetime import timedelta

from funding.models import SyncLine, SyncRun

_WORDS = (
    ("new", "nouvelle", "nouvelles"),
    ("changed", "qui change un dispositif", "qui changent un dispositif"),
    ("unchanged", "sans changement", "sans changement"),
    ("refused", "refusée", "refusées"),
    ("vanished", "n’est plus publiée", "ne sont plus publiées"),
)
_AMONG = (
    ("reopened", "un appel rouvert", "{} appels rouverts"),
    ("closed", "un appel fermé", "{} appels fermés"),
    ("unplaced", "un lieu inconnu", "{} lieux inconnus"),
    ("failed", "une que le portail ne peut pas écrire", "{} que le portail ne peut pas écrire"),
    ("published", "un dispositif publié", "{} dispositifs publiés"),
    ("proposals", "une différence à décider", "{} différences à décider"),
)


def summary(run: SyncRun) -> str:
    """« Appliquée. Entrées : 188 nouvelles, 2 refusées ; dont un lieu inconnu. »"""
    counts = run.counts
    parts = [_counted(counts.get(name, 0), one, many) for name, one, many in _WORDS]
    among = [
        (one if counts[name] == 1 else many.format(number(counts[name])))
        for name, one, many in _AMONG
        if counts.get(name)
    ]
    said = ", ".join(filter(None, parts))
    entries = f" Entrées : {said}{' ; dont ' + ', '.join(among) if among else ''}." if said else ""
    return f"{run.get_state_display()}.{entries}"


def told(line: SyncLine) -> Iterator[str]:
    """A line with what differs and what is said of it."""
    yield f"{line.get_outcome_display()} : {line.title or line.key or '(sans titre)'}"
    for field in line.fields:
        yield f"    {field['label']} : « {field['before']} » → « {field['after']} »"
    yield from (f"    {remark}" for remark in line.remarks)


def duration(lasted: timedelta | None) -> str:
    """« 4,2 s », « 3 min 05 s », « – » while it runs."""
    if lasted is None:
        return "–"
    seconds = lasted.total_seconds()
    if seconds < 60:
        return f"{seconds:.1f}\u00a0s".replace(".", ",")
    return f"{int(seconds // 60)}\u00a0min {int(seconds % 60):02}\u00a0s"


def number(value: int) -> str:
    return f"{value:,}".replace(",", "\u202f")


def _counted(count: int, one: str, many: str) -> str:
    return f"{number(count)} {many if count > 1 else one}" if count else ""
