"""Criteria of all schemes as a table, to export and import; each is written on the page of its scheme."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from funding.models import Criterion
from funding.resources.criteria import CriterionResource, with_facts
from funding.resources.values import named_values
from ti_portal.core.admin_bases import ReadOnlyAdmin
from ti_portal.core.table_admin import TableAdminMixin


@admin.register(Criterion)
class CriterionAdmin(TableAdminMixin, ReadOnlyAdmin):
    resource_classes = [CriterionResource]
    import_notice = (
        "Clé : dispositif et rang du critère (1 pour le premier). Un rang nouveau ajoute un critère. "
        "Rien n’est supprimé."
    )
    list_display = ["scheme_name", "position", "kind", "told", "is_hard", "text"]
    list_filter = ["kind", "is_hard"]
    search_fields = ["scheme__name", "scheme__slug", "text", "contact"]
    search_help_text = "Dispositif, ou mots de la source."
    ordering = ["scheme__name", "position", "pk"]
    fields = [
        "link", "position", "kind", "told", "lower", "upper", "expected", "is_hard", "applies_to", "contact", "text",
    ]  # fmt: skip
    readonly_fields = ["link", "told"]

    def label_of(self, row: Criterion) -> str:
        return f"critère {row.position} de {row.scheme.name}"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("scheme")

    def get_export_queryset(self, request: HttpRequest) -> QuerySet:
        return with_facts(super().get_export_queryset(request))

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("funding.change_criterion")

    @admin.display(description="dispositif", ordering="scheme__name")
    def scheme_name(self, row: Criterion) -> str:
        return row.scheme.name

    @admin.display(description="valeurs")
    def told(self, row: Criterion) -> str:
        admitted = named_values(row.kind, row.values[:4])
        excluded = named_values(row.kind, row.excluded[:4])
        more = " …" if len(row.values) > 4 or len(row.excluded) > 4 else ""
        return ", ".join(admitted) + (f" sauf {', '.join(excluded)}" if excluded else "") + more

    @admin.display(description="dispositif")
    def link(self, row: Criterion) -> str:
        url = reverse("admin:funding_scheme_change", args=[row.scheme_id])
        return format_html('<a href="{}#criteria-group">{}</a>', url, row.scheme.name)
