"""Seeing an event again: the recording behind its access code, the link that is shared, and chapters.

The code is compared in constant time and tried only so often; someone who registered, or holds the shared link, needs
none. What is opened is remembered in the browser's session.
"""

import secrets
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from events.entrance import registration_of
from events.models import Event
from events.permissions import may_organise

_KEY = "event_replays"
_MOST = 20


@dataclass(frozen=True, slots=True)
class Chapter:
    """A moment of the recording: seconds from its beginning, and « 1:02:30 »."""

    title: str
    seconds: int
    at: str


def has_recording(event: Event) -> bool:
    return bool(event.recording_url or event.recording_file or event.recording_code)


def is_code(event: Event, typed: str) -> bool:
    """Whether what was typed is the access code. Spaces around do not count; nothing opens an event without a code."""
    wanted = event.recording_code.strip()
    return bool(wanted) & constant_time_compare(typed.strip().encode(), wanted.encode())


def is_shared_secret(event: Event, secret: str) -> bool:
    """Whether this is the secret of the link that those who registered may share."""
    return bool(event.recording_secret) & constant_time_compare(secret.encode(), event.recording_secret.encode())


def open_for(request: HttpRequest, event: Event) -> None:
    """Remember in this browser that the recording is open."""
    opened = [pk for pk in request.session.get(_KEY, []) if pk != event.pk]
    request.session[_KEY] = [*opened, event.pk][-_MOST:]


def may_watch(request: HttpRequest, event: Event) -> bool:
    """Whether this visitor sees the recording: no code is asked, they gave it, they had a place, or they organise."""
    if not event.recording_code or may_organise(request.user) or event.pk in request.session.get(_KEY, []):
        return True
    return registration_of(request, event) is not None


@transaction.atomic
def shared_secret_of(*, event_id: int) -> str:
    """The secret of the shareable link, made at the first call."""
    event = Event.objects.select_for_update(of=("self",), no_key=True).get(pk=event_id)
    if not event.recording_secret:
        event.recording_secret = secrets.token_urlsafe(32)
        Event.objects.filter(pk=event.pk).update(recording_secret=event.recording_secret)
    return event.recording_secret


def chapters_of(event: Event) -> list[Chapter]:
    """Sequences whose place in the recording is known, in its order."""
    rows = event.sequences.filter(chapter_at__isnull=False).order_by("chapter_at", "pk")
    return [Chapter(one.title, one.chapter_at, clock(one.chapter_at)) for one in rows]


def clock(seconds: int | None) -> str:
    """« 32:30 », « 3:19:00 »; empty for None. Pure."""
    if seconds is None:
        return ""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"
