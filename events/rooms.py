"""The live room, driven by the organiser: what everyone sees now. One row, one version that grows at each change.

A rehearsal is the same room marked as such: what it opened, asked or told is taken back when it ends.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from redis.exceptions import RedisError

from events import polls
from events.enums import EventState, Moderation, PollState, RoomMode, Shown
from events.models import Event, Poll, Question, Room, Testimony
from events.participants import Participant, Rehearser
from events.registrations import locked_event

VERSION_SECONDS = 24 * 3600
LONGEST_MESSAGE = 300


class RoomRefused(Exception):
    """The room does not allow this now; the message is for the organiser."""


def room_of(event: Event) -> Room:
    """The room of an event as it stands; closed, and not written yet, when nobody ever opened it."""
    return Room.objects.filter(event=event).select_related("sequence", "poll", "question", "testimony").first() or Room(
        event=event
    )


def mode_for(who: Participant, *, event_id: int) -> RoomMode:
    """How the room stands for who is about to write in it, in a transaction: closed to a rehearser out of a rehearsal.
    A rehearsal is held until the transaction ends, so that its end takes back what is being written too.
    """
    mode = room_of(Event(pk=event_id)).mode
    if mode == RoomMode.REHEARSAL:
        hold([event_id])
        mode = room_of(Event(pk=event_id)).mode
    if mode == RoomMode.LIVE and isinstance(who, Rehearser):
        return RoomMode.CLOSED
    return mode


def version_key(event_id: int) -> str:
    return f"room:{event_id}:version"


@transaction.atomic
def open_room(*, event_id: int, at: datetime, is_rehearsal: bool = False) -> Room:
    """Let people in, or only the organisers for a rehearsal. Raises RoomRefused: a live room does not rehearse."""
    wanted = RoomMode.REHEARSAL if is_rehearsal else RoomMode.LIVE

    def change(room: Room) -> None:
        if room.event.state in (EventState.CANCELLED, EventState.FINISHED):
            raise RoomRefused("Cette rencontre est passée ou annulée : sa salle ne s’ouvre plus.")
        if room.mode == RoomMode.LIVE and is_rehearsal:
            raise RoomRefused("La salle est ouverte au public : on n’y répète pas.")
        if room.mode == RoomMode.REHEARSAL and not is_rehearsal:
            _take_back(room)
        room.mode = wanted
        if room.sequence_id is None:
            room.sequence = room.event.sequences.order_by("position", "pk").first()

    locked_event(event_id)  # before the room, as finishing and cancelling do: its state is then the last one
    return _change(event_id, at, change)


def close_room(*, event_id: int, at: datetime) -> Room:
    """Close the room, and its open poll with it. What a rehearsal left is taken back."""

    def change(room: Room) -> None:
        if room.mode == RoomMode.REHEARSAL:
            _take_back(room)
        for poll_id in room.event.polls.filter(state=PollState.OPEN).values_list("pk", flat=True):
            polls.close_poll(poll_id=poll_id, at=at)
        room.mode = RoomMode.CLOSED

    return _change(event_id, at, change)


def close_if_open(*, event_id: int, at: datetime) -> None:
    """Close the room of an event that is over, if it ever opened. Nothing for a closed one."""
    if Room.objects.filter(event=event_id).exclude(mode=RoomMode.CLOSED).exists():
        close_room(event_id=event_id, at=at)


def go_to(*, event_id: int, sequence_id: int, at: datetime) -> Room:
    """Make a sequence the current one. Raises RoomRefused when it is not of this event."""

    def change(room: Room) -> None:
        room.sequence = room.event.sequences.filter(pk=sequence_id).first()
        if room.sequence is None:
            raise RoomRefused("Cette séquence n’est pas de cette rencontre.")
        room.shown = Shown.SEQUENCE

    return _change(event_id, at, change)


def next_sequence(*, event_id: int, at: datetime) -> Room:
    """Go on to the next sequence of the agenda; at the last one nothing changes."""

    def change(room: Room) -> None:
        agenda = list(room.event.sequences.order_by("position", "pk"))
        ids = [sequence.pk for sequence in agenda]
        index = ids.index(room.sequence_id) + 1 if room.sequence_id in ids else 0
        if index < len(agenda):
            room.sequence = agenda[index]
        room.shown = Shown.SEQUENCE

    return _change(event_id, at, change)


def show(*, event_id: int, what: str, at: datetime, target_id: int | None = None, message: str = "") -> Room:
    """Put on the screen the sequence, a poll, a question, a testimony or a message.

    Raises RoomRefused for what is not of this event, was not accepted, or is not of the rehearsal under way.
    """

    def change(room: Room) -> None:
        room.shown = what
        if what == Shown.POLL:
            room.poll = _of(room, Poll.objects.exclude(state=PollState.DRAFT), target_id)
        elif what == Shown.QUESTION:
            room.question = _of(room, _acceptable(room, Question), target_id)
        elif what == Shown.TESTIMONY:
            room.testimony = _of(room, _acceptable(room, Testimony), target_id)
        elif what == Shown.MESSAGE:
            room.message = " ".join(message.split())[:LONGEST_MESSAGE]
            if not room.message:
                raise RoomRefused("Écrivez le message à montrer.")
        elif what != Shown.SEQUENCE:
            raise RoomRefused("On ne sait pas montrer cela.")

    return _change(event_id, at, change)


def open_poll(*, event_id: int, poll_id: int, at: datetime) -> Room:
    """Open a poll in the room and show it. Raises RoomRefused (the room is closed) or polls.PollRefused."""

    def change(room: Room) -> None:
        if room.mode == RoomMode.CLOSED:
            raise RoomRefused("Ouvrez d’abord la salle.")
        poll = _of(room, Poll.objects.all(), poll_id)
        room.poll = polls.open_poll(poll_id=poll.pk, at=at, is_rehearsal=room.mode == RoomMode.REHEARSAL)
        room.shown = Shown.POLL

    return _change(event_id, at, change)


def close_poll(*, event_id: int, poll_id: int, at: datetime) -> Room:
    """Close a poll of the room; its counts are frozen."""

    def change(room: Room) -> None:
        polls.close_poll(poll_id=_of(room, _polls_in_use(room), poll_id).pk, at=at)

    return _change(event_id, at, change)


def publish_poll(*, event_id: int, poll_id: int, at: datetime) -> Room:
    """Show the results of a closed poll to the room."""

    def change(room: Room) -> None:
        room.poll = polls.publish_poll(poll_id=_of(room, _polls_in_use(room), poll_id).pk, at=at)
        room.shown = Shown.POLL

    return _change(event_id, at, change)


def touch(*, event_id: int, at: datetime) -> Room:
    """Say that something the room shows has changed elsewhere (a question was accepted, answered…). What is no longer
    accepted leaves the screen, and the current sequence comes back.
    """
    return _change(event_id, at, take_down)


def take_down(room: Room) -> None:
    """Forget the shown question or testimony when it is not, or no longer, accepted. The room is not saved."""
    for name, what in (("question", Shown.QUESTION), ("testimony", Shown.TESTIMONY)):
        row = getattr(room, name)
        if row is not None and row.moderation != Moderation.ACCEPTED:
            setattr(room, name, None)
            if room.shown == what:
                room.shown = Shown.SEQUENCE


def hold(event_ids: Iterable[int]) -> None:
    """Lock the rooms of events until the transaction ends. Whoever writes questions or testimonies does it first: the
    room comes before what it shows, always, or two organisers would wait for each other.
    """
    rows = Room.objects.select_for_update(of=("self",)).filter(event__in=set(event_ids))
    list(rows.order_by("event_id"))


@transaction.atomic
def _change(event_id: int, at: datetime, change: Callable[[Room], None]) -> Room:
    Room.objects.get_or_create(event_id=event_id)
    room = Room.objects.select_for_update(of=("self",)).select_related("event").get(event_id=event_id)
    change(room)
    room.version += 1
    room.changed_at = at
    room.save()
    transaction.on_commit(lambda: _announce(event_id, room.version), robust=True)
    return room


def _announce(event_id: int, version: int) -> None:
    try:
        cache.set(version_key(event_id), version, timeout=VERSION_SECONDS)
    except RedisError:  # the fragment is then made anew at its next second
        return


def _of(room: Room, rows, target_id: int | None):
    found = rows.filter(event_id=room.event_id, pk=target_id).first()
    if found is None:
        raise RoomRefused("Ce n’est pas, ou plus, dans cette rencontre.")
    return found


def _acceptable(room: Room, model: type[Question] | type[Testimony]):
    """What may go to the screen. A rehearsal shows only what was written in it: it must leave the rest as it was."""
    return model.objects.filter(moderation=Moderation.ACCEPTED, is_rehearsal=room.mode == RoomMode.REHEARSAL)


def _polls_in_use(room: Room):
    """The polls that may be closed or published: a rehearsal acts on those it opened."""
    return Poll.objects.filter(is_rehearsal=room.mode == RoomMode.REHEARSAL)


def _take_back(room: Room) -> None:
    """Forget all that a rehearsal left."""
    polls.reset_rehearsal(event=room.event)
    room.sequence = room.poll = room.question = room.testimony = None
    room.shown, room.message = Shown.SEQUENCE, ""
    for rows in (room.event.questions, room.event.testimonies):
        for row in rows.filter(is_rehearsal=True).order_by("pk"):
            key = row.pk
            row.delete()
            type(row).history.filter(id=key).delete()
