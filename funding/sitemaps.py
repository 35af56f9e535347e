"""Pages of schemes and calls, for search engines."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from funding.enums import EditorialState
from funding.models import Call, Scheme

PAGE_SIZE = 5_000


class FundingListsSitemap(Sitemap):
    def items(self) -> list[str]:
        return ["funding:catalogue", "funding:calendar", "funding:resources", "funding:check"]

    def location(self, item: str) -> str:
        return reverse(item)


class SchemesSitemap(Sitemap):
    """Published and archived schemes: an archived one keeps its address."""

    limit = PAGE_SIZE

    def items(self):
        return Scheme.objects.public().only("slug", "updated_at").order_by("slug")

    def lastmod(self, scheme: Scheme):
        return scheme.updated_at


class CallsSitemap(Sitemap):
    limit = PAGE_SIZE

    def items(self):
        calls = Call.objects.filter(scheme__state__in=EditorialState.public).select_related("scheme")
        return calls.only("slug", "scheme__slug").order_by("pk")


sitemaps: dict[str, type[Sitemap]] = {
    "aides": FundingListsSitemap,
    "dispositifs": SchemesSitemap,
    "appels": CallsSitemap,
}
