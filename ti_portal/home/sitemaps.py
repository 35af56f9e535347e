"""The site map for search engines: the pages of the roof, then those each app names."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from events.sitemaps import sitemaps as event_sitemaps
from funding.sitemaps import sitemaps as funding_sitemaps
from territories.sitemaps import sitemaps as territory_sitemaps


class PagesSitemap(Sitemap):
    def items(self) -> list[str]:
        names = ("home", "project", "community", "sources", "accessibility", "legal", "privacy", "site_plan")
        return [f"home:{name}" for name in names]

    def location(self, item: str) -> str:
        return reverse(item)


sitemaps = {"pages": PagesSitemap, **territory_sitemaps, **funding_sitemaps, **event_sitemaps}
