"""The place of an address: a code once it is chosen (`lieu`), or what a person is typing (`ou`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from territories.enums import PlaceKind
from territories.models import Place
from territories.presenters.search import EMPTY_ANSWERS, ERRORS, only_answer
from territories.search import FINDABLE, Found, Suggestion, search
from ti_portal.core.text import fold_name

CODE, TYPED = "lieu", "ou"
_PROPOSALS = 8
_UNKNOWN = "Ce lieu n’est pas connu : cherchez-le par son nom ou par son code postal."


@dataclass(frozen=True)
class PlaceChoice:
    """`place` once there is no doubt; else what was typed, what to say at the field, and the places to choose from."""

    place: Place | None = None
    typed: str = ""
    error: str = ""
    proposals: tuple[Suggestion, ...] = ()

    @property
    def shown(self) -> str:
        """What the field holds."""
        return self.place.name if self.place else self.typed


def read_place(parameters: QueryDict, *, kinds: Sequence[str] = FINDABLE) -> PlaceChoice:
    """The place of an address, one of `kinds`. One query, three when a name has to be looked for."""
    code = parameters.get(CODE, "").strip()
    place = place_of(code) if code else None
    if place is not None and kinds != FINDABLE and place.kind not in kinds:
        place = None
    if TYPED not in parameters:
        return PlaceChoice(place, error=_UNKNOWN if code and place is None else "")
    typed = parameters[TYPED].strip()
    if not typed:
        return PlaceChoice()
    if place is not None and fold_name(place.name) == fold_name(typed):
        return PlaceChoice(place)
    found = search(typed, limit=_PROPOSALS, kinds=kinds)
    answer = only_answer(found) or _only_commune(found)
    if answer is not None:
        return PlaceChoice(place_of(answer.code))
    typed = typed[:100]
    if found.problem in ERRORS:
        return PlaceChoice(typed=typed, error=ERRORS[found.problem])
    title, advice = EMPTY_ANSWERS.get(found.problem, ("Plusieurs lieux portent ce nom", "Choisissez le vôtre."))
    return PlaceChoice(typed=typed, error=f"{title}. {advice}", proposals=found.places)


def _only_commune(found: Found) -> Suggestion | None:
    """The one commune that bears the typed name: an intercommunality or a territory of that name is around it."""
    typed = found.query.folded
    named = [
        place
        for place in found.places
        if place.kind == PlaceKind.COMMUNE and not place.is_closed and typed and fold_name(place.name) == typed
    ]
    return named[0] if len(named) == 1 else None


def place_of(code: str) -> Place | None:
    """A place by its code, whatever the case it is written in."""
    columns = ("code", "kind", "name", "slug", "ancestor_codes")
    return Place.objects.filter(code=code.upper()).only(*columns).order_by("pk").first()
