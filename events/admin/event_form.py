"""The form of an event."""

from typing import Any

from django import forms

from events.admin.fields import MarkField, PlaceField, RichTextField
from events.meetings import FIELDS
from events.models import Event
from funding.admin.fields import WallClockField, https_by_default, instant_of, on_the_wall
from funding.admin.refusals import RefusableForm
from funding.models.calls import FRENCH_ZONES

CLOCKS = ("starts_at", "ends_at", "registration_closes_at")
PART_LABELS = {
    "sequences": "programme",
    "speakers": "interventions",
    "documents": "documents",
    "partners": "partenaires",
}


def label_of(name: str) -> str:
    """The French name of a field or of a list of an event."""
    if name in PART_LABELS:
        return PART_LABELS[name]
    return str(Event._meta.get_field(name.removesuffix("_id")).verbose_name)


class EventForm(RefusableForm, forms.ModelForm):
    """Hours are those of a clock at the place of the event. `based_on` is the version started from."""

    slug = forms.SlugField(
        label="Nom dans l’adresse",
        required=False,
        max_length=200,
        help_text="Vide : tiré du titre. Il ne change plus une fois la rencontre publiée.",
    )
    summary = forms.CharField(
        label="En une phrase",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "cols": 90}),
        help_text="300 signes au plus ; demandée pour publier.",
    )
    description = RichTextField(label="Présentation")
    zone = forms.ChoiceField(label="Fuseau horaire", choices=FRENCH_ZONES, initial="Europe/Paris")
    starts_at = WallClockField(label="Commence le", help_text="À l’heure du fuseau choisi.")
    ends_at = WallClockField(label="Finit le")
    registration_closes_at = WallClockField(
        label="Inscriptions closes le", required=False, help_text="Vide : à la fin de la rencontre."
    )
    place = PlaceField(
        label="Région ou territoire concerné", required=False, help_text="Un code (REG-76) ; vide : toute la France."
    )
    recording_starts = MarkField(label="La rencontre y commence à")
    recording_ends = MarkField(label="Elle y finit à")
    based_on = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    class Meta:
        formfield_callback = https_by_default
        model = Event
        fields = [name for name in (one.removesuffix("_id") for one in FIELDS) if name != "place"]
        widgets = {
            "title": forms.TextInput(attrs={"size": 70}),
            "transcript": forms.Textarea(attrs={"rows": 8, "cols": 90}),
        }
        help_texts = {
            "recording_code": (
                "Vide : l’enregistrement s’ouvre sans code. Le changer le referme à qui l’avait ouvert et annule le "
                "lien partagé."
            ),
            "transcript": "Texte simple : une ligne vide sépare deux paragraphes.",
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        event = self.instance
        for name in CLOCKS:
            self.initial[name] = on_the_wall(getattr(event, name), event.zone)
        if "zone" in self.fields and event.zone not in dict(FRENCH_ZONES):
            self.fields["zone"].choices = [*FRENCH_ZONES, (event.zone, event.zone)]
        if event.pk is not None:
            self.initial |= {"based_on": event.version, "place": event.place}

    def clean(self) -> dict:
        cleaned = super().clean()
        zone = cleaned.get("zone") or "Europe/Paris"
        # Moving the zone alone moves the instants: the clock on the wall stays as it is written.
        self.is_moved = "zone" in self.changed_data
        return cleaned | {name: instant_of(cleaned.get(name), zone) for name in CLOCKS if name in cleaned}

    def _get_validation_exclusions(self) -> set[str]:
        # The use case gives an address of its own to an event without one.
        return super()._get_validation_exclusions() | ({"slug"} if not self.cleaned_data.get("slug") else set())

    def values(self) -> dict[str, Any]:
        """What the person changed, in the names of the use case."""
        found = {}
        for name in FIELDS:
            plain = name.removesuffix("_id")
            if plain not in self.cleaned_data:
                continue
            is_changed = plain in self.changed_data or (plain in CLOCKS and self.is_moved)
            if self.instance.pk and not is_changed:
                continue
            value = self.cleaned_data[plain]
            found[name] = value.pk if name.endswith("_id") and value is not None else value
        if "recording_file" in found:
            found["recording_file"] = found["recording_file"] or ""
        return found
