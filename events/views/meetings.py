"""Events as everyone reads them: the list, a page, a series."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from events.entrance import is_expected, registration_of
from events.enums import EventKind, EventState, RoomMode, Visibility
from events.filters import Choice, read_choice
from events.models import Event, Series
from events.permissions import may_organise, may_see
from events.presenters.agenda import agenda_of, others
from events.presenters.documents import documents_of, shown
from events.presenters.lines import line
from events.questions import frequent
from events.registrations import RegistrationRefused, check_open, free_seats
from events.replays import has_recording
from events.rooms import room_of
from territories.models import Place
from ti_portal.accounts.links import absolute_url

PAGE_SIZE = 20


def listed(user, today):
    """Events whose title and date this person may read in a list: those on invitation are not told there."""
    rows = Event.objects.visible_to(user, today).exclude(state=EventState.DRAFT)
    return rows.exclude(visibility=Visibility.INVITATION)


class EventOf404:
    """Loads the event of the address for those who may see it; for anyone else it does not exist.

    `with_event` names what the page reads with it, in the same query.
    """

    with_event: tuple[str, ...] = ("series", "place")

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.event = get_object_or_404(Event.objects.select_related(*self.with_event), slug=kwargs["slug"])
        today = timezone.localdate()
        if not may_see(request.user, self.event, today) and not is_expected(request, self.event):
            raise Http404


@method_decorator(login_not_required, name="dispatch")
class EventListView(TemplateView):
    """Next events, then those that took place; filters by kind and place."""

    template_name = "events/list.html"

    def get_context_data(self, **kwargs):
        at = timezone.now()
        choice = read_choice(self.request.GET)
        events = choice.apply(listed(self.request.user, timezone.localdate(at))).select_related("place")
        upcoming = events.filter(ends_at__gte=at).exclude(state=EventState.FINISHED).order_by("starts_at", "pk")
        past = events.past(at).order_by("-starts_at", "-pk")
        page = Paginator(past, PAGE_SIZE).get_page(self.request.GET.get("page"))
        page.elided = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
        regions = Place.objects.in_force().regions().order_by("slug", "pk")
        return super().get_context_data(
            upcoming=[line(event, at) for event in upcoming[:50]] if page.number == 1 else [],
            past=[line(event, at) for event in page],
            page=page,
            choice=choice,
            kinds=[(value, label, value == choice.kind) for value, label in EventKind.choices],
            regions=[(place.code, place.name, choice.place == place) for place in regions],
            series=Series.objects.filter(is_running=True).order_by("name", "pk"),
            may_organise=may_organise(self.request.user),
            has_answers=frequent().exists(),
            **self.subscription(choice),
            **kwargs,
        )

    def subscription(self, choice: Choice) -> dict[str, str]:
        """The address of the calendar that follows this list, as programmes copy it and as they open it."""
        chosen = {"nature": choice.kind, "lieu": choice.place.code if choice.place else ""}
        kept = urlencode({name: value for name, value in chosen.items() if value})
        feed = absolute_url("events:calendar_feed") + (f"?{kept}" if kept else "")
        return {"feed": feed, "webcal": f"webcal:{feed.partition(':')[2]}"}


@method_decorator(login_not_required, name="dispatch")
class EventView(EventOf404, TemplateView):
    """One event: when, where, agenda, who speaks, documents, and how to come or to see it again."""

    template_name = "events/event.html"

    def get_context_data(self, **kwargs):
        at = timezone.now()
        event = self.event
        speakers = list(event.speakers.order_by("position", "pk"))
        registration = registration_of(self.request, event) if event.takes_registrations else None
        return super().get_context_data(
            **line(event, at),
            agenda=agenda_of(event, event.sequences.order_by("position", "pk"), speakers),
            other_speakers=others(speakers),
            documents=shown(documents_of(event)),
            partners=event.partners.order_by("position", "pk"),
            registration=registration,
            is_room_open=registration is not None and room_of(event).mode == RoomMode.LIVE,
            closed_because=_closed(event, at),
            is_full=event.capacity is not None and free_seats(event) == 0,
            has_recording=has_recording(event),
            has_report=event.reports.exists(),
            has_answers=frequent().filter(event=event).exists(),
            may_organise=may_organise(self.request.user),
            **kwargs,
        )


def _closed(event: Event, at) -> str:
    """Why one cannot register, in a sentence; empty while one can."""
    try:
        check_open(event, at=at)
    except RegistrationRefused as refusal:
        return str(refusal)
    return ""


@method_decorator(login_not_required, name="dispatch")
class SeriesView(TemplateView):
    """A recurring event: what it is, its next and past editions."""

    template_name = "events/series.html"

    def setup(self, request, *args, **kwargs) -> None:
        super().setup(request, *args, **kwargs)
        self.series = get_object_or_404(Series, slug=kwargs["slug"])

    def get_context_data(self, **kwargs):
        at = timezone.now()
        rows = listed(self.request.user, timezone.localdate(at)).filter(series=self.series)
        editions = rows.order_by("-starts_at", "-pk")
        page = Paginator(editions, PAGE_SIZE).get_page(self.request.GET.get("page"))
        page.elided = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
        return super().get_context_data(
            series=self.series, page=page, editions=[line(event, at) for event in page], **kwargs
        )
