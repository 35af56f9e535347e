"""Seeing an event again: the recording behind its access code, the link that is shared, and chapters.

The code is compared in constant time and tried only so often; someone who registered, or holds the shared link, needs
none. What is opened is remembered in the browser's session, as a digest of what opened it: another code, or another
secret, closes it again.
"""

import secrets
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from events.entrance import registration_of
from events.models import Event
from events.permissions import may_organise

_KEY = "event_recordings"
_MOST = 20  # recordings that one browser opened; the oldest is forgotten


@dataclass(frozen=True, slots=True)
class Chapter:
    """A moment of the recording: seconds from its beginning, and « 1:02:30 »."""

    title: str
    seconds: int
    at: str


def has_recording(event: Event) -> bool:
    """Whether the event was recorded, as far as the portal knows: a code may be known before what it opens."""
    return is_here(event) or bool(event.recording_code)


def is_here(event: Event) -> bool:
    """Whether the recording can be opened from the portal."""
    return bool(event.recording_url or event.recording_file)


def is_code(event: Event, typed: str) -> bool:
    """Whether what was typed is the access code. Spaces around do not count; nothing opens an event without a code."""
    wanted = event.recording_code.strip()
    return bool(wanted) & constant_time_compare(typed.strip().encode(), wanted.encode())


def is_shared_secret(event: Event, secret: str) -> bool:
    """Whether this is the secret of the link that those who registered may share."""
    return bool(event.recording_secret) & constant_time_compare(secret.encode(), event.recording_secret.encode())


def open_for(request: HttpRequest, event: Event) -> None:
    """Remember in this browser that the recording is open, until its code changes."""
    if not event.recording_secret:  # a code written before each had its secret
        event.recording_secret = shared_secret_of(event_id=event.pk)
    opened = {**request.session.get(_KEY, {})}
    opened.pop(str(event.pk), None)
    opened[str(event.pk)] = _digest(event)
    request.session[_KEY] = dict(list(opened.items())[-_MOST:])


def may_watch(request: HttpRequest, event: Event) -> bool:
    """Whether this visitor sees the recording: no code is asked, they gave it, they had a place, or they organise."""
    if not event.recording_code or may_organise(request.user):
        return True
    opened = request.session.get(_KEY, {}).get(str(event.pk), "")
    if event.recording_secret and constant_time_compare(opened, _digest(event)):
        return True
    return registration_of(request, event) is not None


def new_secret(code: str) -> str:
    """The secret that goes with a new code, empty without a code: links and browsers that the last one opened are
    closed, also when an old code comes back.
    """
    return secrets.token_urlsafe(32) if code.strip() else ""


def _digest(event: Event) -> str:
    """What proves, in a session, that this code or this link was given. Sessions hold neither."""
    opens = f"{event.recording_code.strip()}\n{event.recording_secret}"
    return salted_hmac(_KEY, opens, algorithm="sha256").hexdigest()


@transaction.atomic
def shared_secret_of(*, event_id: int) -> str:
    """The secret of the shareable link; made here for a code that was written before each had its own."""
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
