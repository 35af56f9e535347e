"""The organiser's own words between the blocks of a report."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from events.admin.fields import EventFilter, RichTextField, event_in_short, event_label
from events.models import ReportText
from events.reports import BLOCKS
from ti_portal.core.admin_bases import PortalAdmin


class ReportTextForm(forms.ModelForm):
    after = forms.ChoiceField(
        label="Après", choices=[(key, title or "Le début") for key, title in BLOCKS.items()], initial="start"
    )
    text = RichTextField(label="Texte", required=True)

    class Meta:
        model = ReportText
        fields = ["event", "after", "position", "title", "text"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event"].label_from_instance = event_label


@admin.register(ReportText)
class ReportTextAdmin(PortalAdmin):
    """A text changes the next version of the report; those that are published stay as they are."""

    form = ReportTextForm
    list_display = ["title_shown", event_in_short, "after_shown", "position"]
    list_filter = [EventFilter]
    list_select_related = ["event"]
    search_fields = ["title", "text", "event__title"]
    search_help_text = "Mots du texte, ou rencontre."
    ordering = ["-event__starts_at", "after", "position", "pk"]
    view_on_site = False

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        if db_field.name == "event":
            kwargs["queryset"] = db_field.remote_field.model.objects.order_by("-starts_at", "-pk")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="texte")
    def title_shown(self, text: ReportText) -> str:
        return text.title or f"Texte {text.pk}"

    @admin.display(description="rencontre", ordering="event__title")
    def event_title(self, text: ReportText) -> str:
        return text.event.title

    @admin.display(description="après")
    def after_shown(self, text: ReportText) -> str:
        return BLOCKS.get(text.after) or "Le début"
