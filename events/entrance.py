"""Who stands in the room: a registered person, known by their account or by the link of their registration.

Entering by the link writes the registration's id in the visitor's session (signed, no personal data); nothing else of
them is kept. A place that was given back opens nothing of this any more; the fragment that a page left open asks for is
everybody's, and stays (ADR 14).
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from events.enums import EventState, RegistrationState
from events.models import Event, Registration

_KEY = "event_registrations"
_MOST = 20  # events one browser entered; the oldest is forgotten


def enter(request: HttpRequest, registration: Registration) -> None:
    """Remember in this browser that its owner is this registered person."""
    entered = {**request.session.get(_KEY, {})}
    entered.pop(str(registration.event_id), None)
    entered[str(registration.event_id)] = registration.pk
    request.session[_KEY] = dict(list(entered.items())[-_MOST:])


def leave(request: HttpRequest, event: Event) -> None:
    """Forget it."""
    entered = {**request.session.get(_KEY, {})}
    if entered.pop(str(event.pk), None) is not None:
        request.session[_KEY] = entered


def registration_of(request: HttpRequest, event: Event) -> Registration | None:
    """The registration, with a place, of the person who asks; None for anyone else. One query at most."""
    return _theirs(request, event, event.registrations.registered())


def is_expected(request: HttpRequest, event: Event) -> bool:
    """Whether the person who asks has a place, or waits for one. One query at most."""
    rows = event.registrations.filter(state__in=RegistrationState.active)
    return _theirs(request, event, rows) is not None


def _theirs(request: HttpRequest, event: Event, rows) -> Registration | None:
    entered = request.session.get(_KEY, {}).get(str(event.pk))
    if entered is not None:
        return rows.filter(pk=entered).first()
    if request.user.is_authenticated:
        return rows.filter(user=request.user).order_by("pk").first()
    return None


def doors_open_at(event: Event) -> datetime:
    """From when those registered see the access link, in the event's own zone."""
    return (event.starts_at - timedelta(minutes=event.doors_open_minutes)).astimezone(ZoneInfo(event.zone))


def access_of(registration: Registration, *, at: datetime) -> str:
    """The link that opens the meeting, for someone who has a place, from the opening of the doors to the end; else
    nothing.
    """
    event = registration.event
    has_place = registration.state == RegistrationState.REGISTERED and event.state == EventState.PUBLISHED
    return event.access_url if has_place and doors_open_at(event) <= at < event.ends_at else ""
