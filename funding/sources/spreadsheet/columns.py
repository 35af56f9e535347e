"""Columns of a région's spreadsheet: what they may say, what they are usually called, and the form that names them."""

from typing import Any

from django import forms

from funding.eligibility import labels
from funding.sources.fields import PlacesField

PREFIX = "column_"
COLUMNS: dict[str, str] = {
    "name": "Nom du dispositif",
    "key": "Identifiant",
    "summary": "En une phrase",
    "description": "Description",
    "eligibility": "Conditions, en clair",
    "help_kinds": "Natures de l’aide",
    "audiences": "Publics",
    "places": "Lieux",
    "funders": "Financeurs",
    "instructors": "Services instructeurs",
    "programme": "Programme",
    "page": "Page officielle",
    "apply": "Adresse pour déposer",
    "opens": "Ouverture",
    "closes": "Clôture",
    "updated": "Mise à jour",
}
# What régions call these columns; a title that is none of these is named by a person.
USUAL: dict[str, tuple[str, ...]] = {
    "name": (
        "nom",
        "nom du dispositif",
        "intitule",
        "intitule du dispositif",
        "titre",
        "dispositif",
        "aide",
        "libelle",
    ),
    "key": ("identifiant", "id", "reference", "code", "numero"),
    "summary": ("resume", "en une phrase", "accroche", "objet"),
    "description": ("description", "presentation", "objectifs"),
    "eligibility": ("eligibilite", "conditions", "criteres", "conditions d eligibilite", "criteres d eligibilite"),
    "help_kinds": ("type d aide", "types d aide", "types d aides", "nature de l aide", "nature"),
    "audiences": ("beneficiaires", "publics", "public", "cible", "cibles"),
    "places": ("territoire", "territoires", "perimetre", "lieu", "lieux", "zone", "couverture geographique"),
    "funders": ("financeur", "financeurs", "porteur", "organisme"),
    "instructors": ("instructeur", "service instructeur", "service"),
    "programme": ("programme",),
    "page": ("url", "lien", "page", "page officielle", "adresse", "site"),
    "apply": ("depot", "teleservice", "deposer", "lien de depot"),
    "opens": ("ouverture", "date d ouverture", "debut", "date de debut"),
    "closes": ("cloture", "date de cloture", "date limite", "fin", "date de fin", "echeance"),
    "updated": ("mise a jour", "date de mise a jour", "maj"),
}


class SpreadsheetForm(forms.Form):
    """The columns, then what is the same for every row."""

    places = forms.CharField(
        label="Lieux de toutes les lignes",
        required=False,
        max_length=2_000,
        help_text="Codes séparés par des virgules (REG-76), pour les lignes qui ne disent pas où elles s’appliquent.",
    )
    funder = forms.CharField(
        label="Financeur de toutes les lignes",
        required=False,
        max_length=200,
        help_text="Quand aucune colonne ne le dit.",
    )
    audiences = forms.MultipleChoiceField(
        label="Publics de toutes les lignes",
        required=False,
        choices=[(str(code), label) for code, label in labels.AUDIENCES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    labels = PlacesField(
        label="Lieux placés à la main",
        required=False,
        help_text="Une ligne par libellé : « Vallée des essais = EPCI-200066918 ».",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in COLUMNS.items():
            self.fields[PREFIX + name] = forms.CharField(label=f"Colonne : {label}", required=False, max_length=200)
        self.order_fields([PREFIX + name for name in COLUMNS])

    def clean_places(self) -> str:
        return PlacesField().clean(f"x = {given}")["x"] if (given := self.cleaned_data["places"].strip()) else ""
