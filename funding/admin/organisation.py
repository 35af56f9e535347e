"""Organisations that fund, instruct or accompany."""

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from funding.admin.fields import HTTPS, https_by_default
from funding.admin.refusals import RefusableForm, RefusalMixin
from funding.models import Organisation
from funding.schemes import save_organisation
from ti_portal.core.admin_bases import PortalAdmin

FIELDS = ["name", "acronym", "slug", "kind", "siren", "url"]


class OrganisationForm(RefusableForm, forms.ModelForm):
    slug = forms.SlugField(label="Nom dans l’adresse", required=False, max_length=200, help_text="Vide : tiré du nom.")

    class Meta:
        formfield_callback = https_by_default
        model = Organisation
        fields = FIELDS


@admin.register(Organisation)
class OrganisationAdmin(RefusalMixin, PortalAdmin):
    form = OrganisationForm
    formfield_overrides = HTTPS
    change_form_template = "admin/funding/refusable.html"
    list_display = ["name", "acronym", "kind", "siren", "scheme_count"]
    list_filter = ["kind"]
    search_fields = ["name", "acronym", "slug", "siren"]
    search_help_text = "Nom, sigle ou SIREN."
    ordering = ["name", "pk"]
    fields = FIELDS

    def label_of(self, organisation: Organisation) -> str:
        return organisation.name

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(found=Count("schemes", distinct=True))

    @admin.display(description="dispositifs", ordering="found")
    def scheme_count(self, organisation: Organisation) -> int:
        return organisation.found

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        return False

    def render_change_form(self, request: HttpRequest, context: dict, add=False, change=False, form_url="", obj=None):
        context["refused"] = self.refused(request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Organisation, form: OrganisationForm, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in FIELDS}
        if change and not values["slug"]:
            values.pop("slug")
        saved = save_organisation(values=values, organisation_id=obj.pk if change else None)
        obj.pk, obj.slug = saved.pk, saved.slug
