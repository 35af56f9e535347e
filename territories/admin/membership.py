"""Memberships: what is in what, and since when. Written by imports only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from territories.admin.filters import InForceFilter, places_matching, prefixed
from territories.enums import PlaceKind
from territories.models import Membership
from ti_portal.core.admin_bases import ChoiceFilter, ReadOnlyAdmin


class ContainerKindFilter(ChoiceFilter):
    title = "contenu dans"
    parameter_name = "contenant"
    choices_in_words = [(value, label) for value, label in PlaceKind.choices if value != PlaceKind.COMMUNE]

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset.filter(container__kind=value)


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ["member", "container", "valid_from", "valid_until"]
    list_display_links = ["member"]
    list_filter = [InForceFilter, ContainerKindFilter]
    list_select_related = ["member", "container"]
    search_fields = ["member__name"]
    search_help_text = "Nom, code, code postal ou SIREN de l’un des deux lieux."
    ordering = ["-valid_from", "-pk"]
    fields = ["member", "container", "valid_from", "valid_until"]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        if not search_term.strip():
            return queryset, False
        condition = places_matching(search_term)
        if condition is None:
            return queryset.none(), False
        return queryset.filter(prefixed(condition, "member") | prefixed(condition, "container")), False
