"""A plan and its refusals in French, for the command line and the administration."""

from collections.abc import Iterator

from territories.enums import Wave
from territories.official_list.applying import ClosuresNotConfirmedError, NotYetInForceError, StalePlanError
from territories.official_list.planning import MAX_CLOSED_SHARE, Plan


def summary(plan: Plan) -> str:
    """One sentence: « 1 renommé, 3 dont les membres changent, 179 inchangés. »."""
    counts = plan.counts
    parts = [
        _counted(counts["new"], "nouveau", "nouveaux"),
        _counted(counts["renamed"], "renommé", "renommés"),
        _counted(counts["changed"], "dont les membres changent", "dont les membres changent"),
        _counted(counts["closed"], "fermé", "fermés"),
        _counted(counts["unchanged"], "inchangé", "inchangés"),
    ]
    return f"Territoires : {', '.join(filter(None, parts)) or 'aucun'}."


def lines(plan: Plan) -> Iterator[str]:
    """The whole plan, a line per fact."""
    yield f"Vague {Wave(plan.wave).label}, état au {plan.as_of:%d/%m/%Y}."
    yield summary(plan)
    for new in plan.new:
        verb = "rouvert" if new.is_reopened else "nouveau"
        yield f"  ti-{new.number} {new.name} : {verb}, {_counted(len(new.members), 'membre', 'membres')}"
    for rename in plan.renamed:
        yield f"  ti-{rename.number} {rename.before} : devient « {rename.after} »"
    for change in plan.changed:
        yield f"  ti-{change.number} {change.name} :"
        for code in change.added:
            yield f"    + {named(plan, code)}"
        for code in change.removed:
            yield f"    - {named(plan, code)}"
    for closure in plan.closed:
        yield f"  ti-{closure.number} {closure.name} : fermé, {_counted(len(closure.members), 'membre', 'membres')}"
    if plan.needs_confirmation:
        yield f"Attention : le plan ferme {percent(plan.closed_share)} de ce qui est en vigueur."
    if plan.is_empty:
        yield "Cette liste est déjà en vigueur : il n’y a rien à écrire."


def named(plan: Plan, code: str) -> str:
    """A member: its name and its code."""
    return f"{plan.names.get(code, code)} ({code})"


def refusal(error: Exception) -> str:
    """The sentence for a plan that was not applied."""
    if isinstance(error, ClosuresNotConfirmedError):
        return (
            f"Ce plan ferme {percent(error.share)} de ce qui est en vigueur, plus que {percent(MAX_CLOSED_SHARE)} : "
            "rien n’est écrit. S’il est juste, confirmez les fermetures."
        )
    if isinstance(error, NotYetInForceError):
        return "La date de cette liste est à venir : appliquez-la ce jour-là."
    if isinstance(error, StalePlanError):
        return "La liste en vigueur a changé depuis que ce plan a été calculé : recalculez-le et relisez-le."
    raise error


def percent(share: float) -> str:
    return f"{share:.1%}".replace(".", ",").replace(",0%", "%").replace("%", " %")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {many if count > 1 else one}" if count else ""
