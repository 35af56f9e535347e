"""What the room shows: nothing in it names or depends on the person who looks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.template.loader import render_to_string

from events import live, polls
from events.enums import Moderation, PollKind, PollState, RoomMode
from events.models import Event, Poll, Question, Room
from events.rooms import room_of, take_down

QUESTIONS = 20
TESTIMONIES = 10
_SIZES = ((400, "large"), (900, "medium"), (1600, "small"), (2600, "tiny"))  # signs that fit a screen at each size
TEXTS = 60  # free answers in the room; all of them are in the report


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


@dataclass(frozen=True, slots=True)
class Offer:
    """What an open poll offers while its figures are hidden: how to answer, and the answers to choose from."""

    how: str
    labels: list[str]


def offer_of(poll: Poll) -> Offer:
    if poll.kind == PollKind.SCALE:
        return Offer(f"une note de {poll.scale_low} à {poll.scale_high}", [])
    if poll.kind == PollKind.TEXT:
        return Offer(f"une réponse libre, de {polls.LONGEST_TEXT} signes au plus", [])
    how = "plusieurs réponses possibles" if poll.kind == PollKind.MULTIPLE else "une seule réponse"
    return Offer(how, list(poll.options.order_by("position").values_list("label", flat=True)))


def size_of(question: str, labels: Iterable[str]) -> str:
    """At which step of the style sheet a poll fits the projected screen: the fewer signs, the larger. A question is
    written twice as large; a short answer takes its line too.
    """
    signs = 2 * len(question) + sum(max(len(label), 30) for label in labels)
    return next((size for most, size in _SIZES if signs <= most), "least")


def accepted_questions(event: Event, room: Room):
    """Questions that everyone reads, the most supported first; in a rehearsal, those of the rehearsal."""
    is_rehearsal = room.mode == RoomMode.REHEARSAL
    rows = Question.objects.filter(event=event, moderation=Moderation.ACCEPTED, is_rehearsal=is_rehearsal)
    return rows.annotate(support=Count("upvotes")).order_by("-support", "asked_at", "pk")


def room_context(event: Event, room: Room, *, rehearses: bool = False) -> dict[str, Any]:
    """What the participants' fragment and the screen are made from. A rehearsal shows only where it `rehearses`."""
    if room.mode == RoomMode.CLOSED or (room.mode == RoomMode.REHEARSAL and not rehearses):
        return {
            "event": event,
            "room": Room(event=event, version=room.version),
            "is_closed": True,
            "interval": live.CLOSED,
        }
    take_down(room)
    is_rehearsal = room.mode == RoomMode.REHEARSAL
    testimonies = event.testimonies.filter(moderation=Moderation.ACCEPTED, is_rehearsal=is_rehearsal)
    testimonies = testimonies.select_related("territory__place")
    open_poll = event.polls.filter(state=PollState.OPEN).first()
    shown = shown_poll(room.poll)
    return {
        "event": event,
        "room": room,
        "is_closed": False,
        "poll": shown if open_poll is None or open_poll == room.poll else shown_poll(open_poll),
        "on_screen": shown,
        "most_texts": TEXTS,
        "questions": list(accepted_questions(event, room)[:QUESTIONS]),
        "testimonies": list(testimonies.order_by("-told_at", "-pk")[:TESTIMONIES]),
        "interval": live.interval(event.registrations.registered().count()),
    }


def participants_fragment(event_id: int, *, at_least: int = 0, rehearses: bool = False) -> live.Fragment:
    """What the participants see. Raises Event.DoesNotExist."""
    return _fragment(event_id, "room", at_least, rehearses)


def screen_fragment(event_id: int, *, at_least: int = 0, rehearses: bool = False) -> live.Fragment:
    """What is projected. Raises Event.DoesNotExist."""
    return _fragment(event_id, "screen", at_least, rehearses)


def _on_screen(shown: ShownPoll | None) -> dict[str, Any]:
    """What the screen tells of the poll it shows beside what everybody sees."""
    if shown is None:
        return {"offer": None, "size": ""}
    if shown.results is not None:
        return {"offer": None, "size": size_of(shown.poll.question, [one["label"] for one in shown.results["options"]])}
    offer = offer_of(shown.poll) if shown.is_open else None
    return {"offer": offer, "size": size_of(shown.poll.question, offer.labels if offer else [])}


def _fragment(event_id: int, name: str, at_least: int, rehearses: bool) -> live.Fragment:
    def build() -> tuple[str, int]:
        event = Event.objects.get(pk=event_id)
        room = room_of(event)
        context = room_context(event, room, rehearses=rehearses)
        if name == "screen":
            context |= _on_screen(context.get("on_screen"))
        return render_to_string(f"events/fragments/_{name}.html", context), room.version

    return live.fragment(event_id, f"{name}:organisers" if rehearses else name, build, at_least=at_least)
