"""Testimonies: read before they show, corrected, attached to their territory."""

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from simple_history.admin import SimpleHistoryAdmin

from events.admin.fields import EventChoice, EventFilter, TerritoryField, event_in_short
from events.admin.moderation import ModeratedMixin
from events.models import Testimony
from events.testimonies import FIELDS, moderate, save_testimony
from funding.admin.refusals import RefusableForm, RefusalMixin
from ti_portal.core.admin_bases import PortalAdmin

SHOWN = 90


class TestimonyForm(RefusableForm, forms.ModelForm):
    event_chosen = EventChoice()
    territory = TerritoryField(label="Territoire", required=False, help_text="Son code : TI-2023-7606, ou de 2018.")

    class Meta:
        model = Testimony
        fields = [name for name in FIELDS if name != "territory_id"]
        widgets = {name: forms.TextInput(attrs={"size": 70}) for name in ("title", "author", "organisations")} | {
            "text": forms.Textarea(attrs={"rows": 8, "cols": 90})
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields.pop("event_chosen", None)
            self.initial["territory"] = self.instance.territory

    def values(self) -> dict:
        found = {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}
        territory = self.cleaned_data.get("territory")
        return {**found, "territory_id": territory.pk if territory else None}


@admin.register(Testimony)
class TestimonyAdmin(ModeratedMixin, RefusalMixin, PortalAdmin, SimpleHistoryAdmin):
    moderates = moderate
    moderated_noun = "témoignage"
    moderated_words = ("accepté", "écarté")
    form = TestimonyForm
    change_form_template = "admin/funding/refusable.html"
    list_display = ["shown", "territory_name", "topic", event_in_short, "moderation", "is_practice", "told_at"]
    list_filter = ["moderation", EventFilter, "is_practice"]
    search_fields = ["title", "text", "author", "organisations", "topic", "territory__place__name"]
    search_help_text = "Mots du témoignage, personne, organisme, sujet ou territoire."
    ordering = ["-told_at", "position", "pk"]
    actions = ["accept", "refuse"]
    view_on_site = False
    seen = ["event_title", "moderation", "told_at"]

    def label_of(self, testimony: Testimony) -> str:
        words = testimony.title or testimony.text
        return words if len(words) <= SHOWN else f"{words[:SHOWN]}…"

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("event", "territory__place")

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        return self.seen if obj else []

    def get_fieldsets(self, request: HttpRequest, obj=None):
        first = self.seen if obj else ["event_chosen"]
        told = ["title", "text", ("territory", "topic"), ("author", "organisations"), "is_practice"]
        return [("La rencontre", {"fields": first}), ("Le témoignage", {"fields": told})]

    @admin.display(description="témoignage")
    def shown(self, testimony: Testimony) -> str:
        return self.label_of(testimony)

    @admin.display(description="territoire", ordering="territory__place__name")
    def territory_name(self, testimony: Testimony) -> str:
        return testimony.territory.place.name if testimony.territory else ""

    @admin.display(description="rencontre", ordering="event__title")
    def event_title(self, testimony: Testimony) -> str:
        return testimony.event.title

    def render_change_form(self, request: HttpRequest, context: dict, add=False, change=False, form_url="", obj=None):
        context["refused"] = self.refused(request)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Testimony, form: TestimonyForm, change: bool) -> None:
        event = form.cleaned_data.get("event_chosen")
        saved = save_testimony(
            testimony_id=obj.pk,
            event_id=event.pk if event else None,
            values=form.values(),
            actor=request.user,
            at=timezone.now(),
        )
        obj.pk = saved.pk
