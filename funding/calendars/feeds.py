"""Public calendars and news as they are served. Those made lately are kept, for a version of the data and a day."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from threading import Lock

from django.conf import settings

from funding.calendars import atom, ical, news
from funding.calendars.scopes import Scope
from funding.catalogue.loading import data_key
from funding.eligibility.calls import PARIS, zone_of
from funding.models import CalendarEntry

KEPT_BYTES = 32_000_000


@dataclass(frozen=True, slots=True)
class Document:
    """`etag` is that of the content: a change elsewhere leaves it. `changed_at` is never before its last change."""

    content: bytes
    etag: str
    changed_at: datetime | None = None

    @classmethod
    def of(cls, content: bytes, changed_at: datetime | None = None) -> "Document":
        return cls(content, f'"{hashlib.sha256(content).hexdigest()[:32]}"', changed_at)


_kept: OrderedDict[tuple, Document] = OrderedDict()
_lock = Lock()


def calendar(scope: Scope, *, site: str, now: datetime) -> Document:
    """The calendar of a scope. One query when it is kept, two when it has to be made, whatever it holds."""
    today = now.astimezone(zone_of(PARIS)).date()
    key = data_key()

    def make() -> Document:
        source = site.rstrip("/") + scope.calendar_path
        content = ical.write(scope.calendar(today), name=scope.name, site=site, source=source)
        # What is too old leaves at midnight.
        midnight = datetime.combine(today, time.min, zone_of(PARIS))
        return Document.of(content, max(_written_at(key[1]), midnight))

    return _keep(("calendar", key, scope.key, today, site), make)


def news_feed(scope: Scope, *, site: str, now: datetime) -> Document:
    """The news of a scope. Five queries at most, whatever it holds."""
    items = news.latest(scope, now)
    content = atom.write(items, scope, site=site, author=settings.SITE_NAME, empty_since=_EPOCH)
    # What is too old leaves at any time: nobody is told « not modified » for more than an hour by the date alone.
    hour = now.replace(minute=0, second=0, microsecond=0)
    return Document.of(content, max(_written_at(data_key()[1]), hour, *(item.updated for item in items)))


def round_file(round_id: int, *, site: str) -> bytes | None:
    """The dates of one round, to be put in one's own calendar; None when it has none. One query."""
    entries = list(CalendarEntry.objects.confirmed().filter(round=round_id).for_files())
    if not entries:
        return None
    return ical.write(entries, name=entries[-1].title, site=site, with_alarms=True)


def _written_at(version: int) -> datetime:
    """A version of the data is the microsecond of its change."""
    return _EPOCH + timedelta(microseconds=version)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _keep(key: tuple, make: Callable[[], Document]) -> Document:
    document = _kept.get(key)
    if document is None:
        document = make()
        with _lock:
            _kept[key] = document
            size = sum(len(one.content) for one in _kept.values())
            while size > KEPT_BYTES and len(_kept) > 1:
                size -= len(_kept.popitem(last=False)[1].content)
    return document
