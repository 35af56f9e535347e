"""What changed in the lists of a scheme, from their own histories, beside the history of the scheme itself."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from funding.models import Call, Criterion, Round, Scheme

SHOWN = 100
ACTIONS = {"+": "Ajout", "~": "Modification", "-": "Suppression"}
_SILENT = frozenset({"position", "scheme", "call"})


@dataclass(frozen=True)
class PartChange:
    """`fields` holds the name of a field, what it was and what it became."""

    at: datetime
    by: str
    what: str
    action: str
    fields: tuple[tuple[str, object, object], ...]


def part_changes(scheme: Scheme) -> list[PartChange]:
    """Changes of criteria, calls and rounds, the latest first; three queries."""
    calls = list(_versions(Call, scheme_id=scheme.pk))
    rounds = _versions(Round, call_id__in={version.id for version in calls})
    criteria = _versions(Criterion, scheme_id=scheme.pk)
    found = [
        *_changes(criteria, lambda version: f"critère « {version.get_kind_display()} »"),
        *_changes(calls, lambda version: f"appel « {version.name} »"),
        *_changes(rounds, lambda version: f"relève {version.label or version.id}"),
    ]
    return sorted(found, key=lambda change: change.at, reverse=True)[:SHOWN]


def _versions(model, **where):
    rows = model.history.model.objects.filter(**where).select_related("history_user")
    return rows.order_by("history_date", "history_id")


def _changes(versions: Iterable, name) -> Iterable[PartChange]:
    past = defaultdict(lambda: None)
    for version in versions:
        before, past[version.id] = past[version.id], version
        fields = _differences(before, version) if before is not None and version.history_type == "~" else ()
        if version.history_type == "~" and not fields:
            continue  # only its rank moved
        author = version.history_user
        yield PartChange(
            at=version.history_date,
            by=str(author) if author else "Le portail",
            what=name(version),
            action=ACTIONS[version.history_type],
            fields=tuple(fields),
        )


def _differences(before, after) -> list[tuple[str, object, object]]:
    model = type(after.instance)
    found = []
    for field in model._meta.concrete_fields:
        old, new = getattr(before, field.attname), getattr(after, field.attname)
        if field.name not in _SILENT and old != new:
            found.append((str(field.verbose_name), _told(old), _told(new)))
    return found


def _told(value) -> object:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, bool):
        return "oui" if value else "non"
    return "–" if value in (None, "") else value
