"""Inviting a person, and accepting with a new account."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from dsfr.forms import DsfrBaseForm

from territories.enums import MandateRole
from territories.models import Territory
from ti_portal.accounts.forms import EMAIL_HINT, PASSWORD_HINT
from ti_portal.accounts.models import User


class TerritoryChoice(forms.ModelChoiceField):
    def label_from_instance(self, territory: Territory) -> str:
        return territory.place.name


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class InvitationForm(DsfrBaseForm):
    email = forms.EmailField(
        label="Adresse électronique",
        help_text=EMAIL_HINT,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    territory = TerritoryChoice(label="Territoire", queryset=Territory.objects.none(), empty_label="Choisir")
    role = forms.ChoiceField(label="Rôle", choices=[("", "Choisir"), *MandateRole.choices])
    mandate_from = forms.DateField(label="Mandat à partir du", widget=DateInput())
    mandate_until = forms.DateField(
        label="Mandat jusqu’au (facultatif)",
        help_text="Ce jour compris. Sans date, le mandat dure jusqu’à ce que la délégation y mette fin.",
        required=False,
        widget=DateInput(),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["territory"].queryset = (
            Territory.objects.current().select_related("place").order_by("place__slug", "pk")
        )

    def clean(self):
        values = super().clean()
        first, last = values.get("mandate_from"), values.get("mandate_until")
        if first and last and last < first:
            self.add_error("mandate_until", "Le mandat finit avant de commencer.")
        return values


class NewAccountForm(DsfrBaseForm):
    """The address is not asked: it is the one that was invited."""

    first_name = forms.CharField(
        label="Prénom", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label="Nom", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    password = forms.CharField(
        label="Mot de passe",
        help_text=PASSWORD_HINT,
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, email: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self):
        values = super().clean()
        if password := values.get("password"):
            person = User(
                email=self.email, first_name=values.get("first_name", ""), last_name=values.get("last_name", "")
            )
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return values
