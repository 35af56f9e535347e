"""Mandates: given and ended through the use cases, never deleted, with their history."""

from datetime import date

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from territories.admin.filters import RegionFilter, WaveFilter, places_matching, prefixed
from territories.contacts import Folded, waiting_for_confirmation
from territories.mandates import end_mandate, grant_mandate
from territories.models import Mandate, Territory
from territories.resources.mandates import MandateResource
from ti_portal.accounts.models import User
from ti_portal.core.admin_bases import ChoiceFilter, PortalAdmin, SuggestingInput
from ti_portal.core.table_admin import TableAdminMixin

MAX_SUGGESTIONS = 2_000


class MandateInForceFilter(ChoiceFilter):
    title = "état"
    parameter_name = "en_vigueur"
    choices_in_words = [("oui", "Aujourd’hui"), ("avenir", "À venir"), ("fini", "Terminés")]

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        today = timezone.localdate()
        if value == "oui":
            return queryset.in_force(today)
        if value == "avenir":
            return queryset.filter(valid_from__gt=today)
        return queryset.filter(valid_until__lt=today)


class MandateContactFilter(ChoiceFilter):
    """Mandates in force of people whose details in the directory are missing, or older than a year."""

    title = "coordonnées"
    parameter_name = "coordonnees"
    choices_in_words = [("attendues", "À donner ou à confirmer")]

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(pk__in=waiting_for_confirmation(timezone.localdate()).values("pk"))


class MandateRegionFilter(RegionFilter):
    place = "territory__place"


class MandateWaveFilter(WaveFilter):
    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(territory__wave=int(value))


def open_accounts() -> list[tuple[str, str]]:
    people = User.objects.active().order_by(Folded("last_name"), Folded("first_name"), "pk")[:MAX_SUGGESTIONS]
    return [(person.email, person.get_full_name()) for person in people]


class TerritoryChoice(forms.ModelChoiceField):
    def label_from_instance(self, territory: Territory) -> str:
        return f"{territory.place.name} ({territory.place.code})"


class GrantForm(forms.ModelForm):
    email = forms.EmailField(
        label="Personne",
        help_text="Adresse de son compte ; tapez le début de l’adresse ou du nom.",
        widget=SuggestingInput(open_accounts, {"size": 50}),
    )
    territory = TerritoryChoice(label="Territoire", queryset=Territory.objects.none(), empty_label="Choisir")

    class Meta:
        model = Mandate
        fields = ["territory", "role", "valid_from", "valid_until"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        current = Territory.objects.current().select_related("place")
        self.fields["territory"].queryset = current.order_by("place__slug", "pk")

    def clean_email(self) -> str:
        email = User.objects.normalize_email(self.cleaned_data["email"])
        person = User.objects.active().filter(email=email).first()
        if person is None:
            raise ValidationError("Aucun compte ouvert n’a cette adresse : invitez d’abord la personne.")
        self.instance.person = person
        return email

    def _get_validation_exclusions(self) -> set[str]:
        # Once the address has given the person, the constraint on overlapping mandates can be looked at.
        known = {"person"} if self.instance.person_id else set()
        return super()._get_validation_exclusions() - known


class EndForm(forms.ModelForm):
    class Meta:
        model = Mandate
        fields = ["valid_until"]

    def clean_valid_until(self) -> date:
        last_day = self.cleaned_data["valid_until"]
        if last_day is None:
            raise ValidationError("Donnez le dernier jour du mandat ; pour le rendre sans fin, donnez-en un nouveau.")
        # `valid_from` is not in this form, so the constraint of the table is not looked at by it.
        if last_day < self.instance.valid_from:
            raise ValidationError("Le mandat finit avant de commencer.")
        return last_day


@admin.register(Mandate)
class MandateAdmin(TableAdminMixin, PortalAdmin, SimpleHistoryAdmin):
    resource_classes = [MandateResource]
    import_notice = (
        "Une ligne dont l’adresse, le territoire, le rôle et le premier jour sont connus change le dernier jour du "
        "mandat ; les autres lignes donnent un mandat. Rien n’est supprimé."
    )
    list_display = ["person_name", "role", "territory_name", "valid_from", "valid_until"]
    list_filter = ["role", MandateInForceFilter, MandateContactFilter, MandateRegionFilter, MandateWaveFilter]
    list_select_related = ["person", "territory__place"]
    search_fields = ["person__email", "person__first_name", "person__last_name"]
    search_help_text = "Personne (nom ou adresse) ou territoire."
    ordering = ["-valid_from", "-pk"]

    def label_of(self, mandate: Mandate) -> str:
        who = mandate.person.get_full_name() or mandate.person.email
        return f"{who}, {mandate.get_role_display()}, {mandate.territory.place.name}"

    @admin.display(description="personne", ordering=Folded("person__last_name"))
    def person_name(self, mandate: Mandate) -> str:
        return mandate.person.get_full_name() or mandate.person.email

    @admin.display(description="territoire", ordering="territory__place__slug")
    def territory_name(self, mandate: Mandate) -> str:
        return mandate.territory.place.name

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("person", "territory__place")

    def get_form(self, request: HttpRequest, obj: Mandate | None = None, **kwargs):
        return super().get_form(request, obj, **kwargs, form=EndForm if obj else GrantForm)

    def get_readonly_fields(self, request: HttpRequest, obj: Mandate | None = None):
        # A wrong person, territory or role is another mandate: end this one, give that one.
        return ["person_name", "territory_name", "role", "valid_from"] if obj else []

    def get_fields(self, request: HttpRequest, obj: Mandate | None = None):
        if obj is None:
            return ["email", "territory", "role", "valid_from", "valid_until"]
        return ["person_name", "territory_name", "role", "valid_from", "valid_until"]

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
