"""Where addresses are published, and the day since when they do not answer, beside each."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery

from funding import listing
from funding.enums import EditorialState, LinkState
from funding.models import Call, LinkProbe, Resource, SchemeLink

# Drafts are checked when somebody is about to read them.
_READ = (EditorialState.TO_VALIDATE, *EditorialState.public)
_ON_THE_WEB = Q(url__startswith="http://") | Q(url__startswith="https://")


@dataclass(frozen=True)
class Usage:
    """One row that publishes an address: the table and key of the page where it is mended, and its name."""

    table: str
    pk: int
    name: str


def published() -> list[tuple[QuerySet, str, bool]]:
    """The rows whose address is checked, the field for its last answer, and whether people see the row."""
    rows = [
        (model.objects.filter(_ON_THE_WEB, scheme__state__in=states), field, is_shown)
        for model, field in ((SchemeLink, "dead_since"), (Call, "url_dead_since"))
        for states, is_shown in ((EditorialState.public, True), ([EditorialState.TO_VALIDATE], False))
    ]
    return [*rows, (Resource.objects.filter(_ON_THE_WEB, is_published=True), "url_dead_since", True)]


def published_urls() -> set[str]:
    return {url for rows, *_ in published() for url in rows.order_by().values_list("url", flat=True).distinct()}


def show_dead() -> int:
    """Write beside each published address since when it does not answer; return how many rows changed.

    A day that was known before stays. It goes as soon as somebody answers, be it to refuse robots. Only that column is
    written: neither the versions nor the protected fields of a scheme know of it. The version of the data rises when a
    page that people see says something else.
    """
    dead = LinkProbe.objects.filter(state=LinkState.DEAD)
    answering = LinkProbe.objects.filter(state__in=LinkState.answering).values("url")
    since = Subquery(dead.filter(url=OuterRef("url")).values("first_failed_on")[:1])
    changed = seen = 0
    for rows, field, is_shown in published():
        written = rows.filter(url__in=dead.values("url"), **{field: None}).update(**{field: since})
        written += rows.filter(url__in=answering, **{f"{field}__isnull": False}).update(**{field: None})
        changed += written
        seen += written * is_shown
    if seen:
        listing.bump_version()
    return changed


def usages_of(urls: Iterable[str]) -> dict[str, list[Usage]]:
    """Where each of these addresses is published, schemes first: three queries."""
    urls = list(urls)
    found = defaultdict(list)
    links = SchemeLink.objects.filter(url__in=urls, scheme__state__in=_READ).order_by("scheme__name", "scheme_id", "pk")
    for url, pk, name in links.values_list("url", "scheme_id", "scheme__name"):
        found[url].append(Usage("scheme", pk, name))
    calls = Call.objects.filter(url__in=urls, scheme__state__in=_READ).order_by("name", "pk")
    for url, pk, name in calls.values_list("url", "pk", "name"):
        found[url].append(Usage("call", pk, name))
    resources = Resource.objects.filter(url__in=urls, is_published=True).order_by("name", "pk")
    for url, pk, name in resources.values_list("url", "pk", "name"):
        found[url].append(Usage("resource", pk, name))
    return {url: list(dict.fromkeys(rows)) for url, rows in found.items()}
