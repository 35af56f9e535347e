"""What a calendar or a feed of news is about: everything, a scheme, a place."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from funding.catalogue.places import place_of
from funding.enums import EditorialState
from funding.models import CalendarEntry, Call, Scheme
from funding.models.calendars import CalendarEntryQuerySet
from funding.models.listing import covers
from territories.models import Place
from ti_portal.core.text import fold

# Older dates are the business of pages; a calendar that is read every hour stays light.
KEPT_DAYS = 180


class Links(NamedTuple):
    """Where the calendar and the news of something are: what the head of its page says."""

    name: str
    calendar_path: str
    news_path: str


@cache
def links_of_all() -> Links:
    return Links("Aides et appels", reverse("funding:calendar_feed"), reverse("funding:news_feed"))


def links_of_place(place: Place) -> Links:
    code = place.code.lower()
    return Links(
        f"Aides et appels – {place.name}",
        reverse("funding:place_calendar", args=[code]),
        reverse("funding:place_news", args=[code]),
    )


def links_of_scheme(slug: str, name: str) -> Links:
    return Links(name, reverse("funding:scheme_calendar", args=[slug]), reverse("funding:scheme_news", args=[slug]))


@dataclass(frozen=True)
class Scope:
    """`key` tells it from the others. `entries` and `calls` are what of calendars and of calls belongs to it."""

    key: str
    name: str
    page: str
    calendar_path: str
    news_path: str
    entries: Q
    calls: Q

    def calendar(self, today: date) -> CalendarEntryQuerySet:
        """Dates of the last six months and all those to come, cancelled ones included."""
        since = today - timedelta(days=KEPT_DAYS)
        return CalendarEntry.objects.filter(self.entries, day__gte=since).for_files()

    @property
    def file_name(self) -> str:
        return f"aides-{fold(self.key).replace(' ', '-')}"


def everything() -> Scope:
    return Scope(
        key="tout",
        page=reverse("funding:calendar"),
        entries=Q(),
        calls=_of_published(),
        **links_of_all()._asdict(),
    )


def of_scheme(slug: str) -> Scope | None:
    """The scope of a public scheme; None when there is none of this name. One query."""
    scheme = Scheme.objects.public().filter(slug=slug).only("slug", "name").order_by("pk").first()
    if scheme is None:
        return None
    return Scope(
        key=f"aide-{scheme.slug}",
        page=scheme.get_absolute_url(),
        entries=Q(scheme=scheme.pk),
        calls=Q(scheme=scheme.pk),
        **links_of_scheme(scheme.slug, scheme.name)._asdict(),
    )


def of_place(code: str) -> Scope | None:
    """The scope of a place by its code, whatever its case; None when there is none. One query."""
    place = place_of(code)
    return None if place is None else at(place)


def at(place: Place) -> Scope:
    """What counts at a place, by the rule of the catalogue: a regional variant hides its national call."""
    return Scope(
        key=f"lieu-{place.code.lower()}",
        page=f"{reverse('funding:calendar')}?lieu={place.code}",
        entries=covers(place.ancestor_codes),
        calls=_of_published() & counting_at(place.ancestor_codes),
        **links_of_place(place)._asdict(),
    )


def counting_at(ancestor_codes: list[str]) -> Q:
    """Calls that count at a place, as a condition on `Call`."""
    here = list(ancestor_codes)
    variant = Call.objects.filter(variant_of=OuterRef("pk"), included_codes__overlap=here)
    return (
        Q(scheme__included_codes__overlap=here)
        & ~Q(scheme__excluded_codes__overlap=here)
        & (Q(included_codes=[]) | Q(included_codes__overlap=here))
        & ~Q(excluded_codes__overlap=here)
        & ~Exists(variant)
    )


def _of_published() -> Q:
    return Q(scheme__state=EditorialState.PUBLISHED)
