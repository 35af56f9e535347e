"""Who may be named: legal persons, on proof. The name of a natural person is neither kept nor shown.

A SIREN is no proof: a sole trader has one, and the register then gives the person's name. Lists of funded projects do
name such persons among companies. So a name is kept when something says that it is a legal person's:

* the legal category of INSEE, where the list gives it (1xxx is a sole trader);
* a SIREN of the series 1 and 2, which INSEE keeps for bodies under public law;
* a word that only an organisation bears (« SAS », « association », « syndicat »…);
* the word of the délégation, SIREN by SIREN or name by name, remembered for the list.

Failing that it is withheld, and the row is listed for a person to look at. What says a natural person (a civility,
« EI ») wins over words only: the commune of M'Tsangamouji is a public body. The name that a legal person bears, were it
that of its founder (« SARL Durand »), is its own.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from funding.enums import BeneficiaryKind
from ti_portal.core.text import fold

HIDDEN = "(nom retiré)"
_PUBLIC_SERIES = ("1", "2")
# Folded. Legal forms, and words of what is never one person; not those that a sole trader puts beside a family name
# (« conseil », « construction », « agence », « ets », « environnement »).
_ORGANISATION_WORDS = frozenset(
    [
        *(
            "sas",
            "sasu",
            "sarl",
            "eurl",
            "sci",
            "scic",
            "scop",
            "scp",
            "snc",
            "scea",
            "earl",
            "gaec",
            "gie",
            "gip",
            "gfa",
        ),
        *(
            "cuma",
            "sem",
            "semop",
            "spl",
            "spla",
            "sccv",
            "selarl",
            "selas",
            "sica",
            "sca",
            "epic",
            "epa",
            "epf",
            "epfl",
        ),
        *("epcc", "oph", "hlm", "ccas", "cias", "cpie", "caue", "cen", "ddt", "ddtm", "dreal", "lpo", "fne", "ademe"),
        *("brgm", "cnrs", "inrae", "onf", "societe", "soc", "holding", "groupement", "cooperative", "mutuelle"),
        *("association", "ass", "asso", "assoc", "federation", "fed", "fondation", "ligue", "union", "amicale"),
        *("syndicat", "synd", "sivom", "sivu", "commune", "communes", "communaute", "metropole", "agglomeration"),
        *("departement", "region", "collectivite", "mairie", "prefecture", "ministere", "etat", "public", "publique"),
        *("national", "nationale", "regional", "regionale", "departemental", "departementale", "intercommunal"),
        *("intercommunale", "municipal", "municipale", "conservatoire", "comite", "commission", "universite"),
        *("observatoire", "reserve", "reserves", "hopital"),
    ]
)
_ORGANISATION_PHRASES = (
    "agence d urbanisme", "parc naturel", "espaces naturels", "chambre d agriculture", "chambre de commerce",
    "chambre de metiers", "lycee", "groupe ornithologique",
)  # fmt: skip
_INDIVIDUAL_START = re.compile(r"(?:m|mr|mme|mlle|monsieur|madame|mademoiselle|ei|eirl)\s")
_INDIVIDUAL_WORDS = (
    "entrepreneur individuel", "entreprise individuelle", "personne physique", "particulier", "micro entrepreneur",
    "auto entrepreneur",
)  # fmt: skip
# A civility before a capital: « Mme Durand », « M. et Mme Durand », « Monsieur DURAND ».
_CIVILITY = re.compile(
    r"(?<![\w.])(?:(?:MM?\.?|Mr\.?|Mme\.?|MME|Mlle\.?|Monsieur|Madame|MONSIEUR|MADAME)\s+(?:et\s+)?)+"
    r"[A-ZÀ-Ý][\w’'-]+(?:\s+[A-ZÀ-Ý][\w’'-]+){0,2}"
)
# What bears a person's name for ever is not about that person: « école M. Paul », « rue Madame Curie ».
_NAMED_AFTER = re.compile(
    r"\b(?:rue|avenue|av|bd|boulevard|place|square|quai|impasse|allee|chemin|cours|ecole|college|lycee|groupe scolaire"
    r"|stade|gymnase|salle|mediatheque|theatre|pont|parc|jardin)\b(?:\s\w+){0,2}\s?$"
)


@dataclass(frozen=True)
class Beneficiary:
    """`name` and `siren` are empty unless `kind` is that of a legal person."""

    kind: str
    name: str = ""
    siren: str = ""


def beneficiary(name: str, siren: str, legal_category: str, attested: Collection[str]) -> Beneficiary:
    """Who received, as much as may be told. `siren` is checked or empty; `attested` holds SIREN and folded names."""
    folded = fold(name)
    named = Beneficiary(BeneficiaryKind.LEGAL_PERSON, name, siren)
    if (siren and siren in attested) or (folded and folded in attested):
        return named
    category = fold(legal_category)
    if re.fullmatch(r"1(?:\d{3})?", category) or _says(_INDIVIDUAL_WORDS, category):
        return Beneficiary(BeneficiaryKind.INDIVIDUAL)
    if re.fullmatch(r"[2-9]\d{0,3}", category) or siren.startswith(_PUBLIC_SERIES):
        return named
    if _INDIVIDUAL_START.match(f"{folded} ") or _says(_INDIVIDUAL_WORDS, folded):
        return Beneficiary(BeneficiaryKind.INDIVIDUAL)
    # « H.L.M. » and « HLM » are the same word.
    words = {*folded.split(), *fold(name.replace(".", "")).split(), *category.split()}
    if words & _ORGANISATION_WORDS or _says(_ORGANISATION_PHRASES, folded):
        return named
    return Beneficiary(BeneficiaryKind.WITHHELD)


def _says(phrases: tuple[str, ...], folded: str) -> bool:
    return any(phrase in folded for phrase in phrases)


def without_names(title: str, *, withheld: str = "") -> str:
    """A title without the persons it names: those after a civility, and the name of `withheld`, its beneficiary."""

    def hidden(found: re.Match) -> str:
        return found[0] if _NAMED_AFTER.search(fold(title[: found.start()])) else HIDDEN

    title = _CIVILITY.sub(hidden, title)
    words = [re.escape(word) for word in re.findall(r"[^\W\d_]{2,}", withheld)]
    if len(words) >= 2:
        apart = r"[\W\d_]+"
        for order in (words, words[::-1], [*words[1:], words[0]], [words[-1], *words[:-1]]):
            title = re.sub(rf"\b{apart.join(order)}\b", HIDDEN, title, flags=re.IGNORECASE)
    return title
