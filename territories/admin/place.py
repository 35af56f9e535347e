"""Places: to look up. They come from the reference tables and from the official list."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.html import format_html, format_html_join

from territories.admin.filters import InForceFilter, RegionFilter, places_matching
from territories.models import Place
from ti_portal.core.admin_bases import ReadOnlyAdmin
from ti_portal.core.templatetags.portal import number


class PlaceRegionFilter(RegionFilter):
    place = ""


@admin.register(Place)
class PlaceAdmin(ReadOnlyAdmin):
    list_display = ["name_in_words", "code", "kind", "people", "valid_from", "valid_until"]
    list_filter = ["kind", InForceFilter, PlaceRegionFilter]
    search_fields = ["name"]
    search_help_text = "Nom (sans souci d’accents ni de tirets), code, code postal ou SIREN."
    ordering = ["slug", "pk"]
    view_on_site = False
    fieldsets = [
        (None, {"fields": ["name", "code", "kind", "nature", "siren", "postcodes", "people", "page"]}),
        ("En vigueur", {"fields": ["valid_from", "valid_until"]}),
        ("Ce qui le contient (calculé)", {"fields": ["containers_in_words"]}),
        ("Position", {"fields": ["longitude", "latitude"]}),
    ]
    readonly_fields = ["people", "page", "containers_in_words"]

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        if not search_term.strip():
            return queryset, False
        condition = places_matching(search_term)
        return (queryset.none() if condition is None else queryset.filter(condition)), False

    @admin.display(description="nom", ordering="slug")
    def name_in_words(self, place: Place) -> str:
        return place.name

    @admin.display(description="population municipale", ordering="population")
    def people(self, place: Place) -> str:
        return number(place.population)

    @admin.display(description="page publique")
    def page(self, place: Place) -> str:
        try:
            url = place.get_absolute_url()
        except NoReverseMatch:
            return ""
        return format_html('<a href="{}">{}</a>', url, place.name) if url else ""

    @admin.display(description="lieux")
    def containers_in_words(self, place: Place) -> str:
        codes = [code for code in place.ancestor_codes if code != place.code]
        names = dict(Place.objects.filter(code__in=codes).values_list("code", "name"))
        lines = ((names.get(code, "?"), code) for code in codes)
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} ({})</li>", lines))
