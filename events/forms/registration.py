"""Registering to an event: who comes, from where."""

from django import forms
from dsfr.forms import DsfrBaseForm

from events.registrations import Person
from ti_portal.accounts.forms import EMAIL_HINT


class RegistrationForm(DsfrBaseForm):
    """What a person says of themselves. A signed-in person is known by the address of their account, an invited one by
    that of their invitation (`address`).
    """

    first_name = forms.CharField(label="Prénom", max_length=100)
    last_name = forms.CharField(label="Nom", max_length=100)
    email = forms.EmailField(
        label="Adresse électronique", max_length=254, help_text=f"Un courriel vous demandera de confirmer. {EMAIL_HINT}"
    )
    organisation = forms.CharField(
        label="Organisme", max_length=200, required=False, help_text="Entreprise, collectivité, service… (facultatif)"
    )

    def __init__(self, *args, user=None, address: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.address = address or (user.email if user is not None and user.is_authenticated else "")
        if self.address:
            del self.fields["email"]
        for name, token in (
            ("first_name", "given-name"),
            ("last_name", "family-name"),
            ("organisation", "organization"),
        ):
            self.fields[name].widget.attrs["autocomplete"] = token
        if "email" in self.fields:
            self.fields["email"].widget.attrs["autocomplete"] = "email"
        self._bound_fields_cache.clear()

    def person(self, commune_code: str) -> Person:
        """Who registers, from a valid form."""
        values = self.cleaned_data
        return Person(
            email=self.address or values["email"],
            first_name=values["first_name"],
            last_name=values["last_name"],
            organisation=values["organisation"],
            commune_code=commune_code,
        )
