"""Testimonies: what people tell of their territory, read before it shows, then kept on that territory's page."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from events import rooms
from events.enums import Moderation, RoomMode
from events.models import Testimony
from events.participants import Participant, Rehearser, rows_of
from events.typed import says_something
from territories.history import sign
from ti_portal.core.templatetags.portal import number
from ti_portal.core.text import fold

MOST_WAITING = 3
LONGEST = 4000
FIELDS = ("title", "text", "territory_id", "topic", "author", "organisations", "is_practice")


class TestimonyRefused(Exception):
    """The testimony cannot be taken; the message is for the person."""


@transaction.atomic
def tell(*, event_id: int, who: Participant, text: str, topic: str, at: datetime) -> Testimony:
    """Put a testimony in the queue, attached to the territory of the person who registered. The same words from the
    same person are the testimony they gave already.

    Raises TestimonyRefused: the room is closed, nothing is written, too many wait already.
    """
    mode = rooms.mode_for(who, event_id=event_id)
    if mode == RoomMode.CLOSED:
        raise TestimonyRefused("La salle est fermée : on ne peut plus y témoigner.")
    words = text.replace("\x00", "").strip()
    if not says_something(words):
        raise TestimonyRefused("Écrivez votre témoignage.")
    if len(words) > LONGEST:
        raise TestimonyRefused(f"Votre témoignage compte {number(len(words))} signes : {number(LONGEST)} au plus.")
    theirs = rows_of(who, Testimony.objects.filter(event_id=event_id))
    same = next((one for one in theirs if fold(one.text) == fold(words)), None)
    if same is not None:
        return same
    if sum(one.moderation == Moderation.QUEUED for one in theirs) >= MOST_WAITING:
        raise TestimonyRefused(f"{MOST_WAITING} de vos témoignages attendent d’être relus : attendez un peu.")
    name = f"{who.first_name} {who.last_name}".strip()
    testimony = Testimony(
        event_id=event_id,
        registration=None if isinstance(who, Rehearser) else who,
        territory_id=who.territory_id,
        text=words,
        topic=" ".join(topic.split())[:80],
        author=name[:200],
        organisations=who.organisation,
        is_rehearsal=mode == RoomMode.REHEARSAL,
        is_practice=False,  # whoever accepts it decides: a good practice is published beyond the room
        told_at=at,
    )
    sign(testimony, by=None, at=at)
    testimony.save()
    return testimony


@transaction.atomic
def save_testimony(
    *, values: Mapping[str, Any], actor, at: datetime, testimony_id: int | None = None, event_id: int | None = None
) -> Testimony:
    """Write a testimony for somebody (accepted at once), or correct one: some of FIELDS. Raises ValidationError."""
    if unknown := set(values) - set(FIELDS):
        raise TypeError(f"unknown names: {sorted(unknown)}")
    if testimony_id is None:
        testimony = Testimony(event_id=event_id, moderation=Moderation.ACCEPTED, told_at=at)
    else:
        rooms.hold(Testimony.objects.filter(pk=testimony_id).values_list("event_id", flat=True))
        testimony = Testimony.objects.select_for_update(of=("self",), no_key=True).get(pk=testimony_id)
    for name, value in values.items():
        setattr(testimony, name, value)
    testimony.full_clean(exclude=["registration"])
    sign(testimony, by=actor, at=at)
    testimony.save()
    rooms.touch(event_id=testimony.event_id, at=at)
    return testimony


@transaction.atomic
def moderate(*, ids: Iterable[int], accept: bool, actor, at: datetime, as_practice: bool = False) -> list[Testimony]:
    """Accept testimonies, or put them aside; return those that changed. The room shows it, or shows it no more.

    Accepted as a good practice, a testimony is also published on the page of its territory; without this word, whether
    it is one stays as it was.
    """
    state = Moderation.ACCEPTED if accept else Moderation.REFUSED
    wanted = Testimony.objects.filter(pk__in=list(ids))
    rooms.hold(wanted.values_list("event_id", flat=True))
    rows = wanted.select_for_update(of=("self",), no_key=True)
    changed = list(rows.exclude(moderation=state).order_by("pk"))
    for testimony in changed:
        testimony.moderation = state
        testimony.is_practice = testimony.is_practice or (accept and as_practice)
        sign(testimony, by=actor, at=at)
        testimony.save()
    for event_id in sorted({testimony.event_id for testimony in changed}):
        rooms.touch(event_id=event_id, at=at)
    return changed
