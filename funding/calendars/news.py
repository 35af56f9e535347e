"""What happened to calls: what news readers are told, the latest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse

from funding.alerts import composing
from funding.calendars.scopes import Scope
from funding.eligibility.calls import PARIS
from funding.enums import NewsKind
from funding.models import CalendarEntry, Call, CallNews

KEPT_DAYS = 90
MOST = 100
# Openings and closings come from the calendar itself, but the opening of a call that was not known before; reminders
# are for those who follow a call.
CHANGES = (
    NewsKind.ANNOUNCED,
    NewsKind.NEW_ROUND,
    NewsKind.MOVED,
    NewsKind.REOPENED,
    NewsKind.EXHAUSTED,
    NewsKind.CANCELLED,
    NewsKind.RESULTS,
)


@dataclass(frozen=True, slots=True)
class Item:
    """`key` names the fact for ever; `updated` is when what is said of it last changed."""

    key: str
    kind: str
    title: str
    text: str
    path: str
    at: datetime
    updated: datetime


def latest(scope: Scope, now: datetime) -> list[Item]:
    """News of the last ninety days, a hundred at most. Three queries."""
    since = now - timedelta(days=KEPT_DAYS)
    found = [*_dates(scope, since, now), *_changes(scope, since, now)]
    return sorted(found, key=lambda item: (item.updated, item.key), reverse=True)[:MOST]


def _dates(scope: Scope, since: datetime, now: datetime) -> Iterable[Item]:
    """Openings and closings that took place."""
    entries = CalendarEntry.objects.confirmed().filter(scope.entries, instant__gte=since, instant__lte=now)
    for entry in entries.order_by("-instant", "-pk")[:MOST]:
        updated = max(entry.instant, entry.modified_at) if entry.sequence else entry.instant
        yield _of_entry(entry, f"dates/{entry.uid}", entry.get_moment_display(), entry.title, entry.instant, updated)


def _changes(scope: Scope, since: datetime, now: datetime) -> Iterable[Item]:
    """What alerts recorded; where nothing ever was, what calendars know of their own changes."""
    calls = Call.objects.filter(scope.calls)
    told = Q(kind__in=CHANGES) | Q(kind=NewsKind.OPENING, after__why="new")
    recorded = CallNews.objects.filter(told, recorded_at__gte=since, due_at__lte=now, call__in=calls)
    found = list(recorded.select_related("call__scheme").order_by("-recorded_at", "-pk")[:MOST])
    if found or CallNews.objects.exists():
        return [_of_news(news) for news in found]
    changed = CalendarEntry.objects.filter(scope.entries, sequence__gt=0, modified_at__gte=since, modified_at__lte=now)
    return [_of_change(entry) for entry in changed.order_by("-modified_at", "-pk")[:MOST]]


def _of_entry(entry: CalendarEntry, key: str, kind: str, title: str, at: datetime, updated: datetime) -> Item:
    return Item(key, kind, title, entry.text, entry.path, at, updated)


def _of_change(entry: CalendarEntry) -> Item:
    kind = "Date annulée" if entry.is_cancelled else "Date modifiée"
    title = f"{kind} – {entry.title}"
    return _of_entry(entry, f"dates/{entry.uid}/{entry.sequence}", kind, title, entry.modified_at, entry.modified_at)


def _of_news(news: CallNews) -> Item:
    """The words that followers are sent, as of the instant at which the fact was recorded."""
    page = news.call.get_absolute_url()
    links = {"call": page, "catalogue": reverse("funding:catalogue"), "check": reverse("funding:check")}
    fact = composing.News(news.kind, news.call.scheme.name, news.call.name, news.after, news.before, links)
    telling = composing.tell(fact, PARIS, news.recorded_at)
    at = max(news.due_at, news.recorded_at)
    return Item(f"faits/{news.pk}", news.get_kind_display(), telling.subject, "\n".join(telling.lines), page, at, at)
