"""Form fields of these pages: places by code, values of a criterion, wall clocks, things named by their address."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from funding.models import Organisation, Scheme
from funding.resources.values import CLOCK_FORMS, LINES
from territories.admin.zoning import CodesField
from territories.models import Place
from territories.zonings import read_codes

MAX_NAMES = 60
MAX_KNOWN = 1_500


# For `formfield_overrides` of these pages, and for their forms by `https_by_default`.
HTTPS = {models.URLField: {"assume_scheme": "https"}}


def https_by_default(field: models.Field, **options):
    """`formfield_callback` of a form: an address typed without its scheme is taken as https."""
    return field.formfield(**(HTTPS.get(type(field), {}) | options))


class PlacesWidget(forms.Textarea):
    """Codes of places with their names beside; the script of the page adds a search by name."""

    template_name = "admin/funding/widgets/places.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        codes = read_codes(context["widget"]["value"] or "")
        names = Place.objects.names_by_code(codes[:MAX_NAMES]) if codes else {}
        context["widget"]["names"] = [(code, names.get(code)) for code in codes[:MAX_NAMES]]
        context["widget"]["more"] = max(0, len(codes) - MAX_NAMES)
        return context


class PlacesField(CodesField):
    """Codes of places that exist, one a line or parted by commas, shown with their names."""

    widget = PlacesWidget(attrs={"rows": 3, "cols": 40})


def perimeter_fields(*, included: str, excluded: str = "Une exclusion l’emporte sur toute inclusion."):
    """The two fields of a perimeter; both may be empty."""
    return (
        PlacesField(label="Lieux compris", required=False, help_text=included),
        PlacesField(label="Lieux exclus", required=False, help_text=excluded),
    )


class ValuesField(forms.CharField):
    """Values of a criterion as they are written; `resources.values.read_values` reads them once the kind is known."""

    widget = forms.Textarea(attrs={"rows": 2, "cols": 60})

    def has_changed(self, initial, data) -> bool:
        return LINES.split((initial or "").strip()) != LINES.split((data or "").replace("\r", "").strip())


class WallClockField(forms.Field):
    """A day and an hour as a clock on the wall shows them, without a zone: the form knows which place it is for."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "any"}, format="%Y-%m-%dT%H:%M:%S")

    def to_python(self, value) -> datetime | None:
        if value in self.empty_values or isinstance(value, datetime):
            return value or None
        for form in CLOCK_FORMS:
            try:
                return datetime.strptime(str(value).strip(), form)  # noqa: DTZ007 - the form gives the zone
            except ValueError:
                continue
        raise ValidationError("Écrivez un jour et une heure, comme 31/12/2026 12:00.", code="invalid")

    def has_changed(self, initial, data) -> bool:
        try:
            return (initial or None) != self.to_python(data)
        except ValidationError:
            return True


def on_the_wall(instant: datetime | None, zone: str) -> datetime | None:
    """What a clock of the zone shows at an instant."""
    return instant and instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def instant_of(wall: datetime | None, zone: str) -> datetime | None:
    """The instant at which a clock of the zone shows this."""
    return wall and wall.replace(tzinfo=ZoneInfo(zone))


class KnownInput(forms.TextInput):
    """A text field that shares one list of suggestions with others of the page (`datalist` of this id)."""

    def __init__(self, list_id: str, attrs: dict | None = None) -> None:
        super().__init__({"list": list_id, "autocomplete": "off", "size": 40, **(attrs or {})})


class SchemeField(forms.CharField):
    """A scheme by the name it has in its address; gives the scheme, or None."""

    widget = KnownInput("known-schemes")

    def prepare_value(self, value):
        return value.slug if isinstance(value, Scheme) else value

    def clean(self, value) -> Scheme | None:
        typed = super().clean(value).strip()
        if not typed:
            return None
        found = Scheme.objects.filter(slug=typed.lower()).first()
        if found is None:
            raise ValidationError(f"Aucun dispositif n’a l’adresse « {typed[:60]} » : tapez le début de son nom.")
        return found

    def has_changed(self, initial, data) -> bool:
        return (self.prepare_value(initial) or "") != (data or "").strip()


class OrganisationField(forms.CharField):
    """An organisation by the name it has in its address, or by its whole name when it has no homonym."""

    widget = KnownInput("known-organisations")

    def prepare_value(self, value):
        return value.slug if isinstance(value, Organisation) else value

    def clean(self, value) -> Organisation | None:
        typed = super().clean(value).strip()
        if not typed:
            return None
        found = list(Organisation.objects.filter(slug=typed.lower())[:2])
        found = found or list(Organisation.objects.filter(name__iexact=typed)[:2])
        found = found or list(Organisation.objects.filter(acronym__iexact=typed)[:2])
        if len(found) != 1:
            raise ValidationError(f"« {typed[:60]} » n’est pas un organisme connu : ajoutez-le d’abord.")
        return found[0]

    def has_changed(self, initial, data) -> bool:
        return (self.prepare_value(initial) or "") != (data or "").strip()


def known_schemes() -> list[tuple[str, str]]:
    rows = Scheme.objects.order_by("name", "pk").values_list("slug", "name")
    return list(rows[:MAX_KNOWN])


def known_organisations() -> list[tuple[str, str]]:
    rows = Organisation.objects.order_by("name", "pk").values_list("slug", "name")
    return list(rows[:MAX_KNOWN])
