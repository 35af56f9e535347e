"""The national map: all territories, light, the same as the list."""

import gzip
import re

from django.urls import reverse

MAP = reverse("territories:map")
HTML_BYTES, COMPRESSED_BYTES = 60_000, 15_000


def test_every_territory_is_drawn_once_and_listed_once(db, client):
    html = client.get(MAP).content.decode()
    drawn = re.findall(r'<a href="\.\./(ti-2023-\d{4})/"><title>([^<]+)</title><path d="m[^"]+z"/></a>', html)
    listed = re.findall(r'<li><a href="\.\./(ti-2023-\d{4})-[^"]+/">([^<]+)</a>', html)
    assert len(drawn) == len(set(drawn)) == 183
    assert drawn == listed


def test_links_lead_to_territories(db, client):
    html = client.get(MAP).content.decode()
    for address in re.findall(r'href="\.\./([^"]+)"', html)[:: 366 // 12]:
        assert client.get(f"/territoires/{address}", follow=True).status_code == 200


def test_the_list_is_grouped_by_region_mainland_first(db, client):
    groups = [group["region"].title for group in client.get(MAP).context["groups"]]
    assert groups[0] == "Auvergne-Rhône-Alpes"
    assert groups[-5:] == ["Guadeloupe", "Guyane", "La Réunion", "Martinique", "Mayotte"]


def test_overseas_insets_are_named(db, client):
    html = client.get(MAP).content.decode()
    for name in ("Guadeloupe", "Martinique", "Guyane", "La Réunion", "Mayotte"):
        assert re.search(rf"<text [^>]+>{name}</text>", html)


def test_the_page_is_light(db, client):
    content = client.get(MAP).content
    assert len(content) <= HTML_BYTES
    assert len(gzip.compress(content, 6)) <= COMPRESSED_BYTES


def test_few_queries_whatever_is_kept(db, client, django_assert_max_num_queries, django_assert_num_queries):
    with django_assert_max_num_queries(5):  # one more when shapes are not kept yet
        client.get(MAP)
    with django_assert_num_queries(4):
        client.get(MAP)
