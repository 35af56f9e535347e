"""Asking for one page: its head first, the page itself when the head is refused or not understood."""

from dataclasses import dataclass

from funding.fetching import Client, FetchError, Limits
from funding.links.judging import UNHEARD, Answer, answer_of

# A page of which nothing is read: little content, no second try (the next day is one), three seconds between two
# requests to one server. The budget is that of a whole round.
LIMITS = Limits(connect=5, read=10, total=15, max_bytes=65_536, attempts=1, pace=3, budget=250)
# Nobody was asked.
_UNASKED = frozenset({"bad_url", "private_address", "out_of_time"})
# Asking otherwise would not change the answer.
_FINAL = _UNASKED | {"unknown_host", "certificate"}


@dataclass(frozen=True)
class Asked:
    """`reason` is the code of a FetchError, empty when the page was fetched; `status` that of HTTP, if any."""

    url: str
    reason: str = ""
    status: int | None = None

    @property
    def answer(self) -> Answer:
        return answer_of(self.reason)

    @property
    def was_heard(self) -> bool:
        """Whether any server spoke: then our own network works."""
        return self.reason not in UNHEARD | _UNASKED


def ask(client: Client, url: str) -> Asked:
    """Ask whether the page at `url` is there; at most two requests, redirects apart."""
    asked = _ask(client, url, "HEAD")
    if asked.answer is Answer.ALIVE or asked.reason in _FINAL or asked.status == 429:
        return asked
    return _ask(client, url, "GET")


def _ask(client: Client, url: str, method: str) -> Asked:
    try:
        return Asked(url, status=client.fetch(url, method=method).status)
    except FetchError as error:
        return Asked(url, error.code, error.status)
