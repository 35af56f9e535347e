"""Reading public events for the API."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q

from events.enums import Moderation, PollState, Visibility
from events.models import AnswerLink, Event, Poll, Question, Testimony
from funding.models import Scheme
from territories.models import Place
from ti_portal.core.api.problems import unknown

PARIS = ZoneInfo("Europe/Paris")
MOST = 300  # questions or testimonies of one event


def public():
    """What anyone may open, drafts and events of the community or on invitation left out."""
    return Event.objects.public().filter(visibility=Visibility.PUBLIC)


def events(
    kind: str | None,
    place: Place | None,
    days: tuple[date | None, date | None],
    after: tuple[str, int] | None,
    limit: int,
) -> Sequence[Event]:
    """Public events by starting instant: at most `limit + 1`. `days` are the first and the last day, in Paris."""
    found = public().select_related("series", "place").defer("transcript", "description")
    if kind:
        found = found.filter(kind=kind)
    if place is not None:
        found = found.filter(Q(place=None) | Q(place__code__in=place.ancestor_codes or [place.code]))
    first, last = days
    if first:
        found = found.filter(starts_at__gte=_midnight(first))
    if last:
        found = found.filter(starts_at__lt=_midnight(last + timedelta(days=1)))
    if after is not None:
        instant, number = datetime.fromisoformat(after[0]), after[1]
        found = found.filter(Q(starts_at__gt=instant) | Q(starts_at=instant, pk__gt=number))
    return list(found.order_by("starts_at", "pk")[: limit + 1])


def event_of(slug: str) -> Event:
    """A public event with all that is public of it, in a number of queries that its size does not change. Raises
    Problem 404.
    """
    questions = Question.objects.filter(moderation=Moderation.ACCEPTED, is_rehearsal=False).exclude(answer="")
    links = Prefetch("links", AnswerLink.objects.order_by("position", "pk"))
    schemes = Prefetch("schemes", Scheme.objects.public().only("slug", "name").order_by("slug"))
    testimonies = Testimony.objects.filter(moderation=Moderation.ACCEPTED, is_rehearsal=False)
    polls = Poll.objects.filter(state=PollState.PUBLISHED, is_rehearsal=False)
    found = (
        public()
        .filter(slug=slug)
        .select_related("series", "place")
        .prefetch_related(
            Prefetch("polls", polls.order_by("position", "pk"), "shown_polls"),
            Prefetch(
                "questions",
                questions.prefetch_related(links, schemes).order_by("position", "asked_at", "pk")[:MOST],
                "shown_questions",
            ),
            Prefetch(
                "testimonies",
                testimonies.select_related("territory__place").order_by("position", "pk")[:MOST],
                "shown_testimonies",
            ),
        )
        .order_by("pk")
        .first()
    )
    if found is None:
        raise unknown("Aucune rencontre publique n’a ce nom d’adresse : voyez /events.")
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=PARIS)
