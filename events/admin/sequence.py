"""Agendas of all events as a table, to export and import; each is written on the page of its event."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from events.admin.fields import EventFilter, event_in_short
from events.models import Sequence
from events.permissions import may_organise
from events.resources.sequences import SequenceResource, with_facts
from ti_portal.core.admin_bases import ReadOnlyAdmin
from ti_portal.core.table_admin import TableAdminMixin


@admin.register(Sequence)
class SequenceAdmin(TableAdminMixin, ReadOnlyAdmin):
    resource_classes = [SequenceResource]
    import_notice = (
        "Clé : adresse de la rencontre et rang (1 pour le premier). Un rang nouveau ajoute une séquence. Seuls les "
        "brouillons se remplissent ainsi : le programme d’une rencontre publiée se change sur sa page. Rien n’est "
        "supprimé."
    )
    list_display = ["title", event_in_short, "position", "minutes", "chapter_at"]
    list_filter = [EventFilter]
    search_fields = ["title", "text", "event__title", "event__slug"]
    search_help_text = "Titre de la séquence ou de la rencontre."
    ordering = ["-event__starts_at", "event_id", "position", "pk"]
    fields = ["link", "position", "title", "minutes", "text", "chapter_at"]
    readonly_fields = ["link"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("event")

    def get_export_queryset(self, request: HttpRequest) -> QuerySet:
        return with_facts(super().get_export_queryset(request)).prefetch_related("speakers")

    def has_import_permission(self, request: HttpRequest) -> bool:
        return may_organise(request.user)

    @admin.display(description="rencontre", ordering="event__title")
    def event_title(self, row: Sequence) -> str:
        return row.event.title

    @admin.display(description="rencontre")
    def link(self, row: Sequence) -> str:
        url = reverse("admin:events_event_change", args=[row.event_id])
        return format_html('<a href="{}#sequences-group">{}</a>', url, row.event.title)
