"""How many requests an address may make: a bucket in Valkey that empties at a steady rate (GCRA)."""

import ipaddress
import logging
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

logger = logging.getLogger(__name__)

# Microseconds, by the clock of Valkey, the same for every process. The key holds when the bucket will be empty.
_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local step, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local empty_at = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
local wait = empty_at + step - now - step * burst
if wait > 0 then
  return {0, 0, math.ceil(wait), math.ceil(empty_at - now)}
end
empty_at = empty_at + step
redis.call('SET', KEYS[1], string.format('%.0f', empty_at), 'PX', math.ceil((empty_at - now) / 1000))
return {1, math.floor((step * burst - (empty_at - now)) / step), 0, math.ceil(empty_at - now)}
"""
_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an address stands. `wait` and `reset` are seconds: before another try, before the bucket is empty."""

    is_allowed: bool
    burst: int
    remaining: int
    wait: int
    reset: int
    window: int

    @property
    def headers(self) -> dict[str, str]:
        found = {
            "RateLimit-Limit": str(self.burst),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
            "RateLimit-Policy": f"{self.burst};w={self.window}",
        }
        return found if self.is_allowed else {**found, "Retry-After": str(self.wait)}


def ask(request: HttpRequest) -> Standing | None:
    """Count a request and say whether it may pass. None without a limit, or without Valkey: then it passes."""
    rate, burst = settings.API_RATE_PER_SECOND, settings.API_RATE_BURST
    if rate <= 0:
        return None
    key = cache.make_key(f"api-rate:{address_of(request)}")
    try:
        passes, remaining, wait, reset = _script(settings.REDIS_URL)(keys=[key], args=[_SECOND / rate, burst])
    except redis.RedisError as error:
        logger.warning("no rate limit: %s", type(error).__name__)
        return None
    seconds = math.ceil(wait / _SECOND), math.ceil(reset / _SECOND)
    return Standing(bool(passes), burst, int(remaining), *seconds, math.ceil(burst / rate))


def address_of(request: HttpRequest) -> str:
    """The visitor's address: an IPv4, or the /64 of an IPv6, which one person has whole.

    `X-Forwarded-For` is only believed for the number of proxies that the settings declare, counted from the nearest.
    """
    address = request.META.get("REMOTE_ADDR") or ""
    proxies = getattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 0)
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if 0 < proxies <= len(forwarded):
        address = forwarded[-proxies]
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)


@lru_cache(maxsize=4)
def _script(url: str) -> Any:
    client = redis.Redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
    return client.register_script(_SCRIPT)
