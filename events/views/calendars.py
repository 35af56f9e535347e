"""Calendars of events: one to add, all those that are public to follow."""

import hashlib
from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import condition
from django.views.generic import View

from events.calendars import CONTENT_TYPE, calendar_of
from events.enums import EventState, Visibility
from events.filters import read_choice
from events.models import Event
from events.views.meetings import EventOf404

# A calendar shows what is to come and the last two years; older events stay on the portal.
KEPT = timedelta(days=730)
MOST = 500
SECONDS = 900


def answer(request: HttpRequest, content: bytes, *, name: str, is_public: bool) -> HttpResponse:
    """The calendar, or 304 when the reader has it already."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'

    @condition(etag_func=lambda request: tag)
    def respond(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(content, content_type=CONTENT_TYPE)
        response["Content-Disposition"] = f'inline; filename="{name}.ics"'
        return response

    response = respond(request)
    response["Cache-Control"] = f"public, max-age={SECONDS}" if is_public else "private, no-cache"
    return response


@method_decorator(login_not_required, name="dispatch")
class EventCalendarView(EventOf404, View):
    """One event, to add to one's own calendar."""

    def get(self, request, *args, **kwargs):
        if self.event.state == EventState.DRAFT:
            raise Http404
        content = calendar_of([self.event], name=self.event.title, with_alarm=True)
        return answer(request, content, name=self.event.slug, is_public=self.event.visibility == Visibility.PUBLIC)


@method_decorator(login_not_required, name="dispatch")
class CalendarFeedView(View):
    """All public events, or those of a place (`lieu`) or a kind (`nature`): an address to subscribe to."""

    def get(self, request, *args, **kwargs):
        choice = read_choice(request.GET)
        if choice.error:
            raise Http404(choice.error)
        since = timezone.now() - KEPT
        events = choice.apply(Event.objects.public().filter(visibility=Visibility.PUBLIC, ends_at__gte=since))
        name = f"Rencontres – {choice.place.name}" if choice.place else "Rencontres des Territoires d’industrie"
        content = calendar_of(events.order_by("starts_at", "pk")[:MOST], name=name)
        return answer(request, content, name="rencontres", is_public=True)
