"""Who takes part in a room: someone who has a place and, in a rehearsal only, an organiser who has none."""

from dataclasses import dataclass
from typing import TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest

from events.entrance import registration_of
from events.enums import RoomMode
from events.models import Question, Registration, Room, Testimony
from events.permissions import may_organise
from events.voters import voter_key


@dataclass(frozen=True, slots=True)
class Rehearser:
    """An organiser without a place who plays a participant. It says of them what a registration would; all they leave
    is taken back with the rehearsal.
    """

    user_id: int
    event_id: int
    first_name: str = ""
    last_name: str = ""
    organisation: str = ""
    territory_id: int | None = None


Participant = Registration | Rehearser
Said = TypeVar("Said", Question, Testimony)


def participant_of(request: HttpRequest, room: Room) -> Participant | None:
    """Who asks, as one who takes part in this room; None for one who only looks, or is nobody here."""
    registration = registration_of(request, room.event)
    if registration is None and room.mode == RoomMode.REHEARSAL and may_organise(request.user):
        user = request.user
        return Rehearser(user.pk, room.event_id, user.first_name, user.last_name)
    return registration


def rows_of(who: Participant, rows: QuerySet[Said]) -> list[Said]:
    """Those of `rows` that this person wrote, in a transaction: theirs wait for each other, so that a limit on them
    holds. A rehearser crowds nobody out, and has none.
    """
    if isinstance(who, Rehearser):
        return []
    Registration.objects.select_for_update(of=("self",), no_key=True).get(pk=who.pk)
    return list(rows.filter(registration=who).order_by("pk"))


def key_of(who: Participant, *, subject: str) -> str:
    """What tells the voices of one person apart for one subject (`events.voters`). A rehearser's is never that of a
    registered person.
    """
    if isinstance(who, Rehearser):
        return voter_key(who.user_id, subject=f"rehearsal:{subject}")
    return voter_key(who.pk, subject=subject)
