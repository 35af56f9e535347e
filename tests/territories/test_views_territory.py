"""A territory's page: sections, history, weight, queries."""

import gzip
import re
from datetime import date

import pytest
from django.utils import timezone

from territories import sections
from territories.models import ListEdition, Place, Territory, TerritoryProfile
from territories.presenters.territory import TerritoryFacts
from territories.presenters.territory_page import _page, drawn_map
from territories.presenters.version import data_version
from territories.sections import Section, register, registered

NEVERS = "/territoires/ti-2023-2707-nevers-val-de-loire/"
HTML_BYTES, COMPRESSED_BYTES = 60_000, 15_000
QUERIES = 1  # versions of the data, the profile, and what sections depend on: one round trip for all


def headings(response) -> list[str]:
    return [section.title for section in response.context["sections"]]


def test_nevers(db, client):
    response = client.get(NEVERS)
    html = response.content.decode()
    assert "<h1" in html
    assert "143\u202f315" in html or "143\xa0315" in html
    assert "CC du Nivernais Bourbonnais" in html
    assert "(région principale), <a" in html
    assert "/regions/24-centre-val-de-loire/" in html
    assert "/territoires/ti-2018-2706-nevers-val-de-loire/" in html
    assert "a rejoint le territoire le 4 juillet 2024" in html
    assert "populations municipales 2023 (Insee)" in html
    assert '<link rel="canonical" href="http://testserver' + NEVERS in html
    assert 'property="og:title" content="Nevers Val de Loire"' in html


def test_all_addresses_of_a_territory_lead_to_its_canonical_one(db, client):
    for path in (
        "/territoires/ti-2023-2707/",
        "/territoires/TI-2023-2707-Nevers/",
        "/territoires/ti-2023-2707-nevers/",
    ):
        response = client.get(path)
        assert (response.status_code, response.url) == (301, NEVERS)


@pytest.mark.parametrize("code", ["ti-2023-9999", "ti-1999-2707"])
def test_an_unknown_territory_is_not_found(db, client, code):
    assert client.get(f"/territoires/{code}-x/").status_code == 404


def test_a_section_without_content_is_not_shown(db, client):
    response = client.get(NEVERS)
    of_others = {"Aides ouvertes ici", "Bonnes pratiques", "Prochaines rencontres"}
    shown = [title for title in headings(response) if title not in of_others]
    assert shown == ["Membres et communes", "Région et départements", "Territoires voisins", "Histoire"]
    assert 'id="presentation"' not in response.content.decode()


def test_what_its_people_write_is_shown_clean(db, client):
    TerritoryProfile.objects.create(
        territory=Territory.objects.get(wave=2023, number="2707"),
        presentation='<p>Bonjour <strong>Nevers</strong></p><script>alert(1)</script><p onclick="x()">fin</p>',
        sectors=["metallurgy", "unknown"],
        links=[{"label": "Site", "url": "https://nevers.example/"}, {"label": "Piège", "url": "javascript:alert(1)"}],
        updated_at=timezone.now(),
    )
    response = client.get(NEVERS)
    html = response.content.decode()
    assert headings(response)[0] == "Présentation"
    assert "<strong>Nevers</strong>" in html
    assert "Mines, métallurgie, mécanique" in html
    assert 'href="https://nevers.example/"' in html
    for trap in ("alert(1)", "onclick", "javascript:"):
        assert trap not in html


def test_a_first_wave_territory_says_that_it_is_history(db, client):
    html = client.get("/territoires/ti-2018-2706-nevers-val-de-loire/").content.decode()
    assert "page d’histoire" in html
    assert NEVERS in html
    assert "31 décembre 2022" in html


def test_a_rename_is_told(db, client):
    place = Place.objects.get(code="TI-2023-8412")
    html = client.get(place.get_absolute_url()).content.decode()
    assert html.count("Ancien nom : « Pays de Gex – Genevois – Pays Bellegardien »") == 1


def test_a_departure_is_told(db, client):
    place = Place.objects.get(kind="territory", name="Creuse Industrie", valid_until=None)
    html = client.get(place.get_absolute_url()).content.decode()
    assert "CC Haute-Corrèze Communauté</a> ne fait plus partie du territoire depuis le 4 juillet 2024" in html


def test_queries_do_not_grow_with_members(db, client, django_assert_num_queries):
    alone, largest = "TI-2023-2803", "TI-2023-7510"
    for code in (alone, largest):
        address = Place.objects.get(code=code).get_absolute_url()
        client.get(address)  # official facts are kept from here on
        with django_assert_num_queries(QUERIES):
            client.get(address)


@pytest.mark.slow
def test_all_territories_of_both_waves_have_a_light_page(db, client):
    heaviest = (0, 0, "")
    for place in Place.objects.filter(kind="territory").order_by("code"):
        response = client.get(place.get_absolute_url())
        assert response.status_code == 200
        size, compressed = len(response.content), len(gzip.compress(response.content, 6))
        heaviest = max(heaviest, (compressed, size, place.code))
        assert size <= HTML_BYTES, place
        assert compressed <= COMPRESSED_BYTES, place


def facts_of(place: Place) -> TerritoryFacts:
    territory = Territory.objects.select_related("place", "main_region").get(place=place)
    return TerritoryFacts(territory, data_version())


def test_members_are_numbered_alike_on_the_map_and_in_the_table(db):
    facts = facts_of(Place.objects.get(code="TI-2023-2707"))
    drawing = str(drawn_map(facts)["drawing"])
    assert [member.number for member in facts.members] == [1, 2, 3, 4, 5, 6, 7]
    for member in facts.members:
        assert f">{member.number}</text>" in drawing
        assert f"<title>{member.place.name}</title>" in drawing


@pytest.mark.slow
def test_the_current_territories_all_have_a_map_of_all_their_members(db):
    missing = []
    for place in Place.objects.filter(kind="territory", valid_until=None).order_by("code"):
        facts = facts_of(place)
        drawing = str((drawn_map(facts) or {}).get("drawing", ""))
        drawn = drawing.partition('class="map__places"')[2].count("<title>")
        if drawn != len(facts.members):
            missing.append(f"{place.code} {drawn}/{len(facts.members)}")
    assert missing == []


def test_the_presentation_follows_what_is_written_whatever_wrote_it(db, client):
    territory = Territory.objects.get(place__code="TI-2023-2707")
    assert "Une vallée" not in client.get(NEVERS).content.decode()
    profile = TerritoryProfile.objects.create(territory=territory, presentation="<p>Une vallée de verre.</p>")
    assert "Une vallée de verre." in client.get(NEVERS).content.decode()
    TerritoryProfile.objects.filter(pk=profile.pk).update(presentation="<p>Une vallée<script>x</script> de fer.</p>")
    page = client.get(NEVERS).content.decode()
    assert "Une vallée de fer." in page
    assert "verre" not in page
    profile.delete()
    assert "Une vallée" not in client.get(NEVERS).content.decode()


def test_a_new_edition_of_the_list_makes_pages_anew(db, client):
    """What is kept belongs to a version of the data; an edition applied by the délégation is another."""
    before = client.get(NEVERS).content.decode()
    place = Place.objects.get(code="TI-2023-2707")
    Place.objects.filter(pk=place.pk).update(name="Nevers Renommé")
    ListEdition.objects.create(
        wave=2023, as_of=date(2026, 11, 24), label="Essai", digest="0" * 64, applied_at=timezone.now()
    )
    after = client.get(NEVERS).content.decode()
    assert '<h1 class="fr-mb-1w">Nevers Val de Loire</h1>' in before
    assert '<h1 class="fr-mb-1w">Nevers Renommé</h1>' in after
    assert "état au 24 novembre 2026" in after


def test_a_page_is_made_without_its_cache(db, client, settings):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",  # nothing listens there
        }
    }
    _page.cache_clear()
    assert client.get(NEVERS).status_code == 200


def test_any_app_adds_its_section():
    section = Section(key="essai", title="Essai", template="x.html", load=lambda *_: None, order=1)
    register(section)
    try:
        register(section)  # the same twice changes nothing
        assert registered()[0] == section
        other = Section(key="essai", title="Autre", template="y.html", load=lambda *_: {}, order=2)
        with pytest.raises(ValueError, match="already registered"):
            register(other)
    finally:
        del sections._registry["essai"]


def test_a_member_that_is_a_single_commune_is_among_the_communes(db, client):
    html = client.get(NEVERS).content.decode()
    assert re.search(r'class="communes__single"><a href="[^"]+">Cercy-la-Tour</a>, commune seule', html)
