"""A plan and its refusals in French, for the command line and the administration."""

from collections.abc import Iterator

from django.core.exceptions import ValidationError

from funding.national_schema.applying import Applied, StaleImportError
from funding.sync.plan import Plan


def summary(plan: Plan) -> str:
    """« Lignes : 188 nouvelles, 2 refusées. »."""
    counts = plan.counts
    parts = [
        _counted(counts["new"], "nouvelle", "nouvelles"),
        _counted(counts["changed"], "qui change un dispositif", "qui changent un dispositif"),
        _counted(counts["unchanged"], "sans changement", "sans changement"),
        _counted(counts["refused"], "refusée", "refusées"),
    ]
    proposals = _counted(counts["proposals"], "proposition à examiner", "propositions à examiner")
    return f"Lignes : {', '.join(filter(None, parts)) or 'aucune'}.{f' Et {proposals}.' if proposals else ''}"


def lines(plan: Plan) -> Iterator[str]:
    """The whole plan, a line per fact."""
    yield f"Source : {plan.source}."
    yield from plan.remarks
    for refused in plan.refused:
        yield f"Ligne {refused.number}, refusée : {refused.title or '(sans titre)'}"
        yield from (f"    {reason}" for reason in refused.reasons)
    for new in plan.new:
        yield f"Ligne {new.number}, nouveau : {new.draft.name}"
        yield from (f"    {remark}" for remark in new.remarks)
    for change in plan.changed:
        yield f"Ligne {change.number}, change : {change.draft.name} ({change.slug})"
        yield from (f"    {field.label} : « {field.before} » devient « {field.after} »" for field in change.fields)
        yield from (f"    {remark}" for remark in change.remarks)
    for proposal in plan.proposals:
        yield f"Ligne {proposal.number}, proposition ({proposal.reason}) : {proposal.draft.name} ({proposal.slug})"
        yield from (
            f"    {field.label} : « {field.before} », la source dit « {field.after} »" for field in proposal.fields
        )
    yield summary(plan)
    if plan.is_empty:
        yield "Il n’y a rien à écrire."


def outcome(applied: Applied) -> Iterator[str]:
    """What was written."""
    created = _counted(applied.created, "dispositif créé", "dispositifs créés")
    changed = _counted(applied.changed, "dispositif changé", "dispositifs changés")
    yield f"Import écrit : {', '.join(filter(None, (created, changed))) or 'aucun changement'}."
    if applied.published:
        yield f"{_counted(applied.published, 'dispositif publié', 'dispositifs publiés')}."
    for slug, problems in applied.unpublished:
        yield f"{slug} reste à valider : {' '.join(problems)}"


def refusal(error: Exception) -> str:
    """The sentence for a plan that was not applied."""
    if isinstance(error, StaleImportError):
        return (
            "Les dispositifs ont changé depuis que ce plan a été calculé : "
            "rien n’est écrit. Recalculez le plan et relisez-le."
        )
    if isinstance(error, ValidationError):
        return "\n".join(["L’import est refusé, rien n’est écrit.", *error.messages])
    raise error


def _counted(count: int, one: str, many: str) -> str:
    shown = f"{count:,}".replace(",", "\u202f")
    return f"{shown} {many if count > 1 else one}" if count else ""
