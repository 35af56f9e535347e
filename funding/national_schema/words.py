"""A criterion told in one French line, for the columns of the schema that hold words."""

from collections.abc import Mapping

from funding.eligibility.codes import CriterionKind
from funding.eligibility.wording import filled
from funding.models import Criterion

_K = CriterionKind
_SENTENCES: dict[CriterionKind, str] = {
    _K.PLACE: "Lieu du projet : {aim:aim place}.",
    _K.AUDIENCE: "Public : {aim:aim audience}.",
    _K.EU_SIZE: "Taille de l’entreprise : {aim:aim size}.",
    _K.STAFF_RANGE: "Effectif : {bounds:bounds personne}.",
    _K.NAF: "Activité (codes NAF) : {aim:aim naf}.",
    _K.LEGAL_FORM: "Catégorie juridique (codes de l’Insee) : {aim:aim form}.",
    _K.FIRM_AGE: "Ancienneté de l’entreprise : {bounds:bounds an}.",
    _K.PROJECT_NATURE: "Nature du projet : {aim:aim nature}.",
    _K.EXPENSE_NATURE: "Nature des dépenses : {aim:aim expense}.",
    _K.PROJECT_AMOUNT: "Montant du projet : {bounds:bounds €}.",
    _K.JOBS_CREATED: "Emplois créés : {bounds:bounds emploi}.",
}
_YES_OR_NO: dict[CriterionKind, tuple[str, str]] = {
    _K.ECOLOGICAL_TRANSITION: (
        "Le projet contribue à la transition écologique.",
        "Le projet ne relève pas de la transition écologique.",
    ),
    _K.PUBLIC_WORKS: (
        "Le projet passe par un marché public de travaux.",
        "Le projet ne passe pas par un marché public de travaux.",
    ),
    _K.PARTNERSHIP: ("Le projet est porté à plusieurs.", "Le projet n’est pas porté à plusieurs."),
    _K.WORK_NOT_STARTED: ("Le projet n’a pas commencé quand l’aide est demandée.", ""),
}


def told(criterion: Criterion, names: Mapping[str, str]) -> str:
    """The criterion in a line. `names` gives the names of places; the source's own words come after."""
    if criterion.kind == _K.FREE_TEXT:
        return criterion.text.strip()
    if criterion.kind in _YES_OR_NO:
        sentence = _YES_OR_NO[_K(criterion.kind)][0 if criterion.expected else 1]
    else:
        parameters = {
            "wanted": tuple(sorted(criterion.values)),
            "excluded": tuple(sorted(criterion.excluded)),
            "bounds": (_whole(criterion.lower), _whole(criterion.upper)),
        }
        sentence = filled(_SENTENCES[_K(criterion.kind)], parameters, names)
    if not criterion.is_hard:
        sentence = f"À titre indicatif : {sentence[0].lower()}{sentence[1:]}"
    if criterion.applies_to:
        sentence = f"{sentence[:-1]} ({filled('{wanted:or audience}', {'wanted': tuple(criterion.applies_to)})})."
    return f"{sentence} {criterion.text.strip()}".strip()


def _whole(bound):
    return int(bound) if bound is not None and bound == bound.to_integral_value() else bound
