"""Pages of events, for search engines: public ones only."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from events.enums import Visibility
from events.models import Event, Series

PAGE_SIZE = 5_000


class EventListsSitemap(Sitemap):
    def items(self) -> list[str]:
        return ["events:list", "events:faq"]

    def location(self, item: str) -> str:
        return reverse(item)


class EventsSitemap(Sitemap):
    limit = PAGE_SIZE

    def items(self):
        found = Event.objects.public().filter(visibility=Visibility.PUBLIC)
        return found.only("slug", "updated_at").order_by("slug")

    def lastmod(self, event: Event):
        return event.updated_at


class ReportsSitemap(Sitemap):
    """Events that have a published report."""

    limit = PAGE_SIZE

    def items(self):
        found = Event.objects.public().filter(visibility=Visibility.PUBLIC, reports__number=1)
        return found.only("slug").order_by("slug")

    def location(self, event: Event) -> str:
        return reverse("events:report", kwargs={"slug": event.slug})


class SeriesSitemap(Sitemap):
    def items(self):
        return Series.objects.only("slug").order_by("slug")


sitemaps: dict[str, type[Sitemap]] = {
    "rencontres-listes": EventListsSitemap,
    "rencontres": EventsSitemap,
    "comptes-rendus": ReportsSitemap,
    "cycles": SeriesSitemap,
}
