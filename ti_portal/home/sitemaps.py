"""The site map for search engines: the pages of the roof, then those each app names."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from territories.sitemaps import sitemaps as territory_sitemaps


class PagesSitemap(Sitemap):
    protocol = "https"

    def items(self) -> list[str]:
        return ["home:home", "home:sources", "home:accessibility", "home:legal", "home:privacy", "home:site_plan"]

    def location(self, item: str) -> str:
        return reverse(item)


sitemaps = {"pages": PagesSitemap, **territory_sitemaps}
