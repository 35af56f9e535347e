"""How often a visitor may write without an account. Counted in Valkey by address of the connection."""

import hashlib
import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


def may(request: HttpRequest, action: str, *, times: int, seconds: int) -> bool:
    """Count one attempt of a visitor; say whether it is within so many in so many seconds."""
    return within(get_adapter().get_client_ip(request), action, times=times, seconds=seconds)


def within(whom: str, action: str, *, times: int, seconds: int) -> bool:
    """Count one attempt for `whom` (an address of any kind); say whether it is within so many in so many seconds.

    The address is hashed: the counter outlives the visit and must not be a list of visitors.
    """
    hashed = hashlib.sha256(whom.encode()).hexdigest()[:24]
    key = f"throttle:{action}:{hashed}:{int(time.time() // seconds)}"
    cache.add(key, 0, timeout=seconds)
    try:
        return cache.incr(key) <= times
    except ValueError:  # it expired between the two
        return True
