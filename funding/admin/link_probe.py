"""Published addresses in the administration: those that no longer answer, since when, and where to mend them."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator

from funding.enums import LinkState
from funding.fetching.errors import SENTENCES
from funding.links.usages import usages_of
from funding.models import LinkProbe
from ti_portal.core.admin_bases import ChoiceFilter, ReadOnlyAdmin

TABLES = {"scheme": "", "call": "appel : ", "resource": "ressource : "}


class StateFilter(ChoiceFilter):
    """Those that no longer answer, unless others are asked for."""

    title = "état"
    parameter_name = "etat"
    choices_in_words = [*LinkState.choices, ("all", "Toutes")]

    def choices(self, changelist):
        choices = list(super().choices(changelist))
        # « Tous », first, would be what nobody asked for.
        for choice in choices[1:]:
            choice["selected"] = choice["selected"] or (
                self.value() is None and choice["display"] == LinkState.DEAD.label
            )
        return choices[1:]

    def queryset(self, request: HttpRequest, queryset):
        wanted = self.value() or LinkState.DEAD
        return queryset.filter(state=wanted) if wanted in LinkState.values else queryset


@admin.register(LinkProbe)
class LinkProbeAdmin(ReadOnlyAdmin):
    list_display = ["address", "state", "first_failed_on", "why", "where", "checked_at"]
    list_filter = [StateFilter]
    search_fields = ["url"]
    search_help_text = "Une partie de l’adresse."
    ordering = ["first_failed_on", "url", "pk"]
    fields = ["page", "state", "first_failed_on", "last_failed_on", "why", "where", "checked_at", "next_at"]
    readonly_fields = ["page", "why", "where"]
    view_on_site = False

    def label_of(self, probe: LinkProbe) -> str:
        return probe.url

    def changelist_view(self, request: HttpRequest, extra_context=None):
        note = (
            "Chaque adresse publiée est demandée une fois par semaine. Elle est dite sans réponse après deux échecs, "
            "deux jours différents. Rien n’est dépublié : corrigez l’adresse dans le dispositif."
        )
        return super().changelist_view(request, {"note": note, **(extra_context or {})})

    def get_changelist_instance(self, request: HttpRequest):
        changelist = super().get_changelist_instance(request)
        found = usages_of(probe.url for probe in changelist.result_list)
        for probe in changelist.result_list:
            probe.usages = found.get(probe.url, [])
        return changelist

    @admin.display(description="adresse", ordering="url")
    def address(self, probe: LinkProbe) -> str:
        return Truncator(probe.url).chars(80)

    @admin.display(description="adresse")
    def page(self, probe: LinkProbe) -> str:
        return format_html('<a href="{0}" rel="noopener">{0}</a>', probe.url)

    @admin.display(description="raison")
    def why(self, probe: LinkProbe) -> str:
        sentence = SENTENCES.get(probe.reason, probe.reason)
        return f"{sentence} (Réponse {probe.status}.)" if sentence and probe.status else sentence

    @admin.display(description="publiée par")
    def where(self, probe: LinkProbe) -> str:
        usages = getattr(probe, "usages", None)
        if usages is None:
            usages = usages_of([probe.url]).get(probe.url, [])
        links = [
            (reverse(f"admin:funding_{usage.table}_change", args=[usage.pk]), f"{TABLES[usage.table]}{usage.name}")
            for usage in usages
        ]
        return format_html_join(", ", '<a href="{}">{}</a>', links)
