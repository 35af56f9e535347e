"""Rounds of all calls, to see what opens and closes; each is written on the page of its call."""

from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from funding.admin.filters import ClosingFilter
from funding.models import Round
from funding.resources.rounds import RoundResource, with_facts
from ti_portal.core.admin_bases import ReadOnlyAdmin
from ti_portal.core.table_admin import TableAdminMixin


@admin.register(Round)
class RoundAdmin(TableAdminMixin, ReadOnlyAdmin):
    resource_classes = [RoundResource]
    import_notice = (
        "Clé : dispositif, appel et rang de la relève (1 pour la première). Un rang nouveau ajoute une relève. Les "
        "heures sont celles du fuseau de la ligne. Rien n’est supprimé."
    )
    list_display = ["call_name", "label", "opens", "closes", "zone", "announced_for", "remaining"]
    list_filter = [ClosingFilter, "zone"]
    search_fields = ["call__name", "call__scheme__name", "label"]
    search_help_text = "Appel, dispositif ou libellé."
    ordering = ["-closes_at", "-pk"]
    fields = [
        "link", "label", "opens", "closes", "zone", "announced_for", "committee_on", "results_on", "envelope",
        "remaining", "exhausted_from",
    ]  # fmt: skip
    readonly_fields = ["link", "opens", "closes"]

    def label_of(self, round_: Round) -> str:
        return f"{round_.label or 'relève'} de {round_.call.name}"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("call__scheme")

    def get_export_queryset(self, request: HttpRequest) -> QuerySet:
        return with_facts(super().get_export_queryset(request))

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("funding.change_round")

    @admin.display(description="appel", ordering="call__name")
    def call_name(self, round_: Round) -> str:
        return f"{round_.call.name} – {round_.call.scheme.name}"

    @admin.display(description="ouvre le", ordering="opens_at")
    def opens(self, round_: Round) -> str:
        return _told(round_.opens_at, round_.zone)

    @admin.display(description="ferme le", ordering="closes_at")
    def closes(self, round_: Round) -> str:
        return _told(round_.closes_at, round_.zone)

    @admin.display(description="appel")
    def link(self, round_: Round) -> str:
        url = reverse("admin:funding_call_change", args=[round_.call_id])
        return format_html('<a href="{}">{}</a> ({})', url, round_.call.name, round_.call.scheme.name)


def _told(instant, zone: str) -> str:
    return f"{instant.astimezone(ZoneInfo(zone)):%d/%m/%Y %H:%M}" if instant else "–"
