"""The organiser's own words between the blocks of a report."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from events.admin.fields import EventFilter, event_label
from events.models import ReportText
from events.reports import BLOCKS
from territories import rich_text
from ti_portal.core.admin_bases import PortalAdmin


class ReportTextForm(forms.ModelForm):
    after = forms.ChoiceField(
        label="Après", choices=[(key, title or "Le début") for key, title in BLOCKS.items()], initial="start"
    )

    class Meta:
        model = ReportText
        fields = ["event", "after", "position", "title", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 8, "cols": 90})}
        help_texts = {"text": rich_text.HOW_TO_TYPE}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.initial["text"] = rich_text.to_typed(self.instance.text)
        self.fields["event"].label_from_instance = event_label

    def clean_text(self) -> str:
        return rich_text.sanitise(self.cleaned_data["text"])


@admin.register(ReportText)
class ReportTextAdmin(PortalAdmin):
    """A text changes the next version of the report; those that are published stay as they are."""

    form = ReportTextForm
    list_display = ["title_shown", "event_title", "after_shown", "position"]
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
