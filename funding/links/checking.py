"""The job: ask for the addresses that are due, one after the other, and say what became of them."""

import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import chain, zip_longest
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from funding.enums import LinkState
from funding.fetching import Client, Limits
from funding.links.asking import LIMITS, Asked, ask
from funding.links.judging import Memory, judge, next_check
from funding.links.usages import published_urls, show_dead
from funding.models import LinkProbe

# What is not asked in this time waits for the next ring, an hour later. Under the time limit of tasks.
ROUND_SECONDS = 180
ROUND_LENGTH = 500
_WRITTEN = ["state", "first_failed_on", "last_failed_on", "checked_at", "next_at", "reason", "status"]


def check_links(*, at: datetime, seconds: float = ROUND_SECONDS, limits: Limits = LIMITS) -> dict[str, int]:
    """Ask for the published addresses that are due, for `seconds` at most; return what was found, by kind.

    When not one server could be heard, it is our own network that is down: nothing is held against anybody
    (« offline »). Nothing is unpublished. Safe to run twice, or to be killed: what was not written is asked again.
    """
    enrol(at=at)
    due = list(LinkProbe.objects.filter(next_at__lte=at).order_by("next_at", "pk")[:ROUND_LENGTH])
    with Client(limits) as client:
        asked = list(_ask_all(client, due, time.monotonic() + seconds))
        if asked and not any(one.was_heard for _, one in asked) and not _hears_anybody(client):
            return {"offline": len(asked)}
    return _write(asked, at)


def enrol(*, at: datetime) -> None:
    """Know each published address, and forget those that nobody publishes any more."""
    wanted = published_urls()
    known = dict(LinkProbe.objects.order_by("pk").values_list("url", "pk"))
    LinkProbe.objects.filter(pk__in=[pk for url, pk in known.items() if url not in wanted]).delete()
    LinkProbe.objects.bulk_create(
        [LinkProbe(url=url, next_at=at) for url in sorted(wanted - known.keys())], ignore_conflicts=True
    )


def _ask_all(client: Client, due: list[LinkProbe], end: float) -> Iterator[tuple[LinkProbe, Asked]]:
    resting = set()
    for probe in _by_turns(due):
        host = _host(probe.url)
        if host in resting:
            continue
        if time.monotonic() >= end:
            return
        asked = ask(client, probe.url)
        if asked.reason == "out_of_time":
            return
        # A server that is out of breath is left alone until the next round.
        if asked.reason in ("timeout", "busy"):
            resting.add(host)
        yield probe, asked


def _by_turns(probes: list[LinkProbe]) -> list[LinkProbe]:
    """One of each server in turn, so that the pause owed to one is spent with the others."""
    by_host = defaultdict(list)
    for probe in probes:
        by_host[_host(probe.url)].append(probe)
    return [probe for probe in chain.from_iterable(zip_longest(*by_host.values())) if probe is not None]


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _hears_anybody(client: Client) -> bool:
    """Whether a page that answered last time still has a server that speaks."""
    alive = LinkProbe.objects.filter(state__in=LinkState.answering).order_by("-checked_at", "-pk")[:3]
    return any(ask(client, probe.url).was_heard for probe in alive)


@transaction.atomic
def _write(asked: list[tuple[LinkProbe, Asked]], at: datetime) -> dict[str, int]:
    day = timezone.localdate(at)
    counts = {"checked": len(asked), "failing": 0, "dead": 0, "back": 0}
    for probe, answer in asked:
        before = Memory(probe.state, probe.first_failed_on, probe.last_failed_on)
        after = judge(before, answer.answer, day)
        counts["failing"] += after.state == LinkState.FAILING != before.state
        counts["dead"] += after.state == LinkState.DEAD != before.state
        counts["back"] += before.state == LinkState.DEAD != after.state
        probe.state, probe.first_failed_on, probe.last_failed_on = (
            after.state, after.first_failed_on, after.last_failed_on
        )  # fmt: skip
        probe.checked_at, probe.next_at = at, next_check(probe.url, after, at)
        probe.reason, probe.status = answer.reason, answer.status
    LinkProbe.objects.bulk_update([probe for probe, _ in asked], _WRITTEN, batch_size=500)
    show_dead()
    return counts
