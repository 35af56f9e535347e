"""What the list of events can be narrowed to, by address: kind and place."""

from dataclasses import dataclass

from django.db.models import Q

from events.enums import EventKind
from territories.models import Place


@dataclass(frozen=True)
class Choice:
    """`error` is said at the field; the list is then empty, rather than a list of something else."""

    kind: str = ""
    place: Place | None = None
    error: str = ""

    @property
    def is_filtering(self) -> bool:
        return bool(self.kind or self.place or self.error)

    def apply(self, events):
        if self.error:
            return events.none()
        if self.kind:
            events = events.filter(kind=self.kind)
        if self.place is not None:
            # A national event is for everyone; a regional one for its région and what lies in it.
            events = events.filter(Q(place=None) | Q(place__code__in=self.place.ancestor_codes))
        return events


def read_choice(parameters) -> Choice:
    """The filters of an address (`nature`, `lieu`: a place's code)."""
    kind, code = parameters.get("nature", ""), parameters.get("lieu", "").upper()
    if kind and kind not in EventKind.values:
        return Choice(error="Cette nature de rencontre n’existe pas : choisissez-en une autre.")
    place = Place.objects.in_force().filter(code=code).first() if code else None
    if code and place is None:
        return Choice(kind=kind, error="Ce lieu n’existe pas : retirez-le des filtres.")
    return Choice(kind, place)
