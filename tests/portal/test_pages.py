"""Home, and the pages that every public service owes: there, light, reachable, and truthful."""

import gzip
import re

import pytest
from django.urls import reverse

from territories.models import Territory

PAGES = [
    "home:home",
    "home:project",
    "home:community",
    "home:site_plan",
    "home:accessibility",
    "home:legal",
    "home:privacy",
    "home:sources",
    "api:page",
    "funding:calendar",
    "events:list",
    "events:faq",
]


@pytest.mark.parametrize("name", PAGES)
def test_page_is_open_light_and_sets_no_cookie(client, db, name):
    response = client.get(reverse(name))
    assert response.status_code == 200
    assert not response.cookies
    assert len(response.content) <= 60_000
    assert len(gzip.compress(response.content)) <= 15_000
    text = response.content.decode()
    assert len(re.findall(r"<h1\b", text)) == 1
    assert '<html lang="fr"' in text
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_home_counts_what_is_there(client, db, django_assert_max_num_queries):
    client.get("/")  # what a process keeps may have to be read first
    with django_assert_max_num_queries(8):
        text = client.get("/").content.decode()
    count = Territory.objects.current().count()
    assert count == 183
    assert f"{count} territoires où l’industrie" in text


def test_every_link_of_the_site_plan_and_footer_opens(client, db):
    text = client.get(reverse("home:site_plan")).content.decode()
    addresses = {link for link in re.findall(r'href="(/[^"#]*)"', text) if not link.startswith("/static/")}
    assert len(addresses) > 30
    for address in addresses:
        assert client.get(address).status_code in (200, 302), address


def test_robots_and_security_text(client, db):
    robots = client.get("/robots.txt")
    assert robots["Content-Type"].startswith("text/plain")
    assert "Sitemap: http://testserver/sitemap.xml" in robots.content.decode()
    security = client.get("/.well-known/security.txt").content.decode()
    assert re.search(r"^Contact: mailto:\S+@\S+$", security, re.MULTILINE)
    assert re.search(r"^Expires: \d{4}-\d\d-\d\dT", security, re.MULTILINE)


def test_site_map_names_every_part(client, db):
    index = client.get("/sitemap.xml").content.decode()
    for section in ("pages", "aides"):
        assert f"/sitemap-{section}.xml" in index
    assert "http://testserver/mon-projet/" in client.get("/sitemap-pages.xml").content.decode()


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [("/nulle-part/", 404, "Page introuvable"), ("/territoires/ti-2023-9999/", 404, "Page introuvable")],
)
def test_errors_are_pages_of_the_portal(client, db, address, status, words):
    response = client.get(address)
    assert response.status_code == status
    assert words in response.content.decode()
    assert 'href="/recherche/"' in response.content.decode()


def test_an_expired_form_is_said_in_french(db):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/comptes/connexion/", {"login": "a@exemple.test"})
    assert response.status_code == 403
    assert "Formulaire expiré" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/?q=%00", "/nulle-part/"])
def test_pages_of_errors_are_dressed_like_the_others(client, path):
    page = client.get(path).content.decode()
    assert "css/portal" in page
    assert 'id="footer"' in page
    assert "Plan du site" in page
    assert "Les aides" in page


@pytest.mark.django_db
def test_the_display_settings_are_the_same_everywhere(client):
    for path in ("/", reverse("events:faq")):
        page = client.get(path).content.decode()
        assert page.count('name="fr-radios-theme"') == 3, path
