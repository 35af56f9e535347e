"""Mandates: given and ended through the use cases, never deleted, with their history."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from territories.admin.filters import RegionFilter, WaveFilter, places_matching, prefixed
from territories.mandates import end_mandate, grant_mandate
from territories.models import Mandate
from territories.resources.mandates import MandateResource
from ti_portal.core.admin_bases import ChoiceFilter, PortalAdmin
from ti_portal.core.table_admin import TableAdminMixin


class MandateInForceFilter(ChoiceFilter):
    title = "en vigueur"
    parameter_name = "en_vigueur"
    choices_in_words = [("oui", "Aujourd’hui"), ("avenir", "À venir"), ("fini", "Terminés")]

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        today = timezone.localdate()
        if value == "oui":
            return queryset.in_force(today)
        if value == "avenir":
            return queryset.filter(valid_from__gt=today)
        return queryset.filter(valid_until__lt=today)


class MandateRegionFilter(RegionFilter):
    place = "territory__place"


class MandateWaveFilter(WaveFilter):
    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(territory__wave=int(value))


class MandateForm(forms.ModelForm):
    def clean_valid_until(self):
        last_day = self.cleaned_data["valid_until"]
        if self.instance.pk and last_day is None and self.instance.valid_until is None:
            raise ValidationError("Donnez le dernier jour du mandat, ou revenez à la liste.")
        if self.instance.pk and last_day is None:
            raise ValidationError(
                "Un mandat terminé ne se rouvre pas sans date : donnez son dernier jour, ou un nouveau."
            )
        # `valid_from` is not in this form, so the constraint of the table is not looked at by it.
        if self.instance.pk and last_day < self.instance.valid_from:
            raise ValidationError("Le mandat finit avant de commencer.")
        return last_day


@admin.register(Mandate)
class MandateAdmin(TableAdminMixin, SimpleHistoryAdmin, PortalAdmin):
    form = MandateForm
    resource_classes = [MandateResource]
    import_notice = (
        "Une ligne dont l’adresse, le territoire, le rôle et le premier jour sont connus change le dernier jour du "
        "mandat ; les autres lignes donnent un mandat. Rien n’est supprimé."
    )
    list_display = ["person_name", "role", "territory_name", "valid_from", "valid_until"]
    list_filter = ["role", MandateInForceFilter, MandateRegionFilter, MandateWaveFilter]
    list_select_related = ["person", "territory__place"]
    search_fields = ["person__email", "person__first_name", "person__last_name"]
    search_help_text = "Personne (nom ou adresse) ou territoire."
    ordering = ["-valid_from", "-pk"]
    autocomplete_fields = ["person", "territory"]
    fields = ["person", "territory", "role", "valid_from", "valid_until"]
    history_list_display = ["role", "valid_from", "valid_until"]

    def label_of(self, mandate: Mandate) -> str:
        who = mandate.person.get_full_name() or mandate.person.email
        return f"{who}, {mandate.get_role_display()}, {mandate.territory.place.name}"

    @admin.display(description="personne", ordering="person__last_name")
    def person_name(self, mandate: Mandate) -> str:
        return mandate.person.get_full_name() or mandate.person.email

    @admin.display(description="territoire", ordering="territory__place__name")
    def territory_name(self, mandate: Mandate) -> str:
        return mandate.territory.place.name

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("person", "territory__place")

    def get_readonly_fields(self, request: HttpRequest, obj: Mandate | None = None):
        # A wrong person, territory or role is another mandate: end this one, give that one.
        return ["person_name", "territory_name", "role", "valid_from"] if obj else []

    def get_fields(self, request: HttpRequest, obj: Mandate | None = None):
        if obj is None:
            return self.fields
        return ["person_name", "territory_name", "role", "valid_from", "valid_until"]

    def get_autocomplete_fields(self, request: HttpRequest):
        return self.autocomplete_fields

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs) -> ModelChoiceField:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "territory":
            field.queryset = field.queryset.select_related("place")
            field.label_from_instance = lambda territory: f"{territory.place.name} ({territory.place.code})"
        return field

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        condition = places_matching(search_term)
        if condition is None:
            return found, may_repeat
        places = prefixed(condition, "territory__place")
        return queryset.filter(Q(pk__in=found.values("pk")) | places), False

    def has_delete_permission(self, request: HttpRequest, obj: Mandate | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Mandate, form: forms.ModelForm, change: bool) -> None:
        now = timezone.now()
        if change:
            end_mandate(mandate_id=obj.pk, last_day=obj.valid_until, actor=request.user, at=now)
            return
        granted = grant_mandate(
            person_id=obj.person_id,
            territory_id=obj.territory_id,
            role=obj.role,
            valid_from=obj.valid_from,
            valid_until=obj.valid_until,
            actor=request.user,
            at=now,
        )
        obj.pk = granted.pk
