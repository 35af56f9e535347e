"""Asking for a document over HTTP: politely, within limits, and only from the open Internet."""

import math
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from types import TracebackType

import httpcore
import httpx
from django.conf import settings
from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

from funding.fetching.addresses import checked_url
from funding.fetching.bodies import content_of
from funding.fetching.errors import FetchError, error_of
from funding.fetching.limits import Limits
from funding.fetching.network import CheckedNetwork, Deadline

NAME = "portail-territoires-industrie"
MAX_ETAG = 300
MAX_LAST_MODIFIED = 60
MAX_RETRY_AFTER = 7 * 24 * 3600
_NETWORK_FAILURES = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    OSError,
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ANSWERS = frozenset({HTTPStatus.OK, HTTPStatus.NON_AUTHORITATIVE_INFORMATION, HTTPStatus.NO_CONTENT})


@dataclass(frozen=True)
class Fetched:
    """An answer that was read whole. `content` is decompressed; `final_url` is where redirects led."""

    status: int
    content: bytes
    content_type: str
    final_url: str
    etag: str = ""
    last_modified: str = ""

    @property
    def is_unchanged(self) -> bool:
        """The server said that what the caller knows is still right; there is no content."""
        return self.status == HTTPStatus.NOT_MODIFIED


class Client:
    """Asks for documents one after the other, keeping connections open between them. Not for several threads.

    Private, loopback and link-local addresses are refused unless `settings.SOURCES_ALLOW_PRIVATE_ADDRESSES`; redirects
    are followed by hand, each hop being checked as an address that someone typed; failures that may pass are tried
    again after a growing random pause, or after `Retry-After`. The proxies of the environment are not used: a proxy
    would resolve names by itself, and nothing of the above would hold.
    """

    def __init__(self, limits: Limits | None = None, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.limits = limits or Limits(**settings.SOURCES_LIMITS)
        self._sleep = sleep
        self._end = time.monotonic() + self.limits.budget
        self._deadline = Deadline()
        self._last: dict[str, float] = {}
        self._pool = httpcore.ConnectionPool(
            ssl_context=_ssl_context(),
            max_connections=2,
            keepalive_expiry=20.0,
            network_backend=CheckedNetwork(self._deadline, allow_private=settings.SOURCES_ALLOW_PRIVATE_ADDRESSES),
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._pool.close()

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        etag: str = "",
        last_modified: str = "",
        headers: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> Fetched:
        """Ask for `url`. With `etag` or `last_modified`, the answer may be that nothing changed (`is_unchanged`).

        `secrets` are headers that are sent to this server only: a redirect to another one is refused. Only GET and HEAD
        follow redirects. Raises FetchError; nothing else.
        """
        sent = {
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "User-Agent": f"{NAME} (+{settings.SITE_URL})" if settings.SITE_URL else NAME,
            **({"If-None-Match": etag} if etag else {}),
            **({"If-Modified-Since": last_modified} if last_modified else {}),
            **({"Content-Length": "0"} if method == "POST" else {}),
            **(headers or {}),
        }
        target = checked_url(url)
        retrying = Retrying(
            retry=retry_if_exception(self._is_worth_another_try),
            wait=self._pause,
            stop=self._is_over,
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(self._attempt, method, target, sent, dict(secrets or {}))

    def _is_worth_another_try(self, error: BaseException) -> bool:
        if not isinstance(error, FetchError) or not error.may_pass:
            return False
        # A server that asks for a long pause is obeyed by whoever called, later.
        return (error.retry_after or 0) <= self.limits.longest_pause

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, FetchError) and error.retry_after is not None:
            return error.retry_after
        return wait_random_exponential(multiplier=self.limits.backoff, max=self.limits.longest_pause)(state)

    def _is_over(self, state: RetryCallState) -> bool:
        return state.attempt_number >= self.limits.attempts or time.monotonic() + state.upcoming_sleep >= self._end

    def _attempt(self, method: str, url: httpx.URL, headers: dict[str, str], secrets: dict[str, str]) -> Fetched:
        now = time.monotonic()
        if now >= self._end:
            raise FetchError("out_of_time")
        self._deadline.at = min(now + self.limits.total, self._end)
        asked = [url]
        while True:
            answer = self._asked(method, asked[-1], {**headers, **secrets})
            if isinstance(answer, Fetched):
                return answer
            following = self._followed(method, asked, answer, has_secrets=bool(secrets))
            asked.append(following)

    def _followed(self, method: str, asked: list[httpx.URL], location: str, *, has_secrets: bool) -> httpx.URL:
        here = asked[-1]
        if method not in ("GET", "HEAD"):
            raise FetchError("redirect_bad")
        try:
            following = checked_url(str(here.join(location)))
        except (FetchError, httpx.InvalidURL, ValueError) as error:
            raise FetchError("redirect_bad") from error
        if here.scheme == "https" and following.scheme != "https":
            raise FetchError("redirect_insecure")
        if has_secrets and _origin(following) != _origin(here):
            raise FetchError("redirect_elsewhere")
        if following in asked or len(asked) > self.limits.max_redirects:
            raise FetchError("redirect_loop")
        return following

    def _asked(self, method: str, url: httpx.URL, headers: dict[str, str]) -> Fetched | str:
        """The answer, or the address that it sends to."""
        self._keep_pace(url.host)
        started = False
        try:
            with self._pool.stream(
                method, _raw(url), headers=_encoded(headers), extensions={"timeout": self._timeouts()}
            ) as response:
                started = True
                found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                if response.status in _REDIRECTS:
                    return found.get("location", "")
                self._check(response.status, found, headers)
                is_bare = method == "HEAD" or response.status == HTTPStatus.NOT_MODIFIED
                content = b"" if is_bare else content_of(response, found, self.limits.max_bytes)
        except _NETWORK_FAILURES as error:
            raise FetchError(_code(error, started=started)) from error
        return Fetched(
            response.status,
            content,
            found.get("content-type", "")[:200],
            str(url),
            _short(found.get("etag", ""), MAX_ETAG),
            _short(found.get("last-modified", ""), MAX_LAST_MODIFIED),
        )

    def _check(self, status: int, found: Mapping[str, str], sent: Mapping[str, str]) -> None:
        is_conditional = "If-None-Match" in sent or "If-Modified-Since" in sent
        if status in _ANSWERS or (status == HTTPStatus.NOT_MODIFIED and is_conditional):
            return
        raise error_of(status, _retry_after(found.get("retry-after", "")))

    def _keep_pace(self, host: str) -> None:
        wait = self._last.get(host, -math.inf) + self.limits.pace - time.monotonic()
        if wait > 0:
            self._sleep(wait)
        self._last[host] = time.monotonic()

    def _timeouts(self) -> dict[str, float]:
        limits = self.limits
        return {"connect": limits.connect, "read": limits.read, "write": limits.read, "pool": limits.connect}


def fetch(
    url: str,
    *,
    method: str = "GET",
    etag: str = "",
    last_modified: str = "",
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
) -> Fetched:
    """One document by a client of its own: see `Client.fetch`."""
    with Client(limits) as client:
        return client.fetch(url, method=method, etag=etag, last_modified=last_modified, headers=headers)


@lru_cache(maxsize=1)
def _ssl_context() -> ssl.SSLContext:
    return httpx.create_ssl_context()


def _raw(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    try:
        return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
    except UnicodeEncodeError as error:
        raise FetchError("bad_url") from error


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}[url.scheme]


def _code(error: Exception, *, started: bool) -> str:
    if isinstance(error, httpcore.TimeoutException | TimeoutError):
        return "timeout"
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return "certificate"
        seen = seen.__cause__ or seen.__context__
    if started:
        return "truncated"
    if isinstance(error, httpcore.ProtocolError | httpcore.UnsupportedProtocol):
        return "connection" if "disconnected" in str(error) else "protocol"
    return "connection"


def _short(text: str, length: int) -> str:
    """A validator that is too long to be kept is not used: cut, it would be another one."""
    return text if len(text) <= length and text.isprintable() else ""


def _retry_after(text: str) -> float | None:
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), MAX_RETRY_AFTER))
    try:
        seconds = parsedate_to_datetime(text).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return min(max(seconds, 0.0), float(MAX_RETRY_AFTER))
