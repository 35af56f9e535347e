"""Asking « Recherche d'entreprises » about a SIRET: briefly, politely, and never in the way of the person who asks.

At most 7 calls a second for all processes together, counted in Valkey; a 429 or a failure makes everybody wait before
the next call. Answers are kept a day. The call runs in a thread of its own, so that nothing (a name server that does
not answer, a server that drips) holds a page longer than `DEADLINE`. Any failure has a name in `Problem`.
"""

import json
import logging
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

import httpx
from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

from funding.firms.reading import Firm, MalformedAnswer, read_answer

DEADLINE = 2.5  # seconds for a whole look-up
TIMEOUTS = httpx.Timeout(connect=1.0, read=1.5, write=1.0, pool=0.5)
MAX_BODY = 256 * 1024
PER_SECOND = 7
KEEP_FIRM = 24 * 3600
KEEP_ABSENCE = 600
PAUSE_AFTER_FAILURE = 10
LONGEST_PAUSE = 120
AT_ONCE = 8

_PAUSE = "firms:pause"
_lookups = threading.BoundedSemaphore(AT_ONCE)

logger = logging.getLogger(__name__)


class Problem(StrEnum):
    """Why there is no firm."""

    NOT_FOUND = "not_found"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Lookup:
    """Either the firm, or why it is not known."""

    firm: Firm | None = None
    problem: Problem | None = None


class _Refused(Exception):
    """An HTTP status that is no answer; `pause` seconds to wait before asking again."""

    def __init__(self, problem: Problem, pause: int):
        self.problem = problem
        self.pause = pause
        super().__init__(problem)


def look_up(siret: str) -> Lookup:
    """Facts of the firm of a SIRET that was checked already. Never raises, never lasts more than about 2.5 s."""
    try:
        return _kept(siret) or _asked(siret)
    except RedisError:
        # Without the shared counter nobody knows how many calls were made: better not to call.
        return Lookup(problem=Problem.UNAVAILABLE)


def _kept(siret: str) -> Lookup | None:
    row = cache.get(f"firms:{siret}")
    if row is None:
        return None
    return Lookup(Firm.of_row(row)) if row else Lookup(problem=Problem.NOT_FOUND)


def _asked(siret: str) -> Lookup:
    if cache.get(_PAUSE) or not _take_turn():
        return Lookup(problem=Problem.BUSY)
    if not _lookups.acquire(blocking=False):
        return Lookup(problem=Problem.BUSY)
    answer: list[Firm | Exception | None] = []
    thread = threading.Thread(target=_run, args=(siret, answer), daemon=True, name="firms")
    thread.start()
    thread.join(DEADLINE)
    outcome = answer[0] if answer else TimeoutError()
    if isinstance(outcome, Exception):
        problem, pause = _explained(outcome)
        logger.info("the register of firms gave no answer: %s", type(outcome).__name__)
        if pause:
            cache.set(_PAUSE, True, timeout=pause)
        return Lookup(problem=problem)
    if outcome is None:
        cache.set(f"firms:{siret}", {}, timeout=KEEP_ABSENCE)
        return Lookup(problem=Problem.NOT_FOUND)
    cache.set(f"firms:{siret}", outcome.as_row(), timeout=KEEP_FIRM)
    return Lookup(outcome)


def _take_turn() -> bool:
    """Count one call in the current second, for all processes."""
    key = f"firms:second:{int(time.time())}"
    cache.add(key, 0, timeout=5)
    try:
        return cache.incr(key) <= PER_SECOND
    except ValueError:  # it expired meanwhile
        return False


def _run(siret: str, answer: list) -> None:
    try:
        answer.append(_fetched(siret, time.monotonic() + DEADLINE))
    except (httpx.HTTPError, httpx.InvalidURL, _Refused, MalformedAnswer, OSError, ValueError, RecursionError) as error:
        answer.append(error)
    finally:
        _lookups.release()


def _fetched(siret: str, deadline: float) -> Firm | None:
    query = {"q": siret, "page": "1", "per_page": "1"}
    headers = {"Accept": "application/json", "User-Agent": "portail-territoires-industrie"}
    with (
        httpx.Client(timeout=TIMEOUTS, follow_redirects=False, trust_env=True) as client,
        client.stream("GET", settings.FIRMS_API_URL, params=query, headers=headers) as response,
    ):
        _check(response)
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > MAX_BODY:
                raise MalformedAnswer("too long")
            if time.monotonic() > deadline:
                raise TimeoutError
    try:
        return read_answer(json.loads(bytes(body)), siret)
    except UnicodeDecodeError as error:
        raise MalformedAnswer("not text") from error


def _check(response: httpx.Response) -> None:
    status = response.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise _Refused(Problem.BUSY, _retry_after(response.headers.get("Retry-After", "")))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _Refused(Problem.UNAVAILABLE, PAUSE_AFTER_FAILURE)
    if status != HTTPStatus.OK:
        raise _Refused(Problem.MALFORMED, 0)


def _retry_after(value: str) -> int:
    seconds = int(value) if value.isascii() and value.isdigit() and len(value) < 6 else PAUSE_AFTER_FAILURE
    return min(max(seconds, 1), LONGEST_PAUSE)


def _explained(error: Exception) -> tuple[Problem, int]:
    if isinstance(error, _Refused):
        return error.problem, error.pause
    if isinstance(error, TimeoutError | httpx.TransportError):
        return Problem.UNAVAILABLE, PAUSE_AFTER_FAILURE
    return Problem.MALFORMED, 0
