"""Words of aides-territoires and codes of the portal. A word that is in neither list is told to a person, not guessed.

Labels of its version 1.6 and of its successor, or their codes, which it gives when it has no label.
"""

from dataclasses import dataclass

from funding.eligibility.codes import AudienceCode, HelpKind
from ti_portal.core.text import fold


@dataclass(frozen=True)
class Audience:
    """`code` is None for an audience that the portal does not know. `only` narrows the code: said, to be checked."""

    code: AudienceCode | None
    only: str = ""


AUDIENCES: dict[tuple[str, ...], Audience] = {
    ("commune", "Communes"): Audience(AudienceCode.COMMUNE),
    ("epci", "Intercommunalités / Pays", "EPCI à fiscalité propre"): Audience(AudienceCode.EPCI),
    ("department", "Départements"): Audience(AudienceCode.DEPARTMENT),
    ("region", "Régions"): Audience(AudienceCode.REGION),
    ("special", "Collectivités d'outre-mer à statuts particuliers"): Audience(None),
    ("association", "Associations"): Audience(AudienceCode.ASSOCIATION),
    ("private_person", "Particuliers"): Audience(AudienceCode.INDIVIDUAL),
    ("farmer", "Agriculteurs"): Audience(AudienceCode.FIRM, "aux agriculteurs et agricultrices"),
    # One value for every firm: its size and its sector are in the text only.
    ("private_sector", "Entreprises privées"): Audience(AudienceCode.FIRM),
    ("public_cies", "Entreprises publiques locales (Sem, Spl, SemOp)"): Audience(
        AudienceCode.FIRM, "aux entreprises publiques locales"
    ),
    (
        "public_org",
        "Établissements publics (écoles, bibliothèques…) / Services de l'État",
        "Établissement public (école, bibliothèque…) / Service de l'État",
        "Établissements publics - Services de l'État",
    ): Audience(AudienceCode.PUBLIC_BODY),
    ("researcher", "Recherche"): Audience(AudienceCode.PUBLIC_BODY),
}
# A help that the portal has no code for is None: nothing is said of it.
TYPES: dict[tuple[str, ...], HelpKind | None] = {
    ("grant", "Subvention"): HelpKind.GRANT,
    ("loan", "Prêt"): HelpKind.LOAN,
    ("recoverable_advance", "Avance récupérable"): HelpKind.REPAYABLE_ADVANCE,
    ("cee", "Certificat d'économie d'énergie (CEE)"): None,
    ("other", "Autre aide financière"): None,
    ("technical", "technical_engineering", "Ingénierie technique"): HelpKind.ENGINEERING,
    ("financial", "financial_engineering", "Ingénierie financière"): HelpKind.ENGINEERING,
    ("legal", "legal_engineering", "Ingénierie Juridique / administrative"): HelpKind.ENGINEERING,
}
PERMANENT = frozenset({"permanente", "ongoing"})
SCALES: dict[str, str] = {
    "commune": "commune",
    "epci": "epci",
    "bassin hydrographique": "basin",
    "basin": "basin",
    "departement": "department",
    "department": "department",
    "region": "region",
    "outre mer": "overseas",
    "overseas": "overseas",
    "metropole": "mainland",
    "mainland": "mainland",
    "ad hoc": "adhoc",
    "adhoc": "adhoc",
    "pays": "country",
    "country": "country",
    "continent": "continent",
}

_AUDIENCES = {fold(word): audience for words, audience in AUDIENCES.items() for word in words}
_TYPES = {fold(word): kind for words, kind in TYPES.items() for word in words}


def audience(word: str) -> Audience | None:
    return _AUDIENCES.get(fold(word))


def help_kind(word: str) -> tuple[HelpKind | None, bool]:
    """The kind, and whether the word is known at all."""
    folded = fold(word)
    return _TYPES.get(folded), folded in _TYPES


def scale(word: object) -> str:
    """The scale of a perimeter as the API names it in its queries, "" when unknown."""
    return SCALES.get(fold(word), "") if isinstance(word, str) else ""
