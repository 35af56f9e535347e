"""Form fields of these pages: places and territories by code, events, and filters by event."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from events.models import Event
from territories.models import Place, Territory
from ti_portal.core.admin_bases import SuggestingInput
from ti_portal.core.text import whole_number

MOST_EVENTS = 200


def known_places() -> list[tuple[str, str]]:
    """Régions and territories of the list in force."""
    regions = Place.objects.in_force().regions().order_by("slug", "pk").values_list("code", "name")
    return [*regions, *known_territories()]


def known_territories() -> list[tuple[str, str]]:
    rows = Territory.objects.current().order_by("place__slug", "pk")
    return list(rows.values_list("place__code", "place__name"))


class PlaceField(forms.CharField):
    """A place by its code; gives the place, or None."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**{"widget": SuggestingInput(known_places, {"size": 40}), "max_length": 40, **kwargs})

    def prepare_value(self, value):
        return value.code if isinstance(value, Place) else value

    def clean(self, value) -> Place | None:
        typed = super().clean(value).strip().upper()
        if not typed:
            return None
        found = Place.objects.filter(code=typed).first()
        if found is None:
            raise ValidationError(f"Aucun lieu n’a le code « {typed[:40]} » (REG-76, TI-2023-7606…).")
        return found

    def has_changed(self, initial, data) -> bool:
        return (self.prepare_value(initial) or "") != (data or "").strip()


class TerritoryField(PlaceField):
    """A territory, of any wave, by its code; gives the territory, or None."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**{"widget": SuggestingInput(known_territories, {"size": 40}), **kwargs})

    def prepare_value(self, value):
        return value.place.code if isinstance(value, Territory) else super().prepare_value(value)

    def clean(self, value) -> Territory | None:
        place = super().clean(value)
        if place is None:
            return None
        found = Territory.objects.filter(place=place).select_related("place").first()
        if found is None:
            raise ValidationError(f"« {place.name} » n’est pas un territoire.")
        return found


class EventChoice(forms.ModelChoiceField):
    """An event among those that are being prepared or published, the latest first."""

    def __init__(self, **kwargs) -> None:
        kwargs = {"label": "Rencontre", "queryset": Event.objects.none(), "empty_label": "Choisir", **kwargs}
        super().__init__(**kwargs)
        self.queryset = Event.objects.order_by("-starts_at", "-pk")

    def label_from_instance(self, event: Event) -> str:
        return event_label(event)


def event_label(event: Event) -> str:
    return f"{event.title} ({event.local_start:%d/%m/%Y})"


class EventFilter(admin.SimpleListFilter):
    """Rows of one event."""

    title = "rencontre"
    parameter_name = "rencontre"

    def lookups(self, request: HttpRequest, model_admin):
        rows = Event.objects.order_by("-starts_at", "-pk").only("title", "starts_at", "zone")[:MOST_EVENTS]
        return [(str(event.pk), event_label(event)) for event in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value() or ""
        return queryset.filter(event_id=number) if (number := whole_number(value)) is not None else queryset
