"""What an address of the catalogue asks for. A value that is wrong says so at its field and filters nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from funding.catalogue.loading import Catalogue
from funding.catalogue.words import LONGEST, NO_WORDS, Words, read_words
from funding.eligibility import labels
from funding.eligibility.codes import CallState
from territories.models import Place

PARIS = ZoneInfo("Europe/Paris")
SORTS = {"cloture": "Date de clôture", "pertinence": "Pertinence", "montant": "Montant le plus élevé"}
STATES = [(str(state), label) for state, label in labels.CALL_STATES.items() if state is not CallState.NO_CALL]
USABLE = tuple(value for value, _ in STATES if value in CallState.usable)


@dataclass(frozen=True)
class Wanted:
    """Filters that were understood. Names of fields are those of the address; an empty one filters nothing."""

    q: str = ""
    words: Words = NO_WORDS
    lieu: Place | None = None
    public: str = ""
    aide: tuple[str, ...] = ()
    projet: str = ""
    depense: str = ""
    financeur: int | None = None
    statut: tuple[str, ...] = ()
    avant: date | None = None
    tri: str = ""

    @property
    def names(self) -> list[str]:
        """Filters in use, in the order in which they are told."""
        return [name for name in ORDER if getattr(self, name)]

    @property
    def sort(self) -> str:
        """Relevance needs words; without a choice, words sort by relevance and the rest by closing date."""
        if self.tri == "pertinence" or not self.tri:
            return "pertinence" if self.words else "cloture"
        return self.tri

    @property
    def closes_before(self) -> float:
        """The end of the chosen day in Paris, in seconds since 1970."""
        return datetime.combine(self.avant, time.max, PARIS).timestamp()

    def without(self, name: str) -> "Wanted":
        empty = Wanted.__dataclass_fields__[name].default
        return replace(self, words=NO_WORDS, q="") if name == "q" else replace(self, **{name: empty})


ORDER = ("q", "lieu", "public", "aide", "projet", "depense", "financeur", "statut", "avant")


def _choices(vocabulary: dict, nobody: str) -> list[tuple[str, str]]:
    return [("", nobody), *((str(code), label) for code, label in vocabulary.items())]


class CatalogueForm(forms.Form):
    """The fields of the catalogue's address, but the place, which `territories.search` finds."""

    q = forms.CharField(
        label="Mots cherchés",
        required=False,
        max_length=LONGEST,
        error_messages={"max_length": f"Le texte cherché est trop long : {LONGEST} signes au plus."},
    )
    public = forms.ChoiceField(
        label="Qui porte le projet", required=False, choices=_choices(labels.AUDIENCES, "Tous les publics")
    )
    aide = forms.MultipleChoiceField(
        label="Nature de l’aide", required=False, choices=_choices(labels.HELP_KINDS, "")[1:]
    )
    projet = forms.ChoiceField(
        label="Nature du projet", required=False, choices=_choices(labels.PROJECT_NATURES, "Tous les projets")
    )
    depense = forms.ChoiceField(
        label="Nature des dépenses", required=False, choices=_choices(labels.EXPENSE_NATURES, "Toutes les dépenses")
    )
    financeur = forms.CharField(label="Qui finance", required=False, max_length=200)
    statut = forms.MultipleChoiceField(label="État", required=False, choices=STATES)
    avant = forms.DateField(
        label="Ferme au plus tard le",
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages={"invalid": "Écrivez la date comme ceci : 31/03/2021."},
    )
    tri = forms.ChoiceField(label="Trier par", required=False, choices=[("", ""), *SORTS.items()])

    def __init__(self, data: Any, *, catalogue: Catalogue) -> None:
        super().__init__(data)
        self.funder_ids = {funder.slug: pk for pk, funder in catalogue.funders.items()}
        for name in ("public", "aide", "projet", "depense", "statut", "tri"):
            message = "Ce choix n’existe pas : choisissez-en un autre."
            self.fields[name].error_messages |= {"invalid_choice": message, "invalid_list": message}

    def clean_financeur(self) -> int | None:
        slug = self.cleaned_data["financeur"]
        if slug and slug not in self.funder_ids:
            raise forms.ValidationError("Cet organisme n’est pas connu : choisissez-en un autre.")
        return self.funder_ids.get(slug)

    def wanted(self, place: Place | None) -> Wanted:
        self.is_valid()
        values = {name: value for name, value in self.cleaned_data.items() if value}
        for name in ("aide", "statut"):
            values[name] = tuple(dict.fromkeys(values.get(name, ())))
        return Wanted(**values, words=read_words(values.get("q", "")), lieu=place)


def told_errors(form: forms.Form) -> Iterable[tuple[str, str]]:
    """Messages of a form with the name of their field."""
    return [(name, message) for name, messages in form.errors.items() for message in messages]
