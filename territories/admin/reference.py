"""Where the data comes from, and the official nomenclatures: to read."""

from django.contrib import admin

from territories.models import DataSource, NomenclatureEntry
from ti_portal.core.admin_bases import ReadOnlyAdmin


@admin.register(DataSource)
class DataSourceAdmin(ReadOnlyAdmin):
    list_display = ["title", "producer", "licence", "vintage", "read_on"]
    search_fields = ["title", "producer", "code"]
    search_help_text = "Titre, producteur ou code."
    ordering = ["title", "pk"]


@admin.register(NomenclatureEntry)
class NomenclatureEntryAdmin(ReadOnlyAdmin):
    list_display = ["code", "label", "nomenclature", "level", "parent_code"]
    list_filter = ["nomenclature", "level"]
    search_fields = ["code", "label"]
    search_help_text = "Code ou libellé."
    ordering = ["nomenclature", "code", "pk"]
