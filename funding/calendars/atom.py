"""Atom (RFC 4287). Pure: news in, bytes out, the same for the same news."""

from datetime import datetime
from urllib.parse import urljoin, urlsplit

from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from funding.calendars.news import Item
from funding.calendars.scopes import Scope

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
# A tag (RFC 4151) holds a day on which the name was the portal's; it never changes again.
_TAGGED = "2026"


class _Feed(Atom1Feed):
    def latest_post_date(self) -> datetime:
        """Of an empty feed too: it does not change at each reading."""
        return self.feed["updated"]


def write(items: list[Item], scope: Scope, *, site: str, author: str, empty_since: datetime) -> bytes:
    """A feed of news. `site` begins addresses; `empty_since` is its date while nothing happened."""
    host = urlsplit(site).hostname
    feed = _Feed(
        title=f"Nouvelles – {scope.name}",
        link=urljoin(site, scope.page),
        description="",
        subtitle="Ouvertures, clôtures, dates déplacées, nouvelles relèves.",
        language="fr",
        author_name=author,
        feed_url=urljoin(site, scope.news_path),
        feed_guid=f"tag:{host},{_TAGGED}:nouvelles/{scope.key}",
        updated=max((item.updated for item in items), default=empty_since),
    )
    for item in items:
        feed.add_item(
            title=item.title,
            link=urljoin(site, item.path),
            # Django says that a summary is HTML.
            description="<br>".join(escape(line) for line in (item.text or item.title).splitlines()),
            unique_id=f"tag:{host},{_TAGGED}:{item.key}",
            pubdate=item.at,
            updateddate=item.updated,
            categories=[item.kind],
        )
    return feed.writeString("utf-8").encode()
