"""Lists on a scheme's page: criteria, amounts, links, organisations, contacts, exclusions.

They are shown and checked by Django's formsets, and written whole by `funding.schemes`: each form gives its row.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.models import BaseInlineFormSet, BaseModelFormSet
from django.http import HttpRequest

from funding import parts, terms
from funding.admin.fields import (
    HTTPS,
    OrganisationField,
    SchemeField,
    ValuesField,
    https_by_default,
    perimeter_fields,
)
from funding.eligibility import labels
from funding.eligibility.errors import RuleError
from funding.eligibility.refusals import refusal_text
from funding.enums import AmountKind, choices
from funding.models import AmountRule, Contact, Criterion, SchemeExclusion, SchemeLink, SchemeOrganisation
from funding.resources.values import read_values, write_values
from ti_portal.core.admin_bases import Boxes

SMALL = forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"})


class RowForm(forms.ModelForm):
    """A row of a list. `part` says which of its columns are written."""

    part: parts.Part

    def row(self) -> dict[str, Any]:
        values = {name: getattr(self.instance, name) for name in self.part.fields}
        return {"id": self.instance.pk, **values}

    @property
    def is_row(self) -> bool:
        """It says something, and is not crossed out."""
        return bool((self.instance.pk or self.has_changed()) and not self.cleaned_data.get("DELETE"))

    def refuse(self, error: RuleError, names: dict[str, str], default: str) -> None:
        name = names.get(error.field, error.field)
        self.add_error(name if name in self.fields else default, refusal_text(error))


def rows_of(formset) -> list[RowForm]:
    """The forms that make the list, in the order of their ranks where they have one."""
    kept = [form for form in formset.forms if hasattr(form, "cleaned_data") and form.is_row]
    if "position" in (formset.form.base_fields or {}):
        ranks = {form: form.cleaned_data.get("position") for form in kept}
        kept.sort(key=lambda form: (ranks[form] is None, ranks[form] or 0))
    return kept


def _rank() -> forms.IntegerField:
    return forms.IntegerField(
        label="Rang", required=False, min_value=0, max_value=999, widget=forms.NumberInput(attrs={"size": 3})
    )


class CriterionForm(RowForm):
    part = parts.CRITERIA

    position = _rank()
    values = ValuesField(
        label="Valeurs admises", required=False, help_text="Une par ligne : mots de la liste ci-dessus, ou codes."
    )
    excluded = ValuesField(label="Valeurs exclues", required=False)
    applies_to = forms.MultipleChoiceField(
        label="Ne concerne que",
        required=False,
        choices=choices(labels.AUDIENCES),
        widget=Boxes("Publics concernés"),
        help_text="Rien de coché : tous les publics.",
    )

    class Meta:
        formfield_callback = https_by_default
        model = Criterion
        fields = [
            "position", "kind", "values", "excluded", "lower", "upper", "expected", "is_hard", "text", "applies_to",
            "contact", "link",
        ]  # fmt: skip
        widgets = {"lower": SMALL, "upper": SMALL, "text": forms.Textarea(attrs={"rows": 2, "cols": 60})}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("values", "excluded"):
                self.initial[name] = write_values(self.instance.kind, getattr(self.instance, name))
        else:
            self.initial |= {"values": "", "excluded": "", "position": None}

    def clean(self) -> dict:
        cleaned = super().clean()
        for name in ("values", "excluded"):
            try:
                cleaned[name] = read_values(cleaned.get("kind", ""), cleaned.get(name, ""))
            except ValidationError as error:
                self.add_error(name, error)
        if cleaned.get("position") is None:
            cleaned["position"] = self.instance.position if self.instance.pk else 999
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors or not self.is_row:
            return
        try:
            terms.criterion_of(self.instance)
        except RuleError as error:
            self.refuse(error, {"hard": "is_hard", "bounds": "lower"}, "values")


class AmountForm(RowForm):
    part = parts.AMOUNTS

    position = _rank()
    condition_values = ValuesField(label="Valeurs de la condition", required=False)

    class Meta:
        model = AmountRule
        fields = [
            "position", "kind", "amount", "months", "rate", "lower", "upper", "base_cap", "is_ceiling", "text",
            "condition_kind", "condition_values", "condition_lower", "condition_upper", "condition_expected",
        ]  # fmt: skip
        widgets = dict.fromkeys(
            ["amount", "rate", "lower", "upper", "base_cap", "condition_lower", "condition_upper"], SMALL
        )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            values = self.instance.condition_values
            self.initial["condition_values"] = write_values(self.instance.condition_kind, values)
        else:
            self.initial |= {"condition_values": "", "position": None}

    def clean(self) -> dict:
        cleaned = super().clean()
        try:
            cleaned["condition_values"] = read_values(
                cleaned.get("condition_kind", ""), cleaned.get("condition_values", "")
            )
        except ValidationError as error:
            self.add_error("condition_values", error)
        if cleaned.get("position") is None:
            cleaned["position"] = self.instance.position if self.instance.pk else 999
        return cleaned

    def refuse_amount(self, error: RuleError) -> None:
        if self.instance.kind in (AmountKind.BONUS, AmountKind.RATE_BONUS) and error.field not in ("amount", "rate"):
            names = {name: f"condition_{name}" for name in ("kind", "values", "lower", "upper", "expected")}
            self.refuse(error, names | {"bounds": "condition_lower"}, "condition_values")
        else:
            self.refuse(error, {"floor": "lower", "cap": "upper"}, "amount")


class AmountFormSet(BaseInlineFormSet):
    """Points of rate belong to the rate written before them, so amounts are read together, in order."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        kept = rows_of(self)
        for count, form in enumerate(kept, start=1):
            try:
                terms.amount_rules([other.instance for other in kept[:count]])
            except RuleError as error:
                form.refuse_amount(error)
                return

    def is_valid(self) -> bool:
        # `clean` above may refuse a form after its errors were counted.
        return super().is_valid() and not any(form.errors for form in rows_of(self))


class LinkForm(RowForm):
    part = parts.LINKS

    class Meta:
        formfield_callback = https_by_default
        model = SchemeLink
        fields = ["kind", "label", "url"]


class RoleForm(RowForm):
    part = parts.ROLES

    organisation = OrganisationField(label="Organisme")

    class Meta:
        model = SchemeOrganisation
        fields = ["organisation", "role"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["organisation"] = self.instance.organisation


class ContactForm(RowForm):
    part = parts.CONTACTS

    organisation = OrganisationField(label="Organisme")
    included_codes, excluded_codes = perimeter_fields(included="Où ce contact répond. PAYS-99100 : dans tout le pays.")

    class Meta:
        formfield_callback = https_by_default
        model = Contact
        fields = ["organisation", "label", "email", "phone", "url", "included_codes", "excluded_codes"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["organisation"] = self.instance.organisation


class ExclusionForm(forms.ModelForm):
    other = SchemeField(label="Dispositif")

    class Meta:
        formfield_callback = https_by_default
        model = SchemeExclusion
        fields = ["other", "reason", "link"]

    def __init__(self, *args, scheme, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.scheme = scheme
        if self.instance.pk:
            pair = (self.instance.first, self.instance.second)
            self.initial["other"] = next(one for one in pair if one.pk != scheme.pk)

    def clean_other(self):
        other = self.cleaned_data["other"]
        if other.pk == self.scheme.pk:
            raise ValidationError("Un dispositif ne s’exclut pas lui-même.")
        return other

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"first", "second"}


class ExclusionFormSet(BaseInlineFormSet):
    """A pair is written once, whatever the order: both ends show it."""

    def __init__(self, data=None, files=None, instance=None, save_as_new=False, prefix=None, queryset=None, **kwargs):
        self.instance = instance
        self.save_as_new = save_as_new
        pairs = SchemeExclusion.objects.none()
        if instance is not None and instance.pk:
            pairs = SchemeExclusion.objects.filter(Q(first=instance) | Q(second=instance))
        pairs = pairs.select_related("first", "second").order_by("pk")
        BaseModelFormSet.__init__(self, data, files, prefix=prefix, queryset=pairs, **kwargs)

    def _construct_form(self, i, **kwargs):
        return BaseModelFormSet._construct_form(self, i, **kwargs)  # noqa: SLF001 - past the inline's own key

    def add_fields(self, form, index) -> None:
        BaseModelFormSet.add_fields(self, form, index)
        # The page of the administration looks for the key of the parent; here it says nothing.
        form.fields["first"] = forms.CharField(required=False, disabled=True, widget=forms.HiddenInput)

    def get_form_kwargs(self, index) -> dict:
        return {**super().get_form_kwargs(index), "scheme": self.instance}

    @classmethod
    def get_default_prefix(cls) -> str:
        return "exclusions"

    def initial_form_count(self) -> int:
        return BaseModelFormSet.initial_form_count(self)


class Rows(admin.StackedInline):
    extra = 1
    formfield_overrides = HTTPS
    template = "admin/funding/rows.html"

    def get_extra(self, request: HttpRequest, obj=None, **kwargs) -> int:
        return self.extra


class CriterionInline(Rows):
    model = Criterion
    form = CriterionForm
    verbose_name_plural = "critères"
    ordering = ["position", "pk"]
    intro = "admin/funding/fragments/_criterion_words.html"
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("position", "kind", "is_hard"),
                    ("values", "excluded"),
                    ("lower", "upper", "expected"),
                    "text",
                ]
            },
        ),
        ("Précisions", {"fields": ["applies_to", ("contact", "link")], "classes": ["collapse"]}),
    ]


class AmountInline(Rows):
    model = AmountRule
    form = AmountForm
    formset = AmountFormSet
    ordering = ["position", "pk"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("position", "kind", "is_ceiling"),
                    ("amount", "months"),
                    ("rate", "lower", "upper", "base_cap"),
                    "text",
                ]
            },
        ),
        (
            "Condition (pour une somme ou des points de taux en plus)",
            {
                "fields": [
                    "condition_kind",
                    "condition_values",
                    ("condition_lower", "condition_upper", "condition_expected"),
                ],
                "classes": ["collapse"],
            },
        ),
    ]


class LinkInline(Rows):
    model = SchemeLink
    form = LinkForm
    ordering = ["position", "pk"]
    fields = [("kind", "label"), "url", "dead_since"]
    readonly_fields = ["dead_since"]


class RoleInline(Rows):
    model = SchemeOrganisation
    form = RoleForm
    ordering = ["pk"]
    fields = [("organisation", "role")]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("organisation")


class ContactInline(Rows):
    model = Contact
    form = ContactForm
    ordering = ["pk"]
    fields = [("organisation", "label"), ("email", "phone"), "url", ("included_codes", "excluded_codes")]

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).select_related("organisation")


class ExclusionInline(Rows):
    model = SchemeExclusion
    fk_name = "first"
    form = ExclusionForm
    formset = ExclusionFormSet
    verbose_name_plural = "ne se cumule pas avec"
    fields = ["other", ("reason", "link")]
