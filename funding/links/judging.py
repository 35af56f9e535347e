"""What the answer of a page means for what is said of it. Pure: days and answers in, a memory out.

| the page                                             | is       |
|------------------------------------------------------|----------|
| answers, or redirects to a page that does            | alive    |
| is refused to robots (401, 403, 405, 429 and alike)  | unknown  |
| is not found, or its server is down, silent, gone    | failing  |
| the same on a later day, nothing else in between     | dead     |

A certificate that this machine does not know proves nothing either: browsers know more of them.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
# Codes of `funding.fetching.FetchError`: nobody there, or nothing there.
_SILENT = frozenset(
    {"unknown_host", "connection", "timeout", "truncated", "protocol", "redirect_loop", "redirect_bad", "not_found",
     "server_error"}
)  # fmt: skip
# It answers, with more than we care to read.
_ANSWERS = frozenset({"too_big", "encoding"})
# Said without hearing anybody: perhaps it is our own network that is down.
UNHEARD = frozenset({"unknown_host", "connection", "timeout"})


class Answer(StrEnum):
    ALIVE = "alive"
    UNKNOWN = "unknown"
    SILENT = "silent"


@dataclass(frozen=True)
class Memory:
    """`state` is a value of `LinkState`; the two days are set exactly while the page fails."""

    state: str
    first_failed_on: date | None = None
    last_failed_on: date | None = None


def answer_of(code: str) -> Answer:
    """What a failure to fetch says of a page, by its code; empty when it was fetched."""
    if not code or code in _ANSWERS:
        return Answer.ALIVE
    return Answer.SILENT if code in _SILENT else Answer.UNKNOWN


def judge(memory: Memory, answer: Answer, day: date) -> Memory:
    """What is known of a page after `answer` on `day`. Two failures of one day count for one."""
    if answer is not Answer.SILENT:
        return Memory(str(answer))
    if memory.first_failed_on is None:
        return Memory("failing", day, day)
    last = max(memory.last_failed_on or day, day)
    return replace(memory, state="dead" if last > memory.first_failed_on else "failing", last_failed_on=last)


def next_check(url: str, memory: Memory, at: datetime) -> datetime:
    """A week later, give or take half a day so that all do not come at once; a day later after a first failure."""
    if memory.state == "failing":
        return at + DAY
    share = int.from_bytes(sha256(url.encode()).digest()[:2]) / 0xFFFF
    return at + WEEK + (share - 0.5) * DAY
