"""Filters of the page of recent changes."""

from django import forms

from territories.forms.base import PortalForm

BAD_DATE = {"invalid": "Écrivez une date comme 24/11/2026."}


class ChangeFilters(PortalForm):
    territoire = forms.ChoiceField(
        label="Territoire", required=False, error_messages={"invalid_choice": "Ce territoire n’existe pas."}
    )
    personne = forms.CharField(
        label="Personne",
        required=False,
        max_length=100,
        help_text="Nom ou adresse électronique.",
        error_messages={"max_length": "100 signes au plus."},
    )
    du = forms.DateField(
        label="Du",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=BAD_DATE,
    )
    au = forms.DateField(
        label="Au",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=BAD_DATE,
    )

    def __init__(self, *args, territories=(), **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["territoire"].choices = [("", "Tous les territoires"), *territories]

    def clean(self):
        values = super().clean()
        if values.get("du") and values.get("au") and values["du"] > values["au"]:
            self.add_error("au", "La fin précède le début.")
        return values
