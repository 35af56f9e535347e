"""What a column of a list may say, and the headers it is recognised by. A person may say otherwise for a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ti_portal.core.spreadsheets import UnreadableTable
from ti_portal.core.text import fold


@dataclass(frozen=True)
class Field:
    """`headers` are folded; the first that the file has is taken."""

    name: str
    label: str
    headers: tuple[str, ...]
    is_needed: bool = False


FIELDS: tuple[Field, ...] = (
    Field(
        "title",
        "Projet",
        ("nom du projet", "nom projet", "intitule du projet", "intitule", "titre", "projet", "libelle du projet"),
        is_needed=True,
    ),
    Field(
        "amount",
        "Montant (€)",
        (
            *("montant engage", "montant", "montant subvention", "montant de la subvention", "subvention"),
            *("montant aide", "montant de l aide", "montant accorde", "montant attribue", "montant eur"),
        ),
        is_needed=True,
    ),
    Field("reference", "Numéro de dossier", ("numero dossier ds", "numero dossier", "numero de dossier", "dossier")),
    Field(
        "beneficiary",
        "Bénéficiaire",
        (
            *("nom beneficiaire principal", "nom beneficiaire", "beneficiaire", "nom du beneficiaire"),
            *("raison sociale", "laureat"),
        ),
    ),
    Field(
        "siren",
        "SIREN ou SIRET",
        ("siren", "siret", "siren beneficiaire", "siret beneficiaire", "numero siren", "numero siret"),
    ),
    Field(
        "legal_category",
        "Catégorie juridique",
        ("categorie juridique", "code categorie juridique", "forme juridique", "nature juridique"),
    ),
    Field(
        "commune_code",
        "Code de la commune",
        ("code commune", "code insee", "code insee commune", "insee", "code commune insee"),
    ),
    Field("departement_code", "Code du département", ("code departement", "departement", "code dep", "dep")),
    Field("programme", "Programme ou mesure", ("nom demarche ds", "mesure", "programme", "dispositif", "nom demarche")),
    Field("axis", "Axe", ("axe", "volet", "axe du programme")),
)
BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}


@dataclass(frozen=True)
class Columns:
    """Which header says what: {field: header}; `ignored` are the headers that nothing is taken from. `silenced` are the
    fields that somebody wanted empty.
    """

    headers: Mapping[str, str]
    ignored: tuple[str, ...] = ()
    silenced: tuple[str, ...] = ()

    @property
    def remembered(self) -> dict[str, str]:
        return {**self.headers, **dict.fromkeys(self.silenced, "")}


def recognised(headers: Sequence[str], remembered: Mapping[str, str]) -> Columns:
    """What each column says: as remembered for the list (an empty header: nothing says it), then by its header.

    A remembered column that is gone is looked for by its usual names. Raises UnreadableTable: `missing_column` when no
    column says what a project cannot do without, `twice` when two fields read one column.
    """
    by_folded = {fold(header): header for header in reversed(headers)}
    found: dict[str, str] = {}
    for field in FIELDS:
        told = remembered.get(field.name)
        if told == "" and not field.is_needed:
            continue
        header = by_folded.get(fold(told)) if told else None
        if header is None:
            header = next((by_folded[name] for name in field.headers if name in by_folded), None)
        if header is not None:
            found[field.name] = header
    missing = [field.label for field in FIELDS if field.is_needed and field.name not in found]
    if missing:
        raise UnreadableTable(
            "missing_column",
            f"Aucune colonne ne dit : {', '.join(missing)}. Les colonnes du fichier sont : {', '.join(headers)}. "
            "Dites laquelle dans la correspondance des colonnes.",
        )
    taken: dict[str, str] = {}
    for name, header in found.items():
        if header in taken:
            raise UnreadableTable(
                "twice",
                f"La colonne « {header} » est lue deux fois : « {BY_NAME[taken[header]].label} » et "
                f"« {BY_NAME[name].label} ».",
            )
        taken[header] = name
    return Columns(
        found,
        tuple(header for header in headers if header not in taken),
        tuple(field.name for field in FIELDS if remembered.get(field.name) == "" and not field.is_needed),
    )
