"""The site map: every page of a place, in indexes of at most 5,000 addresses."""

import re

from territories.models import Place
from territories.sitemaps import sitemaps

NAMED = {"listes", "territoires", "regions", "departements", "intercommunalites", "communes"}


def test_sections():
    assert set(sitemaps) == NAMED


def test_every_place_with_a_page_is_there_once(db):
    total = sum(sitemap().paginator.count for name, sitemap in sitemaps.items() if name != "listes")
    kinds = ("region", "departement", "epci", "ept", "commune")
    expected = Place.objects.in_force().of_kind(*kinds).count() + Place.objects.of_kind("territory").count()
    assert total == expected


def test_indexes_are_split_and_answer(db, client):
    index = client.get("/sitemap.xml").content.decode()
    pages = re.findall(r"<loc>https?://[^/]+(/[^<]+)</loc>", index)
    assert len([page for page in pages if "communes" in page and "inter" not in page]) == 7
    territories = client.get("/sitemap-territoires.xml").content.decode()
    assert "/territoires/ti-2023-2707-nevers-val-de-loire/" in territories
    assert territories.count("<loc>") == 332
