"""Entries of the directory. Each person writes and confirms their own: here they are read."""

from datetime import timedelta

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils import timezone

from territories.contacts import CONFIRMED_FOR, Folded, is_due
from territories.models import ContactEntry
from ti_portal.core.admin_bases import ChoiceFilter, ReadOnlyAdmin


class ConfirmationFilter(ChoiceFilter):
    title = "confirmation"
    parameter_name = "confirmation"
    choices_in_words = [("fresh", "À jour"), ("due", "À confirmer"), ("never", "Jamais confirmées")]

    def filtered(self, queryset: QuerySet, value: str) -> QuerySet:
        if value == "never":
            return queryset.filter(confirmed_on=None)
        limit = timezone.localdate() - CONFIRMED_FOR
        if value == "fresh":
            return queryset.filter(confirmed_on__gt=limit)
        return queryset.filter(Q(confirmed_on=None) | Q(confirmed_on__lte=limit))


@admin.register(ContactEntry)
class ContactEntryAdmin(ReadOnlyAdmin):
    list_display = ["name", "person", "job_title", "organisation", "phone", "confirmed_on", "state"]
    list_filter = [ConfirmationFilter]
    list_select_related = ["person"]
    search_fields = ["person__email", "person__first_name", "person__last_name", "organisation", "job_title"]
    search_help_text = "Nom, adresse, fonction ou organisme."
    ordering = [Folded("person__last_name"), Folded("person__first_name"), "pk"]
    fields = ["person", "job_title", "organisation", "phone", "is_email_shared", "confirmed_on", "state"]
    readonly_fields = ["state"]

    @admin.display(description="nom", ordering=Folded("person__last_name"))
    def name(self, entry: ContactEntry) -> str:
        return entry.person.get_full_name() or entry.person.email

    @admin.display(description="confirmation")
    def state(self, entry: ContactEntry) -> str:
        today = timezone.localdate()
        if entry.confirmed_on is None:
            return "Jamais confirmées"
        if is_due(entry, today):
            return f"À confirmer depuis le {entry.confirmed_on + CONFIRMED_FOR:%d/%m/%Y}"
        return f"À jour jusqu’au {entry.confirmed_on + CONFIRMED_FOR - timedelta(days=1):%d/%m/%Y}"
