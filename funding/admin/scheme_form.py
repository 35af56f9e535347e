"""The form of a scheme."""

from typing import Any

from django import forms

from funding.admin.fields import SchemeField, perimeter_fields
from funding.admin.refusals import RefusableForm
from funding.eligibility import labels
from funding.enums import choices
from funding.models import Scheme
from funding.schemes import FIELDS, PART_NAMES, RICH_FIELDS
from territories import rich_text
from ti_portal.core.admin_bases import Boxes

PART_LABELS = {
    "criteria": "critères",
    "amounts": "montants",
    "links": "liens",
    "roles": "organismes",
    "contacts": "contacts",
    "calls": "appels et relèves",
}
FORM_FIELDS = [name.removesuffix("_id") for name in FIELDS]
DAY = {"type": "date"}
DAYS = ("valid_from", "valid_until", "source_date")


def label_of(name: str) -> str:
    """The French name of a field or of a list of a scheme."""
    if name in PART_NAMES:
        return PART_LABELS[name]
    return str(Scheme._meta.get_field(name.removesuffix("_id")).verbose_name)


class SchemeForm(RefusableForm, forms.ModelForm):
    """A draft may lack anything but a name; publication is what is strict. `based_on` is the version started from."""

    slug = forms.SlugField(
        label="Nom dans l’adresse",
        required=False,
        max_length=200,
        help_text="Vide : tiré du nom. Il ne change plus une fois le dispositif publié.",
    )
    summary = forms.CharField(
        label="En une phrase",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 90}),
        help_text="300 signes au plus.",
    )
    help_kinds = forms.MultipleChoiceField(
        label="Natures de l’aide",
        required=False,
        choices=choices(labels.HELP_KINDS),
        widget=Boxes("Natures de l’aide"),
    )
    included_codes, excluded_codes = perimeter_fields(
        included="Codes de lieux (PAYS-99100, REG-76, EPCI-200023414…), un par ligne ou avec des virgules."
    )
    successor = SchemeField(label="Remplacé par", required=False)
    protected = forms.MultipleChoiceField(
        label="Gardés par la délégation",
        required=False,
        widget=Boxes("Champs gardés par la délégation"),
        help_text="Une source ne les écrase pas : elle propose. Décochez pour rendre un champ à la source.",
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    class Meta:
        model = Scheme
        fields = FORM_FIELDS
        widgets = {
            **{name: forms.Textarea(attrs={"rows": 8, "cols": 90}) for name in RICH_FIELDS},
            **{name: forms.DateInput(attrs=DAY, format="%Y-%m-%d") for name in DAYS},
            "name": forms.TextInput(attrs={"size": 70}),
        }  # fmt: skip
        help_texts = dict.fromkeys(RICH_FIELDS, rich_text.HOW_TO_TYPE)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in RICH_FIELDS:
            if name in self.fields:
                self.initial[name] = rich_text.to_typed(self.initial.get(name) or "")
        scheme = self.instance
        self.was_protected = list(scheme.protected_fields)
        if scheme.pk is None:
            return
        self.initial |= {"based_on": scheme.version, "successor": scheme.successor, "protected": self.was_protected}
        for name in scheme.protected_fields:
            field = self.fields.get(name.removesuffix("_id"))
            if field is not None:
                field.label = f"{field.label} (protégé)"
        if "protected" in self.fields:
            self.fields["protected"].choices = [(name, label_of(name)) for name in self.was_protected]

    def values(self) -> dict[str, Any]:
        """What the person changed, in the names of the use case."""
        found = {}
        for name in FIELDS:
            plain = name.removesuffix("_id")
            if plain not in self.cleaned_data or (self.instance.pk and plain not in self.changed_data):
                continue
            value = self.cleaned_data[plain]
            found[name] = value.pk if plain == "successor" and value is not None else value
        return found

    def released(self) -> set[str]:
        """Fields and lists that the person gives back to the source."""
        if "protected" not in self.fields or not self.was_protected:
            return set()
        return set(self.was_protected) - set(self.cleaned_data.get("protected", ()))


def _rich_cleaner(name: str):
    def clean(self) -> str:
        return rich_text.sanitise(self.cleaned_data[name])

    return clean


for _name in RICH_FIELDS:
    setattr(SchemeForm, f"clean_{_name}", _rich_cleaner(_name))
