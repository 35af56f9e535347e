"""What the whole room sees, made once for everybody and kept for a second.

Two fragments for each event, the participants' and the screen's: HTML without anything personal, at an address that
only those who entered know (`key_of`). Each is kept in Valkey with its digest; whoever finds it older than a second,
or made for an older version of the room, makes it anew while the others go on with the one there is. Without Valkey it
is made at each request: slower, never wrong.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.utils.crypto import constant_time_compare, salted_hmac
from redis.exceptions import RedisError

from events.rooms import version_key

FRESH_SECONDS = 1.0
KEPT_SECONDS = 60
BUILD_SECONDS = 5  # after which another may build in the place of one who died
SHORTEST = 1000  # milliseconds between two questions of one browser
LONGEST = 5000
CLOSED = 15_000  # once the room is closed: it may open again


@dataclass(frozen=True, slots=True)
class Fragment:
    """HTML that everyone shares, its ETag, when it was made (seconds) and for which version of the room."""

    html: str
    tag: str
    made_at: float
    version: int


def key_of(event_id: int, *, rehearses: bool = False) -> str:
    """The part of the address that only those who entered the room are given. Made with the server's secret.
    Organisers are given another (`rehearses`), which goes on showing a rehearsal; for all others it is a closed room.
    """
    subject = f"{event_id}:organisers" if rehearses else str(event_id)
    return salted_hmac("events.live", subject, algorithm="sha256").hexdigest()[:32]


def is_key_of(event_id: int, key: str, *, rehearses: bool = False) -> bool:
    return constant_time_compare(key_of(event_id, rehearses=rehearses), key)


def interval(people: int) -> int:
    """Milliseconds that a browser waits before it asks again: as long as it takes for all the people to be answered at
    the rate the front can give (`EVENTS_FRAGMENTS_PER_SECOND`), so that a larger room asks no more of the server.
    """
    return max(SHORTEST, min(LONGEST, people * 1000 // settings.EVENTS_FRAGMENTS_PER_SECOND))


def fragment(event_id: int, name: str, build: Callable[[], tuple[str, int]], *, at_least: int = 0) -> Fragment:
    """The fragment `name` of an event, from the cache when it is fresh. `build` gives the HTML and the version of the
    room it was made for; `at_least` is the version that the caller has seen already: an older fragment is not given.
    """
    key, guard = f"room:{event_id}:{name}", f"room:{event_id}:{name}:building"
    try:
        found = cache.get_many([key, version_key(event_id)])
        kept: Fragment | None = found.get(key)
        if kept is not None:
            version = max(at_least, found.get(version_key(event_id), kept.version))
            if kept.version >= version and time.time() - kept.made_at < FRESH_SECONDS:
                return kept
            if kept.version >= at_least and not cache.add(guard, 1, timeout=BUILD_SECONDS):
                return kept  # somebody is making it
        try:
            made = _made(build)
            cache.set(key, made, timeout=KEPT_SECONDS)
        finally:
            cache.delete(guard)
    except RedisError:
        return _made(build)
    return made


def _made(build: Callable[[], tuple[str, int]]) -> Fragment:
    made_at = time.time()
    html, version = build()
    return Fragment(html, hashlib.sha256(html.encode()).hexdigest()[:24], made_at, version)
