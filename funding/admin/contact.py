"""Contacts of all schemes, to find the stale ones; each is written on the page of its scheme."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from funding.admin.filters import PerimeterRegionFilter, perimeter_in_short
from funding.models import Contact
from ti_portal.core.admin_bases import ReadOnlyAdmin


@admin.register(Contact)
class ContactAdmin(ReadOnlyAdmin):
    list_display = ["organisation", "label", "scheme_name", "where", "email", "phone"]
    list_filter = [PerimeterRegionFilter]
    search_fields = ["organisation__name", "organisation__acronym", "label", "email", "scheme__name"]
    search_help_text = "Organisme, service, adresse ou dispositif."
    ordering = ["organisation__name", "pk"]
    fields = ["link", "organisation", "label", "email", "phone", "url", "included_codes", "excluded_codes"]
    readonly_fields = ["link"]

    def label_of(self, contact: Contact) -> str:
        return f"{contact.organisation.name}, pour {contact.scheme.name}"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("organisation", "scheme")

    @admin.display(description="dispositif", ordering="scheme__name")
    def scheme_name(self, contact: Contact) -> str:
        return contact.scheme.name

    @admin.display(description="où")
    def where(self, contact: Contact) -> str:
        return perimeter_in_short(contact)

    @admin.display(description="dispositif")
    def link(self, contact: Contact) -> str:
        url = reverse("admin:funding_scheme_change", args=[contact.scheme_id])
        return format_html('<a href="{}#contacts-group">{}</a>', url, contact.scheme.name)
