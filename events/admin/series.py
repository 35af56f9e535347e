"""Recurring events, and preparing their next edition."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from events.admin.fields import RICH_HELP_SHORT, RichTextField
from events.meetings import next_edition
from events.models import Series
from events.permissions import may_organise
from funding.admin.fields import HTTPS, https_by_default
from ti_portal.core.admin_bases import PortalAdmin


class SeriesForm(forms.ModelForm):
    description = RichTextField(label="Présentation")
    call_for_testimonies = RichTextField(label="Appel à témoignages", help_text=RICH_HELP_SHORT)

    class Meta:
        formfield_callback = https_by_default
        model = Series
        fields = [
            "name", "slug", "kind", "description", "rhythm", "organiser", "url", "call_for_testimonies", "is_running",
            "source",
        ]  # fmt: skip
        widgets = {name: forms.TextInput(attrs={"size": 70}) for name in ("name", "organiser", "source")}


@admin.register(Series)
class SeriesAdmin(PortalAdmin):
    form = SeriesForm
    formfield_overrides = HTTPS
    list_display = ["name", "kind", "rhythm", "is_running", "editions"]
    list_filter = ["kind", "is_running"]
    search_fields = ["name", "slug", "organiser"]
    search_help_text = "Nom, adresse de la page ou organisation."
    ordering = ["name", "pk"]
    prepopulated_fields = {"slug": ["name"]}
    actions = ["prepare_next"]
    fields = [
        ("name", "slug"), "kind", "description", "rhythm", "organiser", "url", "call_for_testimonies", "is_running",
        "source",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(edition_count=Count("events"))

    @admin.display(description="éditions", ordering="edition_count")
    def editions(self, series: Series) -> int:
        return series.edition_count

    def has_next_permission(self, request: HttpRequest) -> bool:
        return may_organise(request.user)

    @admin.action(
        description="Préparer l’édition suivante (brouillon, un mois après la dernière)", permissions=["next"]
    )
    def prepare_next(self, request: HttpRequest, queryset: QuerySet) -> None:
        for series in queryset.order_by("pk"):
            try:
                event = next_edition(series_id=series.pk, actor=request.user, at=timezone.now())
            except ValidationError as error:
                self.message_user(request, f"{series.name} : {' '.join(error.messages)}", messages.ERROR)
                continue
            day = f"{event.local_start:%d/%m/%Y}"
            self.log_change(request, series, f"Édition du {day} préparée.")
            url = reverse("admin:events_event_change", args=[event.pk])
            words = format_html('{} : édition du {} préparée. <a href="{}">L’ouvrir</a>', series.name, day, url)
            self.message_user(request, words, messages.SUCCESS)
