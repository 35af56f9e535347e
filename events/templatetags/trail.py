"""Where a page of events stands."""

from django import template
from django.urls import reverse

from events.models import Event

register = template.Library()


@register.simple_tag
def event_trail(under: Event | str | None = None) -> list[tuple[str, str]]:
    """What stands between the home page and a page of events: their list, and the event it is under."""
    trail = [("Rencontres", reverse("events:list"))]
    return [*trail, (under.title, under.get_absolute_url())] if under else trail
