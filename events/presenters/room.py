"""What the room shows: nothing in it names or depends on the person who looks."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.template.loader import render_to_string

from events import live, polls
from events.enums import Moderation, PollState, RoomMode
from events.models import Event, Poll, Question, Room
from events.rooms import room_of

QUESTIONS = 20
TESTIMONIES = 10


@dataclass(frozen=True, slots=True)
class ShownPoll:
    """A poll as everyone sees it. `results` is None while they are hidden, or nobody answered yet."""

    poll: Poll
    respondents: int
    results: dict[str, Any] | None

    @property
    def is_open(self) -> bool:
        return self.poll.state == PollState.OPEN


def shown_poll(poll: Poll | None, respondents: int | None = None) -> ShownPoll | None:
    """The poll with what may be told of it: frozen results once they are published, counts of an open poll only where
    the organiser does not hide them. `respondents` when the caller counted those of an open poll already.
    """
    if poll is None or poll.state == PollState.DRAFT:
        return None
    if poll.state == PollState.PUBLISHED:
        return ShownPoll(poll, poll.results["respondents"], poll.results)
    if poll.state == PollState.CLOSED:
        return ShownPoll(poll, poll.results["respondents"], None)
    if poll.hides_results:
        return ShownPoll(poll, polls.respondents(poll.pk) if respondents is None else respondents, None)
    results = polls.count(poll)
    return ShownPoll(poll, results["respondents"], results)


def accepted_questions(event: Event):
    """Questions that everyone reads, the most supported first."""
    rows = Question.objects.filter(event=event, moderation=Moderation.ACCEPTED)
    return rows.annotate(support=Count("upvotes")).order_by("-support", "asked_at", "pk")


def room_context(event: Event, room: Room) -> dict[str, Any]:
    """What the participants' fragment and the screen are made from."""
    testimonies = event.testimonies.filter(moderation=Moderation.ACCEPTED).select_related("territory__place")
    open_poll = event.polls.filter(state=PollState.OPEN).first()
    return {
        "event": event,
        "room": room,
        "is_closed": room.mode == RoomMode.CLOSED,
        "poll": shown_poll(open_poll or room.poll),
        "questions": list(accepted_questions(event)[:QUESTIONS]),
        "testimonies": list(testimonies.order_by("-told_at", "-pk")[:TESTIMONIES]),
        "interval": live.interval(event.registrations.registered().count()),
    }


def participants_fragment(event_id: int, *, at_least: int = 0) -> live.Fragment:
    """What the participants see. Raises Event.DoesNotExist."""
    return live.fragment(event_id, "room", lambda: _render(event_id, "events/fragments/_room.html"), at_least=at_least)


def screen_fragment(event_id: int, *, at_least: int = 0) -> live.Fragment:
    """What is projected. Raises Event.DoesNotExist."""
    return live.fragment(
        event_id, "screen", lambda: _render(event_id, "events/fragments/_screen.html"), at_least=at_least
    )


def _render(event_id: int, template: str) -> tuple[str, int]:
    event = Event.objects.get(pk=event_id)
    room = room_of(event)
    return render_to_string(template, room_context(event, room)), room.version
