"""Zonings: named perimeters, written by the délégation."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from territories.models import Place, Zoning
from territories.zonings import check_codes, read_codes, save_zoning
from ti_portal.core.admin_bases import PortalAdmin


class CodesField(forms.CharField):
    """Codes of places, one a line or parted by commas; each must exist."""

    widget = forms.Textarea(attrs={"rows": 8, "cols": 60})

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: str) -> list[str]:
        return check_codes(read_codes(super().clean(value)))

    def has_changed(self, initial, data) -> bool:
        return list(initial or []) != read_codes(data or "")


class ZoningForm(forms.ModelForm):
    code = forms.RegexField(
        r"^ZON-[0-9A-Z-]{1,36}$",
        label="Code",
        max_length=40,
        help_text="ZON-, puis des lettres, des chiffres et des tirets : ZON-MASSIF-CENTRAL. Il ne change plus ensuite.",
        error_messages={"invalid": "Le code s’écrit ZON-, puis des majuscules, des chiffres et des tirets."},
    )
    name = forms.CharField(label="Nom", max_length=200)
    included_codes = CodesField(
        label="Lieux compris", help_text="Codes de lieux (COM-76540, EPCI-200023414, DEP-76, REG-28…), un par ligne."
    )
    excluded_codes = CodesField(
        label="Lieux exclus", required=False, help_text="Une exclusion l’emporte sur toute inclusion."
    )

    class Meta:
        model = Zoning
        fields = ["included_codes", "excluded_codes", "note"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["code"].disabled = True
            self.initial |= {"code": self.instance.place.code, "name": self.instance.place.name}

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if self.instance.pk is None and Place.objects.filter(code=code).exists():
            raise ValidationError("Ce code est déjà pris.")
        return code


@admin.register(Zoning)
class ZoningAdmin(PortalAdmin):
    form = ZoningForm
    list_display = ["name", "code", "included", "excluded"]
    list_select_related = ["place"]
    search_fields = ["place__name", "place__code", "note"]
    search_help_text = "Nom, code ou définition."
    ordering = ["place__slug", "pk"]
    fields = ["code", "name", "included_codes", "excluded_codes", "note"]

    def label_of(self, zoning: Zoning) -> str:
        return f"{zoning.place.name} ({zoning.place.code})"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("place")

    def has_delete_permission(self, request: HttpRequest, obj: Zoning | None = None) -> bool:
        return False

    @admin.display(description="nom", ordering="place__slug")
    def name(self, zoning: Zoning) -> str:
        return zoning.place.name

    @admin.display(description="code", ordering="place__code")
    def code(self, zoning: Zoning) -> str:
        return zoning.place.code

    @admin.display(description="lieux compris")
    def included(self, zoning: Zoning) -> int:
        return len(zoning.included_codes)

    @admin.display(description="lieux exclus")
    def excluded(self, zoning: Zoning) -> int:
        return len(zoning.excluded_codes)

    def save_model(self, request: HttpRequest, obj: Zoning, form: ZoningForm, change: bool) -> None:
        values = form.cleaned_data
        saved = save_zoning(
            code=values["code"],
            name=values["name"],
            included=values["included_codes"],
            excluded=values["excluded_codes"],
            note=values["note"],
        )
        obj.pk, obj.place = saved.pk, saved.place
