"""In French: why a rule, a call, an amount or a fact was refused."""

from funding.eligibility.errors import Refusal, RuleError
from funding.eligibility.wording import typeset

REFUSALS: dict[Refusal, str] = {
    Refusal.UNKNOWN_KIND: "Ce type de critère n’existe pas.",
    Refusal.UNKNOWN_OPERATOR: "Cet opérateur n’existe pas.",
    Refusal.UNKNOWN_FIELD: "Cette colonne n’existe pas.",
    Refusal.OPERATOR_NOT_FOR_KIND: "Cet opérateur ne convient pas à ce type de critère.",
    Refusal.NO_VALUES: "Indiquez au moins une valeur admise ou exclue.",
    Refusal.VALUES_NOT_WANTED: "Ce type de critère ne prend pas cette valeur.",
    Refusal.BAD_VALUE: "Cette valeur n’est pas reconnue.",
    Refusal.CONTRADICTORY_VALUE: "Une même valeur ne peut pas être à la fois admise et exclue.",
    Refusal.NO_BOUND: "Indiquez un minimum, un maximum ou les deux.",
    Refusal.BAD_NUMBER: "Indiquez un nombre positif ou nul, sans décimale pour des personnes ou des années.",
    Refusal.REVERSED_BOUNDS: "Le maximum est inférieur au minimum.",
    Refusal.NO_TEXT: "Écrivez la condition à vérifier.",
    Refusal.BAD_LINK: "L’adresse doit commencer par https:// ou http:// et ne pas contenir d’espace.",
    Refusal.BAD_FLAG: "Répondez par oui ou par non.",
    Refusal.BAD_INSTANT: "Indiquez une date, une heure et leur fuseau horaire.",
    Refusal.BAD_DATE: "Indiquez une date.",
    Refusal.BAD_ZONE: "Ce fuseau horaire n’existe pas.",
    Refusal.CLOSES_BEFORE_OPENING: "La clôture précède l’ouverture.",
    Refusal.BAD_RATE: "Un taux est compris entre 0 et 100 %.",
    Refusal.DUPLICATE_KEY: "Cet identifiant est déjà pris.",
}


def refusal_text(error: RuleError) -> str:
    """Why something was refused, with the value when it helps to find it."""
    sentence = REFUSALS[error.code]
    if error.value in (None, "", (), []):
        return typeset(sentence)
    shown = str(error.value)
    return typeset(f"{sentence} (« {shown if len(shown) <= 80 else f'{shown[:79]}…'} »)")
