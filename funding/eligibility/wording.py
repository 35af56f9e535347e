"""Every reason, question, change and state in French. Codes are stable; these sentences may change with any review.

In a sentence, `{name:verb argument}` writes one parameter: `{figure:figure personne}`, `{bounds:bounds €}`,
`{wanted:or audience}`, `{until:day}`. Places, activities and legal forms are written with the `names` given by the
caller, or by their code.
"""

import string
from collections.abc import Mapping
from typing import Any

from funding.eligibility import french, labels
from funding.eligibility.calls import CallStatus
from funding.eligibility.codes import CallState, Caution, ChangeCode, ReasonCode, VerdictState
from funding.eligibility.findings import Finding
from funding.eligibility.questions import QuestionCode
from funding.eligibility.reach import Change, Parameters

_R = ReasonCode
REASONS: dict[ReasonCode, str] = {
    _R.PLACE_INSIDE: "Le lieu du projet est dans le périmètre du dispositif.",
    _R.PLACE_OUTSIDE: "Le lieu du projet est hors du périmètre du dispositif : {wanted:or place}.",
    _R.PLACE_EXCLUDED: "Le lieu du projet est exclu du périmètre du dispositif ({excluded:or place}).",
    _R.PLACE_UNKNOWN: "Le dispositif dépend du lieu du projet, qui n’est pas indiqué.",
    _R.AUDIENCE_SERVED: "Le dispositif s’adresse à votre catégorie : {audience:one audience}.",
    _R.AUDIENCE_NOT_SERVED: (
        "Le dispositif ne s’adresse pas à votre catégorie ({audience:one audience}). "
        "Public visé : {wanted:or audience}."
    ),
    _R.AUDIENCE_UNKNOWN: "Le dispositif est réservé à un public : {wanted:or audience}.",
    _R.NOT_CONCERNED: "Cette condition ne vous concerne pas. Elle porte sur : {audiences:or audience}.",
    _R.MAYBE_NOT_CONCERNED: (
        "Cette condition n’est pas remplie, mais elle ne porte que sur : {audiences:or audience}. "
        "Votre catégorie n’est pas indiquée."
    ),
    _R.SIZE_FITS: "La taille convient : {sizes:or size}.",
    _R.SIZE_DOES_NOT_FIT: "La taille ne convient pas : {sizes:or size}. Tailles admises : {wanted:or size}.",
    _R.SIZE_UNCERTAIN: ("La taille reste à préciser. Possibles : {sizes:or size}. Tailles admises : {wanted:or size}."),
    _R.STAFF_WITHIN: "L’effectif convient : {figure:figure personne} ; il faut {bounds:bounds personne}.",
    _R.STAFF_BELOW: "L’effectif est trop faible : {figure:figure personne} ; il faut {bounds:bounds personne}.",
    _R.STAFF_ABOVE: "L’effectif est trop élevé : {figure:figure personne} ; il faut {bounds:bounds personne}.",
    _R.STAFF_UNKNOWN: "L’effectif n’est pas indiqué ; il faut {bounds:bounds personne}.",
    _R.STAFF_STRADDLES: (
        "La tranche d’effectif ({figure:figure personne}) ne permet pas de conclure ; il faut {bounds:bounds personne}."
    ),
    _R.NAF_INCLUDED: "L’activité {naf:one naf} est admise.",
    _R.NAF_NOT_INCLUDED: "L’activité {naf:one naf} n’est pas admise. Activités admises : {wanted:or naf}.",
    _R.NAF_EXCLUDED: "L’activité {naf:one naf} est exclue ({excluded:or naf}).",
    _R.NAF_UNKNOWN: "Le dispositif dépend de l’activité, qui n’est pas indiquée. Activités admises : {aim:aim naf}.",
    _R.NAF_TOO_COARSE: (
        "Le code d’activité {naf:one naf} n’est pas assez précis pour conclure. Activités admises : {aim:aim naf}."
    ),
    _R.LEGAL_FORM_INCLUDED: "La forme juridique {form:one form} est admise.",
    _R.LEGAL_FORM_NOT_INCLUDED: "La forme juridique {form:one form} n’est pas admise. Admises : {wanted:or form}.",
    _R.LEGAL_FORM_EXCLUDED: "La forme juridique {form:one form} est exclue.",
    _R.LEGAL_FORM_UNKNOWN: (
        "Le dispositif dépend de la forme juridique, qui n’est pas indiquée. Admises : {aim:aim form}."
    ),
    _R.LEGAL_FORM_TOO_COARSE: (
        "La catégorie juridique {form:one form} n’est pas assez précise pour conclure. Admises : {aim:aim form}."
    ),
    _R.AGE_WITHIN: "L’ancienneté convient (création le {created_on:day}) ; il faut {bounds:bounds an}.",
    _R.AGE_BELOW: "La création est trop récente ({created_on:day}) ; il faut {bounds:bounds an}.",
    _R.AGE_ABOVE: "La création est trop ancienne ({created_on:day}) ; il faut {bounds:bounds an}.",
    _R.AGE_UNKNOWN: "La date de création n’est pas indiquée ; il faut {bounds:bounds an} d’existence.",
    _R.NATURE_FITS: "La nature du projet convient : {fitting:and nature}.",
    _R.NATURE_DOES_NOT_FIT: "La nature du projet ne convient pas. Projets admis : {aim:aim nature}.",
    _R.NATURE_UNKNOWN: "La nature du projet n’est pas indiquée. Projets admis : {aim:aim nature}.",
    _R.EXPENSE_FITS: "Des dépenses du projet sont admises : {fitting:and expense}.",
    _R.EXPENSE_DOES_NOT_FIT: "Aucune dépense du projet n’est admise. Dépenses admises : {aim:aim expense}.",
    _R.EXPENSE_UNKNOWN: "La nature des dépenses n’est pas indiquée. Dépenses admises : {aim:aim expense}.",
    _R.AMOUNT_WITHIN: "Le montant du projet convient : {figure:figure €} ; il faut {bounds:bounds €}.",
    _R.AMOUNT_BELOW: "Le montant du projet est trop faible : {figure:figure €} ; il faut {bounds:bounds €}.",
    _R.AMOUNT_ABOVE: "Le montant du projet est trop élevé : {figure:figure €} ; il faut {bounds:bounds €}.",
    _R.AMOUNT_UNKNOWN: "Le montant du projet n’est pas indiqué ; il faut {bounds:bounds €}.",
    _R.AMOUNT_STRADDLES: (
        "Le montant indiqué ({figure:figure €}) ne permet pas de conclure ; il faut {bounds:bounds €}."
    ),
    _R.JOBS_WITHIN: "Le nombre d’emplois créés convient : {figure:figure emploi} ; il faut {bounds:bounds emploi}.",
    _R.JOBS_BELOW: "Trop peu d’emplois créés : {figure:figure emploi} ; il faut {bounds:bounds emploi}.",
    _R.JOBS_ABOVE: "Trop d’emplois créés : {figure:figure emploi} ; il faut {bounds:bounds emploi}.",
    _R.JOBS_UNKNOWN: "Le nombre d’emplois créés n’est pas indiqué ; il faut {bounds:bounds emploi}.",
    _R.JOBS_STRADDLE: (
        "Le nombre d’emplois indiqué ({figure:figure emploi}) ne permet pas de conclure ; "
        "il faut {bounds:bounds emploi}."
    ),
    _R.TRANSITION_FITS: "La condition sur la transition écologique est remplie.",
    _R.TRANSITION_REQUIRED: "Le projet doit contribuer à la transition écologique.",
    _R.TRANSITION_REFUSED: "Le dispositif ne concerne pas les projets de transition écologique.",
    _R.TRANSITION_UNKNOWN: "Il n’est pas indiqué si le projet contribue à la transition écologique.",
    _R.PUBLIC_WORKS_FITS: "La condition sur le marché public de travaux est remplie.",
    _R.PUBLIC_WORKS_REQUIRED: "Le projet doit passer par un marché public de travaux.",
    _R.PUBLIC_WORKS_REFUSED: "Le dispositif ne concerne pas les projets passant par un marché public de travaux.",
    _R.PUBLIC_WORKS_UNKNOWN: "Il n’est pas indiqué si le projet passe par un marché public de travaux.",
    _R.PARTNERSHIP_FITS: "La condition sur le portage à plusieurs est remplie.",
    _R.PARTNERSHIP_REQUIRED: "Le projet doit être porté à plusieurs (groupe d’entreprises, « grappe »).",
    _R.PARTNERSHIP_REFUSED: "Le dispositif ne concerne pas les projets portés à plusieurs.",
    _R.PARTNERSHIP_UNKNOWN: "Il n’est pas indiqué si le projet est porté à plusieurs.",
    _R.WORK_NOT_STARTED: "Le projet n’a pas commencé, comme il est demandé.",
    _R.WORK_STARTED: "Le projet a déjà commencé : l’aide doit être demandée avant tout démarrage.",
    _R.WORK_UNKNOWN: "L’aide doit être demandée avant le démarrage ; il n’est pas indiqué si le projet a commencé.",
    _R.FREE_TEXT_TO_CHECK: "À vérifier{contact:with}. Condition publiée : « {text} »",
    _R.CALL_DEPENDS_ON_PLACE: "Des appels propres à certains lieux existent : l’ouverture dépend du lieu du projet.",
}

_Q = QuestionCode
QUESTIONS: dict[QuestionCode, str] = {
    _Q.AUDIENCE: "Qui porte le projet : entreprise, intercommunalité, commune, association… ?",
    _Q.PLACE: "Dans quelle commune se situe le projet ?",
    _Q.PROJECT_NATURE: "Quelle est la nature du projet ?",
    _Q.WORK_STARTED: "Le projet a-t-il déjà commencé (commande, devis signé, travaux, contrat signé) ?",
    _Q.STAFF: "Combien de personnes l’entreprise emploie-t-elle, groupe compris ?",
    _Q.STAFF_EXACT: "Combien de personnes, exactement, l’entreprise emploie-t-elle, groupe compris ?",
    _Q.NAF: "Quel est le code d’activité complet (code APE, comme « 25.62B ») ?",
    _Q.LEGAL_FORM: "Quelle est la forme juridique (catégorie juridique à quatre chiffres) ?",
    _Q.CREATED_ON: "À quelle date l’entreprise a-t-elle été créée ?",
    _Q.EXPENSE_NATURE: "Quelles dépenses le projet comporte-t-il ?",
    _Q.PROJECT_AMOUNT: "Quel est le montant exact du projet, hors taxes ?",
    _Q.JOBS_CREATED: "Combien d’emplois, exactement, le projet crée-t-il ?",
    _Q.ECOLOGICAL_TRANSITION: "Le projet contribue-t-il à la transition écologique ?",
    _Q.PARTNERSHIP: "Le projet est-il porté à plusieurs (groupe d’entreprises, « grappe ») ?",
    _Q.PUBLIC_WORKS: "Le projet passe-t-il par un marché public de travaux ?",
    _Q.TURNOVER: "Quel est le chiffre d’affaires annuel, groupe compris ?",
    _Q.BALANCE_SHEET: "Quel est le total du bilan, groupe compris ?",
    _Q.AIDS: "Quelles aides publiques l’entreprise a-t-elle reçues ces trois dernières années ?",
}

CHANGES: dict[ChangeCode, str] = {
    ChangeCode.HIRE: "Il manque {missing:counted personne} pour atteindre {lower:counted personne}.",
    ChangeCode.WAIT: "La condition sera remplie à partir du {until:day}.",
    ChangeCode.ADD_EXPENSE: "Le projet pourrait comporter une dépense admise : {aim:aim expense}.",
    ChangeCode.ENLARGE_PROJECT: "Il manque {missing:counted €} pour atteindre {lower:counted €}.",
    ChangeCode.REDUCE_PROJECT: (
        "Le projet dépasse de {excess:counted €} : une première phase de {upper:counted €} au plus pourrait convenir."
    ),
    ChangeCode.CREATE_JOBS: "Il manque {missing:counted emploi} pour atteindre {lower:counted emploi}.",
    ChangeCode.ADD_TRANSITION: "Une part du projet pourrait porter sur la transition écologique.",
    ChangeCode.SIGN_PUBLIC_WORKS: "Le projet pourrait passer par un marché public de travaux.",
    ChangeCode.FIND_PARTNERS: "Le projet pourrait être porté avec d’autres entreprises.",
}

CAUTIONS: dict[Caution, str] = {
    Caution.GROUP_NOT_ASKED: "Les chiffres doivent compter les entreprises liées ou partenaires, s’il y en a.",
    Caution.GROUP_FIGURES: "L’entreprise appartient à un groupe : les chiffres doivent être ceux du groupe.",
}

VERDICT_SENTENCES: dict[VerdictState, str] = {
    VerdictState.ELIGIBLE: "Toutes les conditions connues sont remplies et une demande peut être déposée.",
    VerdictState.TO_SPECIFY: "Aucune condition ne s’y oppose, mais il manque des éléments pour conclure.",
    VerdictState.NEAR: "Une seule condition n’est pas remplie, et elle pourrait l’être.",
    VerdictState.NOT_OPEN: "Aucune demande ne peut être déposée à cette date.",
    VerdictState.NOT_ELIGIBLE: "Au moins une condition s’y oppose.",
}

OTHERWISE_SENTENCES: dict[VerdictState, str] = {
    VerdictState.ELIGIBLE: "Si l’appel était ouvert, le projet serait éligible.",
    VerdictState.TO_SPECIFY: "Si l’appel était ouvert, il resterait des éléments à préciser.",
    VerdictState.NEAR: "Si l’appel était ouvert, une seule condition ne serait pas remplie.",
}

CALL_SENTENCES: dict[CallState, str] = {
    CallState.OPEN: "Ouvert{closes_at:until}.",
    CallState.CLOSING_SOON: "Bientôt clos : ouvert{closes_at:until}.",
    CallState.PERMANENT: "Ouvert en permanence{next_at:cutoff}.",
    CallState.UPCOMING: "Ouvre le {next_at:moment}.",
    CallState.ANNOUNCED: "Annoncé, sans date connue{announced_for:brackets}.",
    CallState.EXHAUSTED: "L’enveloppe est épuisée{next_at:reopening}.",
    CallState.SUSPENDED: "Suspendu : aucune demande n’est reçue{next_at:resumption}.",
    CallState.CLOSED: "Clos{closes_at:since}.",
    CallState.NO_CALL: "Aucun appel n’est connu pour ce lieu.",
}


def reason_text(finding: Finding, names: Mapping[str, str] | None = None) -> str:
    """Why a criterion is met, not met or unknown. `names` gives the names of places, activities and legal forms."""
    return filled(REASONS[finding.reason], finding.parameters, names)


def change_text(change: Change, names: Mapping[str, str] | None = None) -> str:
    """What would change a near miss."""
    return filled(CHANGES[change.code], change.parameters, names)


def call_text(status: CallStatus) -> str:
    """State of a call with the date that matters, told in the call's own zone."""
    writer = _Writer({}, status.zone)
    text = writer.vformat(CALL_SENTENCES[status.state], (), {name: getattr(status, name) for name in _STATUS_FIELDS})
    return typeset(text)


def filled(sentence: str, parameters: Parameters, names: Mapping[str, str] | None = None) -> str:
    """Write the parameters into a sentence. Raises KeyError when one is missing."""
    values: dict[str, Any] = dict(parameters)
    values.setdefault("bounds", (values.get("lower"), values.get("upper")))
    values.setdefault("aim", (values.get("wanted", ()), values.get("excluded", ())))
    return typeset(_Writer(names or {}).vformat(sentence, (), values))


def typeset(text: str) -> str:
    """Put a non-breaking space before the double signs of French punctuation."""
    for sign in ":;?!»%":
        text = text.replace(f" {sign}", f"{french.NBSP}{sign}")
    return text.replace("« ", f"«{french.NBSP}")


_STATUS_FIELDS = ("opens_at", "closes_at", "next_at", "announced_for")


class _Writer(string.Formatter):
    """Writes parameters by the verbs of this module."""

    def __init__(self, names: Mapping[str, str], zone: str = french.PARIS):
        self.names = names
        self.zone = zone

    def format_field(self, value: Any, format_spec: str) -> str:
        verb, _, argument = format_spec.partition(" ")
        return getattr(self, f"_write_{verb or 'text'}")(value, argument)

    def _name(self, code: str, vocabulary: str) -> str:
        return labels.VOCABULARIES[vocabulary].get(code) or self.names.get(code, code)

    def _write_text(self, value: Any, _: str) -> str:
        return str(value)

    def _write_one(self, value: str, vocabulary: str) -> str:
        return self._name(value, vocabulary)

    def _write_or(self, value: tuple[str, ...], vocabulary: str) -> str:
        prefixes = {code.partition("-")[0] for code in value} if vocabulary == "place" else set()
        if len(prefixes) == 1 and len(value) > french.LISTED:
            return f"{len(value)} {labels.PLACE_KINDS[prefixes.pop()]}"
        return french.listed([self._name(code, vocabulary) for code in value], "ou")

    def _write_and(self, value: tuple[str, ...], vocabulary: str) -> str:
        return french.listed([self._name(code, vocabulary) for code in value], "et")

    def _write_aim(self, value: tuple[tuple[str, ...], tuple[str, ...]], vocabulary: str) -> str:
        wanted, excluded = value
        included = self._write_or(wanted, vocabulary) if wanted else "toutes"
        return f"{included}, sauf {self._write_and(excluded, vocabulary)}" if excluded else included

    def _write_figure(self, value: Any, noun: str) -> str:
        return french.figure(value, noun)

    def _write_bounds(self, value: tuple[Any, Any], noun: str) -> str:
        return french.bounds(*value, noun)

    def _write_counted(self, value: Any, noun: str) -> str:
        return french.counted(value, noun)

    def _write_percent(self, value: Any, _: str) -> str:
        return french.percent(value)

    def _write_day(self, value: Any, _: str) -> str:
        return french.day(value)

    def _write_moment(self, value: Any, _: str) -> str:
        return french.moment(value, self.zone)

    def _write_until(self, value: Any, _: str) -> str:
        return f" jusqu’au {french.moment(value, self.zone)}" if value else ", sans date de clôture"

    def _write_since(self, value: Any, _: str) -> str:
        return f" depuis le {french.moment(value, self.zone)}" if value else ""

    def _write_cutoff(self, value: Any, _: str) -> str:
        return f" ; prochaine relève le {french.moment(value, self.zone)}" if value else ""

    def _write_reopening(self, value: Any, _: str) -> str:
        return f" ; prochaine ouverture le {french.moment(value, self.zone)}" if value else ""

    def _write_resumption(self, value: Any, _: str) -> str:
        return f" avant le {french.moment(value, self.zone)}" if value else " pour le moment"

    def _write_brackets(self, value: str, _: str) -> str:
        return f" ({value})" if value else ""

    def _write_with(self, value: str, _: str) -> str:
        return f" auprès de : {value}" if value else " auprès du service instructeur"
