"""The four steps of the check. Every field is optional: an unknown gives « à préciser », never a refusal."""

from typing import Any

from django import forms
from stdnum.exceptions import ValidationError as BadNumber
from stdnum.fr import siret as siret_rules

from funding.activities import activities_like, activity_label
from funding.answers import (
    AID_ROWS,
    AIDS,
    NAMES,
    NO_SCHEME,
    is_naf,
    legal_forms,
    staff_band_labels,
)
from funding.eligibility import labels
from funding.eligibility.naf import normalised
from funding.enums import choices
from funding.forms.base import UNKNOWN, YES_NO, CountField, DayField, EurosField, plain
from territories.enums import PlaceKind
from territories.forms.base import PortalForm
from territories.models import Place
from territories.search import Suggestion, search
from ti_portal.core.text import fold_name

PLACE_KINDS = (PlaceKind.COMMUNE, PlaceKind.EPCI, PlaceKind.EPT)
MOST_CANDIDATES = 12
NO_SUCH_CHOICE = {"invalid_choice": "Cette réponse n’existe pas : choisissez dans la liste."}


def _choice(label: str, options: list, **kwargs) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, required=False, choices=[("", UNKNOWN), *options], error_messages=NO_SUCH_CHOICE, **kwargs
    )


def _yes_no(label: str, **kwargs) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        required=False,
        choices=YES_NO,
        widget=forms.RadioSelect,
        error_messages=NO_SUCH_CHOICE,
        **kwargs,
    )


def _boxes(label: str, options: list, **kwargs) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        required=False,
        choices=options,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Une de ces réponses n’existe pas : choisissez dans la liste."},
        **kwargs,
    )


class SiretForm(PortalForm):
    """The establishment to look up in the public register."""

    siret = forms.CharField(
        label="SIRET de l’établissement",
        required=False,
        max_length=30,
        help_text="Quatorze chiffres. Il n’est gardé nulle part : il sert à lire l’annuaire public des entreprises.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"max_length": "Un SIRET compte quatorze chiffres."},
    )

    def clean_siret(self) -> str:
        typed = self.cleaned_data["siret"]
        if not typed.strip():
            raise forms.ValidationError("Écrivez un SIRET, ou répondez aux questions ci-dessous.")
        try:
            return siret_rules.validate(typed)
        except BadNumber as error:
            raise forms.ValidationError("Ce SIRET n’est pas valide : vérifiez ses quatorze chiffres.") from error


class StepForm(PortalForm):
    """Bound to the whole address; it reads its own names only."""

    step = ""

    def answers(self) -> dict[str, Any]:
        """What was answered, in plain JSON, without what is empty or wrong."""
        cleaned = getattr(self, "cleaned_data", {})
        values = {name: cleaned.get(name) for name in NAMES[self.step]}
        return {name: plain(value) for name, value in values.items() if value not in (None, "", [])}


class WhoForm(StepForm):
    step = "who"

    audience = _choice("Qui porte le projet ?", choices(labels.AUDIENCES))
    naf = forms.CharField(
        label="Activité principale",
        required=False,
        max_length=250,
        help_text="Code APE (25.62B), ou des mots : « mécanique », « fonderie ».",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": "Écrivez un code d’activité ou quelques mots."},
    )
    legal_category = _choice("Forme juridique", [])
    created_on = DayField(label="Date de création", help_text="Par exemple : 15/12/2015.")
    staff = CountField(
        label="Effectif exact", help_text="Nombre de personnes, entreprises liées ou partenaires comprises."
    )
    staff_band = _choice("Ou tranche d’effectif", [])
    turnover = EurosField(label="Chiffre d’affaires annuel (€)", help_text="Dernier exercice clos, groupe compris.")
    balance_sheet = EurosField(label="Total du bilan (€)", help_text="Dernier exercice clos, groupe compris.")
    group = _yes_no("L’entreprise appartient-elle à un groupe ?")

    def __init__(self, data=None, **kwargs) -> None:
        super().__init__(data, **kwargs)
        self.candidates: list[tuple[str, str]] = []
        self.fields["staff_band"].choices = [("", UNKNOWN), *staff_band_labels().items()]
        known = legal_forms()
        listed = [(code, label) for code, label in known.items() if len(code) == 2 and code != "00"]
        given = (data or {}).get("legal_category", "")
        if len(given) in (1, 3, 4) and given in known:
            listed.insert(0, (given, known[given]))
        self.fields["legal_category"].choices = [("", UNKNOWN), *listed]

    def clean_naf(self) -> str:
        typed = self.cleaned_data["naf"].strip()
        if not typed:
            return ""
        code = typed.split(" ", 1)[0]
        if is_naf(code):
            return normalised(code)
        if is_naf(typed):
            return normalised(typed)
        self.candidates = activities_like(typed, limit=MOST_CANDIDATES)
        if len(self.candidates) == 1:
            return self.candidates[0][0]
        if self.candidates:
            raise forms.ValidationError("Plusieurs activités répondent à ces mots : choisissez la vôtre ci-dessous.")
        raise forms.ValidationError("Aucune activité ne répond à ces mots. Essayez un autre mot, ou le code APE.")

    @property
    def naf_shown(self) -> str:
        """What the field shows: the code with its label once it is known, else what was typed."""
        typed = self["naf"].value() or ""
        code = getattr(self, "cleaned_data", {}).get("naf")
        return activity_label(code) if code else typed


class WhereForm(StepForm):
    """The project's place. A choice among homonyms wins, then the typed words, then the place already known."""

    step = "where"

    place_text = forms.CharField(
        label="Dans quelle commune se situe le projet ?",
        required=False,
        max_length=200,
        help_text="Nom, code postal, ou intercommunalité quand c’est elle qui porte le projet.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"max_length": "Un nom de commune ou un code postal suffit."},
    )
    place = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    place_choice = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    place_origin = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    def __init__(self, data=None, **kwargs) -> None:
        super().__init__(data, **kwargs)
        self.found: Place | None = None
        self.candidates: list[Suggestion] = []

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if "place_text" in self.errors:
            return values
        code = values.get("place_choice") or values.get("place") or ""
        known = place_of_code(code) if code else None
        text = (values.get("place_text") or "").strip()
        if values.get("place_choice") and known:
            self.found = known
        elif "place_text" not in self.data:
            self.found = known
            if code and known is None:
                self.add_error("place_text", "Ce lieu n’est pas connu : indiquez la commune du projet.")
        elif known and fold_name(text) == fold_name(place_label(known)):
            self.found = known
        elif text:
            self._look_up(text)
        values["place"] = self.found.code if self.found else ""
        if not self.found or (known and self.found.pk != known.pk):
            values["place_origin"] = ""
        return values

    def clean_place_origin(self) -> str:
        return "siret" if self.cleaned_data["place_origin"] == "siret" else ""

    def _look_up(self, text: str) -> None:
        answer = search(text, kinds=PLACE_KINDS, limit=MOST_CANDIDATES)
        places = [place for place in answer.places if not place.is_closed]
        exact = [place for place in places if fold_name(place.name) == fold_name(text) and not place.via]
        chosen = places if len(places) == 1 and not answer.problem else exact
        if len(chosen) == 1:
            self.found = place_of_code(chosen[0].code)
            return
        self.candidates = places
        if places:
            self.add_error("place_text", "Plusieurs lieux répondent à ces mots : choisissez le vôtre ci-dessous.")
        else:
            self.add_error(
                "place_text", "Aucun lieu ne répond à ces mots : vérifiez le nom, ou essayez le code postal."
            )


class WhatForm(StepForm):
    step = "what"

    project_natures = _boxes("Que comporte le projet ?", choices(labels.PROJECT_NATURES))
    expense_natures = _boxes("Quelles dépenses ?", choices(labels.EXPENSE_NATURES))
    ecological_transition = _yes_no("Le projet contribue-t-il à la transition écologique ?")
    partnership = _yes_no("Le projet est-il porté à plusieurs entreprises (« grappe ») ?")
    public_works = _yes_no("Le projet passe-t-il par un marché public de travaux ?")
    work_started = _yes_no(
        "Le projet a-t-il déjà commencé ?", help_text="Commande passée, devis ou contrat signé, travaux engagés."
    )


class HowMuchForm(StepForm):
    step = "how_much"

    project_amount = EurosField(label="Montant du projet, hors taxes (€)")
    jobs_created = CountField(label="Emplois créés")
    has_aids = _yes_no("Avez-vous reçu des aides publiques ces trois dernières années ?")
    schemes_obtained = _boxes(
        "Aides déjà obtenues pour ce projet",
        [],
        help_text="Seules celles qui ne se cumulent pas avec une autre sont listées.",
    )

    def __init__(self, data=None, *, exclusive: list[tuple[str, str]] = (), **kwargs) -> None:
        super().__init__(data, **kwargs)
        for row in range(1, AID_ROWS + 1):
            self.fields[f"aid_{row}_amount"] = EurosField(label="Montant (€)")
            self.fields[f"aid_{row}_date"] = DayField(label="Accordée le")
            self.fields[f"aid_{row}_de_minimis"] = _choice("De minimis ?", [("yes", "Oui"), ("no", "Non")])
        if exclusive:
            self.fields["schemes_obtained"].choices = [(NO_SCHEME, "Aucune de celles-ci"), *exclusive]
        else:
            del self.fields["schemes_obtained"]
        for name in AIDS:
            self.fields[name].widget.attrs["class"] = "fr-select" if name.endswith("minimis") else "fr-input"

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for row in range(1, AID_ROWS + 1):
            amount, day = f"aid_{row}_amount", f"aid_{row}_date"
            if self.errors.keys() & {amount, day}:
                continue
            if values.get(amount) is not None and values.get(day) is None:
                self.add_error(day, "Indiquez quand cette aide a été accordée.")
            if values.get(day) is not None and values.get(amount) is None:
                self.add_error(amount, "Indiquez le montant de cette aide.")
        return values

    @property
    def aid_rows(self) -> list[list[forms.BoundField]]:
        rows = range(1, AID_ROWS + 1)
        return [[self[f"aid_{row}_{part}"] for part in ("amount", "date", "de_minimis")] for row in rows]


class KeepForm(forms.Form):
    """Nothing to fill: the answers travel in the address."""


class ContestForm(PortalForm):
    text = forms.CharField(
        label="Pourquoi ce verdict vous semble-t-il faux ?",
        max_length=4000,
        help_text="N’écrivez rien de confidentiel, ni de personnel. Vos réponses au test sont jointes.",
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": "Dites en quelques mots ce qui vous semble faux.",
            "max_length": "4 000 signes au plus ; il y en a %(show_value)d.",
        },
    )
    reply_to = forms.EmailField(
        label="Adresse électronique, pour recevoir la réponse (facultatif)",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "Écrivez une adresse comme nom@exemple.fr.", "max_length": "254 signes au plus."},
    )


def place_of_code(code: str) -> Place | None:
    """A place in force where a project may be."""
    return Place.objects.in_force().of_kind(*PLACE_KINDS).filter(code=code).order_by("pk").first()


def place_label(place: Place) -> str:
    """« Alès (30) »; an intercommunalité is named alone."""
    departement = next((code[4:] for code in place.ancestor_codes if code.startswith("DEP-")), "")
    return f"{place.name} ({departement})" if place.kind == PlaceKind.COMMUNE and departement else place.name
