"""Words that keep a free answer of a poll aside until the organiser decides."""

from django.contrib import admin

from events.models import WithheldWord
from ti_portal.core.admin_bases import PortalAdmin


@admin.register(WithheldWord)
class WithheldWordAdmin(PortalAdmin):
    list_display = ["word", "folded"]
    search_fields = ["word", "folded"]
    search_help_text = "Mot."
    ordering = ["folded", "pk"]
    fields = ["word"]
