"""The directory of local resources and partners."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from funding.admin.fields import HTTPS, https_by_default, perimeter_fields
from funding.admin.filters import PageFilter, PerimeterRegionFilter, perimeter_in_short
from funding.admin.refusals import RefusableForm, RefusalMixin
from funding.directory import save_resource
from funding.models import Resource
from territories import rich_text
from ti_portal.core.admin_bases import PortalAdmin

FIELDS = [
    "name", "slug", "kind", "text", "url", "source_name", "source_date", "included_codes", "excluded_codes",
    "is_published",
]  # fmt: skip


class ResourceForm(RefusableForm, forms.ModelForm):
    slug = forms.SlugField(label="Nom dans l’adresse", required=False, max_length=200, help_text="Vide : tiré du nom.")
    included_codes, excluded_codes = perimeter_fields(included="Où cette ressource est utile, par codes de lieux.")

    class Meta:
        formfield_callback = https_by_default
        model = Resource
        fields = FIELDS
        widgets = {
            "text": forms.Textarea(attrs={"rows": 6, "cols": 90}),
            "source_date": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {"text": rich_text.HOW_TO_TYPE}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["text"] = rich_text.to_typed(self.initial.get("text") or "")


@admin.register(Resource)
class ResourceAdmin(RefusalMixin, PortalAdmin):
    form = ResourceForm
    formfield_overrides = HTTPS
    change_form_template = "admin/funding/refusable.html"
    list_display = ["name", "kind", "where", "is_published", "url_dead_since"]
    list_filter = ["kind", "is_published", PageFilter, PerimeterRegionFilter]
    search_fields = ["name", "slug", "text"]
    search_help_text = "Nom ou mots de la présentation."
    ordering = ["name", "pk"]
    fields = FIELDS
    view_on_site = False

    def label_of(self, resource: Resource) -> str:
        return resource.name

    @admin.display(description="où")
    def where(self, resource: Resource) -> str:
        return perimeter_in_short(resource)

    def render_change_form(self, request: HttpRequest, context: dict, add=False, change=False, form_url="", obj=None):
        context["refused"] = self.refused(request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Resource, form: ResourceForm, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in FIELDS}
        if change and not values["slug"]:
            values.pop("slug")
        saved = save_resource(values=values, resource_id=obj.pk if change else None)
        obj.pk, obj.slug = saved.pk, saved.slug
