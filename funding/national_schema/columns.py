"""The columns of the national schema « dispositif-aide-professionnels », version 0.2.0, and its rules in our own words.

Source: github.com/etalab/schema-dispositif-aide (Etalab, Licence Ouverte 2.0). Files of earlier versions stop at
`date_mise_a_jour`: a column that is absent says nothing, and only the columns of `NEEDED` must be there.
"""

from dataclasses import dataclass

VERSION = "0.2.0"
SCHEMA_NAME = "dispositif-aide-professionnels"

MAX_PROMISE = 180
MAX_DESCRIPTION = 5_000


@dataclass(frozen=True)
class Column:
    """A column of the schema.

    required  the cell may not be empty
    needed    the column itself must be there (it was in every version)
    form      « text », « uuid », « integer », « instant », « list » (values between `|`), « json », « address »
    """

    name: str
    label: str
    form: str = "text"
    required: bool = False
    needed: bool = False


COLUMNS = (
    Column("id", "Identifiant", "uuid", required=True, needed=True),
    Column("titre", "Titre", required=True, needed=True),
    Column("promesse", "Promesse"),
    Column("description", "Description", required=True, needed=True),
    Column("eligibilite", "Critères d’éligibilité", required=True, needed=True),
    Column("types_aides", "Types d’aides", "list", required=True, needed=True),
    Column("porteurs", "Porteurs", "json", required=True, needed=True),
    Column("programmes_parents", "Programmes parents", "list"),
    Column("url_source", "Adresse de la source", "address"),
    Column("cibles", "Bénéficiaires", "list", required=True, needed=True),
    Column("eligibilite_geographique", "Couverture géographique", "list", required=True, needed=True),
    Column("eligibilite_geographique_exclusions", "Couverture géographique : exclusions", "list"),
    Column("date_ouverture", "Date d’ouverture", "instant"),
    Column("date_cloture", "Date de clôture", "instant"),
    Column("date_mise_a_jour", "Date de mise à jour", "instant", required=True, needed=True),
    Column("base_juridique", "Bases juridiques", "json"),
    Column("eligibilite_effectif_minimal", "Effectif minimal", "integer"),
    Column("eligibilite_effectif_maximal", "Effectif maximal", "integer"),
    Column("eligibilite_categorie_taille_entreprise", "Catégories de taille", "list"),
    Column("eligibilite_annees_existence_minimal", "Années d’existence minimales", "integer"),
    Column("eligibilite_forme_juridique", "Formes juridiques", "list"),
    Column("eligibilite_forme_juridique_exclusions", "Formes juridiques : exclusions", "list"),
    Column("ciblage_secteur_activite", "Secteurs d’activité", "list", required=True),
    Column("ciblage_naf", "Codes NAF", "list"),
    Column("ciblage_naf_exclusions", "Codes NAF : exclusions", "list"),
    Column("chainage_paiement", "Demande de paiement de l’aide", "text"),
)
NAMES = tuple(column.name for column in COLUMNS)
NEEDED = tuple(column.name for column in COLUMNS if column.needed)
REQUIRED = tuple(column.name for column in COLUMNS if column.required)
LABELS = {column.name: column.label for column in COLUMNS}
