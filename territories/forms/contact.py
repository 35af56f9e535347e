"""The form of one's own entry in the directory, and the filters of the directory."""

from django import forms

from territories import contacts
from territories.contacts import MAX_LENGTH
from territories.enums import MandateRole
from territories.forms.base import PortalForm

TOO_LONG = {"max_length": f"{MAX_LENGTH} signes au plus ; il y en a %(show_value)d."}


class ContactForm(PortalForm):
    job_title = forms.CharField(
        label="Fonction",
        required=False,
        max_length=MAX_LENGTH,
        help_text="Par exemple : cheffe de projet Territoires d’industrie.",
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
        error_messages=TOO_LONG,
    )
    organisation = forms.CharField(
        label="Organisme",
        required=False,
        max_length=MAX_LENGTH,
        help_text="Par exemple : Alès Agglomération.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages=TOO_LONG,
    )
    phone = forms.CharField(
        label="Téléphone professionnel",
        required=False,
        help_text="Numéro français, par exemple 04 66 12 34 56.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    is_email_shared = forms.BooleanField(
        label="Montrer mon adresse électronique à la communauté", required=False, widget=forms.CheckboxInput
    )

    def clean_phone(self) -> str:
        return contacts.normalise_phone(self.cleaned_data["phone"])


class DirectoryFilters(PortalForm):
    """Read from the address; a value that means nothing is said at its field, and filters nothing out."""

    q = forms.CharField(
        label="Nom, fonction, organisme ou territoire",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
        error_messages={"max_length": "100 signes au plus."},
    )
    role = forms.ChoiceField(
        label="Rôle",
        required=False,
        choices=[("", "Tous les rôles"), *MandateRole.choices],
        error_messages={"invalid_choice": "Ce rôle n’existe pas."},
    )
    region = forms.ChoiceField(
        label="Région", required=False, error_messages={"invalid_choice": "Cette région n’existe pas."}
    )
    territoire = forms.ChoiceField(
        label="Territoire", required=False, error_messages={"invalid_choice": "Ce territoire n’existe pas."}
    )

    def __init__(self, *args, regions=(), territories=(), **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [("", "Toutes les régions"), *regions]
        self.fields["territoire"].choices = [("", "Tous les territoires"), *territories]
