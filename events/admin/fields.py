"""Form fields of these pages: rich texts, places and territories by code, events, and filters by event."""

import re

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import escape

from events.models import Event
from events.replays import clock
from territories import rich_text
from territories.models import Place, Territory
from ti_portal.core.admin_bases import SuggestingInput
from ti_portal.core.text import whole_number

MOST_EVENTS = 200
MOST_SIGNS = 60  # of a title in a list
# Minutes alone may pass the hour: some players say 62:30.
_MARK = re.compile(r"(?:(\d{1,2}):(?=\d\d:))?(\d{1,3}):([0-5]\d)", re.ASCII)
# The administration writes help texts as HTML.
RICH_HELP = escape(
    "Écrivez comme dans un courriel : une ligne vide sépare deux paragraphes, un tiret en début de ligne fait une "
    'liste. Pour une mise en forme : <strong>gras</strong>, <em>italique</em>, <a href="https://…">lien</a>, '
    "<h3>titre</h3> ou <h4>, <blockquote>citation</blockquote> ; dès qu’il y a une balise, les paragraphes aussi "
    "s’écrivent <p>…</p>, les retours à la ligne <br>, les listes <ul> ou <ol> et <li>. Toute autre balise est retirée."
)
RICH_HELP_SHORT = "Texte simple ou balises, comme la présentation."


class RichTextField(forms.CharField):
    """A text that pages show as HTML: typed plainly or with tags, kept clean, shown again as it would be typed."""

    def __init__(self, *, rows: int = 8, **kwargs) -> None:
        widget = forms.Textarea(attrs={"rows": rows, "cols": 90})
        super().__init__(**{"required": False, "widget": widget, "help_text": RICH_HELP, **kwargs})

    def prepare_value(self, value):
        # What comes back from a form that was refused is still as it was typed.
        return rich_text.to_typed(value) if value and rich_text.sanitise(value) == value else value

    def clean(self, value) -> str:
        return super().clean(rich_text.sanitise(value or ""))

    def has_changed(self, initial, data) -> bool:
        return (initial or "") != rich_text.sanitise(data or "")


class MarkField(forms.CharField):
    """A moment of a recording, in seconds, written and read as a player shows it: 32:30, 3:19:00."""

    def __init__(self, **kwargs) -> None:
        widget = forms.TextInput(attrs={"size": 8, "autocomplete": "off"})
        super().__init__(**{"required": False, "widget": widget, "help_text": "Comme 32:30 ou 3:19:00.", **kwargs})

    def prepare_value(self, value):
        return clock(value) if isinstance(value, int) else value

    def clean(self, value) -> int | None:
        typed = super().clean(value)
        if not typed:
            return None
        found = _MARK.fullmatch(typed)
        if found is None:
            raise ValidationError("Écrivez un moment de l’enregistrement, comme 32:30 ou 3:19:00.", code="invalid")
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return 3600 * hours + 60 * minutes + seconds

    def has_changed(self, initial, data) -> bool:
        return (self.prepare_value(initial) or "") != (data or "").strip()


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
    """The title and the day, which is that of the place of the event."""
    return f"{short(event.title)} ({event.local_start:%d/%m/%Y})"


def short(title: str) -> str:
    """A title in a narrow column: cut at a word."""
    return title if len(title) <= MOST_SIGNS else f"{title[:MOST_SIGNS].rsplit(' ', 1)[0]}…"


@admin.display(description="rencontre", ordering="event__title")
def event_in_short(row) -> str:
    """The column of the event in a list of what belongs to events."""
    return short(row.event.title)


def filter_named(title: str, base: type[admin.FieldListFilter]) -> type[admin.FieldListFilter]:
    """The filter of a field under a title of its own: « Par … » followed by the field's name is not always French."""

    class Named(base):
        def __init__(self, *args, **kwargs) -> None:
            super().__init__(*args, **kwargs)
            self.title = title

    return Named


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
