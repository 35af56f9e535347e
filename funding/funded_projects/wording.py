"""A plan and its outcome in French, for the command line and the administration."""

from collections.abc import Iterator, Sequence

from django.core.exceptions import ValidationError

from funding.funded_projects.applying import Applied, StalePlanError
from funding.funded_projects.columns import BY_NAME, FIELDS
from funding.funded_projects.plan import Plan
from funding.funded_projects.reading import NOTES

NOTE_HEADERS = ("Ligne", "Suite", "Projet", "Raison")
_COUNTS = (
    ("rows", "ligne lue", "lignes lues"),
    ("new", "projet nouveau", "projets nouveaux"),
    ("changed", "projet modifié", "projets modifiés"),
    ("unchanged", "sans changement", "sans changement"),
    ("gone", "projet absent du fichier", "projets absents du fichier"),
    ("refused", "ligne refusée", "lignes refusées"),
    ("communes", "projet placé dans sa commune", "projets placés dans leur commune"),
    ("former_communes", "dont, par le code d’une ancienne commune", "dont, par le code d’une ancienne commune"),
    ("departement_only", "connu par son seul département", "connus par leur seul département"),
    ("unplaced", "projet sans lieu reconnu", "projets sans lieu reconnu"),
    ("no_name", "nom de bénéficiaire retenu faute de preuve", "noms de bénéficiaires retenus faute de preuve"),
)


def counts(plan: Plan) -> list[tuple[str, int]]:
    """(what is counted, how many), zeros left out but for what everyone looks for."""
    always = ("rows", "new", "changed", "unchanged", "gone", "refused")
    return [
        ((many if plan.counts[name] != 1 else one).capitalize(), plan.counts[name])
        for name, one, many in _COUNTS
        if plan.counts[name] or name in always
    ]


def columns(plan: Plan) -> list[tuple[str, str]]:
    """(field, header) of what is read."""
    return [(field.label, plan.columns[field.name]) for field in FIELDS if plan.columns.get(field.name)]


def notes(plan: Plan) -> list[tuple[int, str, str, str]]:
    """Rows of the table of what is to be looked at, under NOTE_HEADERS, the gravest first. Without the name of anybody
    withheld.
    """
    ranks = {kind: rank for rank, kind in enumerate(NOTES)}
    ordered = sorted(plan.notes, key=lambda note: (ranks[note.kind], note.number))
    return [(note.number, NOTES[note.kind], note.title, _sentence(note.reason)) for note in ordered]


def changed_fields(fields: Sequence[str]) -> str:
    labels = {"commune_id": "commune", "beneficiary_kind": "nature du bénéficiaire"}
    names = [labels.get(name) or BY_NAME[name].label.lower() for name in fields]
    return ", ".join(names) or "de retour dans la liste"


def lines(plan: Plan) -> Iterator[str]:
    """The plan in short, then each row to be looked at."""
    yield f"Colonnes lues : {', '.join(f'{label} ← {header}' for label, header in columns(plan))}."
    if plan.ignored:
        yield f"Colonnes laissées : {', '.join(plan.ignored)}."
    for number, outcome, title, reason in notes(plan):
        yield f"Ligne {number}, {outcome.lower()} : {title or '(sans titre)'} – {reason}"
    for label, count in counts(plan):
        yield f"{label} : {shown(count)}"
    if plan.needs_confirmation:
        yield confirmation(plan)
    if plan.is_empty:
        yield "Il n’y a rien à écrire."


def confirmation(plan: Plan) -> str:
    return (
        f"Le fichier n’a plus {shown(len(plan.gone))} des {shown(plan.listed_before)} projets de la liste : "
        "c’est peut-être un extrait. Sans confirmation, ils restent."
    )


def outcome(applied: Applied) -> Iterator[str]:
    """What was written."""
    parts = [
        (applied.new, "projet ajouté", "projets ajoutés"),
        (applied.changed, "projet modifié", "projets modifiés"),
        (applied.gone, "projet marqué absent", "projets marqués absents"),
    ]
    told = [f"{shown(count)} {many if count > 1 else one}" for count, one, many in parts if count]
    yield f"Import écrit : {', '.join(told) or 'aucun changement'}."
    if applied.kept:
        s = "s" if applied.kept > 1 else ""
        yield f"{shown(applied.kept)} projet{s} absent{s} du fichier : gardé{s}, faute de confirmation."


def refusal(error: Exception) -> str:
    """The sentence for a plan that was not applied."""
    if isinstance(error, StalePlanError):
        return "La liste a changé depuis cet aperçu : rien n’est écrit. En voici un nouveau, à vérifier."
    if isinstance(error, ValidationError):
        return " ".join(["L’import est refusé, rien n’est écrit.", *error.messages])
    raise error


def shown(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:]
