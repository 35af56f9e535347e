"""Pages of communes, intercommunalités, départements and régions."""

import gzip
import re
from datetime import date

import pytest

from territories.models import Place, PlaceName

HTML_BYTES, COMPRESSED_BYTES = 60_000, 15_000


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode().replace("\xa0", " ")


def test_a_commune_in_a_territory_names_it(db, client, django_assert_num_queries):
    with django_assert_num_queries(3):
        response = client.get("/communes/30007-ales/")
    html = text(response)
    assert "Alès fait partie du Territoire d’industrie" in html
    assert "/territoires/ti-2023-7601-ales/" in html
    assert "30100" in html
    assert "CA Alès Agglomération" in html
    assert "Gard" in html
    assert "213000078" in html  # SIREN of the commune
    assert "populations municipales 2023 (Insee)" in html


def test_a_commune_outside_points_at_the_nearest_territories(db, client):
    html = text(client.get("/communes/75056-paris/"))
    assert "ne fait partie d’aucun Territoire d’industrie" in html
    assert html.count(" km") >= 3


def test_a_commune_whose_position_is_unknown_says_so(db, client):
    html = text(client.get("/communes/98735-papeete/", follow=True))
    assert "ne fait partie d’aucun Territoire d’industrie" in html
    assert "n’est pas connue du portail" in html


def test_former_communes_are_named(db, client):
    html = text(client.get("/communes/01015-arboys-en-bugey/"))
    assert "Anciennes communes" in html
    assert "Arbignieu" in html


def test_former_communes_without_a_name_are_left_out(db, client):
    PlaceName.objects.create(place=Place.objects.get(code="COM-01015"), kind="former", label="", code="01999", rank=0)
    html = text(client.get("/communes/01015-arboys-en-bugey/"))
    assert "<dd>Arbignieu, Saint-Bois</dd>" in html


def test_a_collectivity_overseas_is_no_region_and_has_a_census_of_its_own(db, client):
    html = text(client.get("/communes/98735-papeete/", follow=True))
    assert "dernier recensement connu" in html
    assert "(2023)" not in html
    assert "populations municipales 2023" not in html
    html = text(client.get(Place.objects.get(code="REG-987").get_absolute_url()))
    assert "Collectivité d’outre-mer" in html
    assert ">Région<" not in html


def test_a_closed_place_says_so(db, client):
    Place.objects.filter(code="COM-30007").update(valid_until=date(2025, 12, 31))
    assert "n’existe plus depuis le 31 décembre 2025" in text(client.get("/communes/30007-ales/"))


@pytest.mark.parametrize(
    ("path", "canonical"),
    [
        ("/communes/30007/", "/communes/30007-ales/"),
        ("/communes/30007-nimes/", "/communes/30007-ales/"),
        ("/communes/2A004-Ajaccio/", "/communes/2a004-ajaccio/"),
        ("/departements/2A/", "/departements/2a-corse-du-sud/"),
        ("/regions/28-basse-normandie/", "/regions/28-normandie/"),
        ("/intercommunalites/200066918/", "/intercommunalites/200066918-ca-ales-agglomeration/"),
    ],
)
def test_other_addresses_lead_to_the_canonical_one(db, client, path, canonical):
    response = client.get(path)
    assert (response.status_code, response.url) == (301, canonical)
    assert client.get(canonical).status_code == 200


@pytest.mark.parametrize(
    "path", ["/communes/99999-x/", "/communes/30007a1234/", "/regions/xx-y/", "/intercommunalites/30007-ales/"]
)
def test_an_unknown_code_is_not_found(db, client, path):
    assert client.get(path).status_code == 404


def test_an_intercommunalite_and_its_communes(db, client, django_assert_num_queries):
    with django_assert_num_queries(3):
        response = client.get("/intercommunalites/200066918-ca-ales-agglomeration/")
    html = text(response)
    assert "fait partie du Territoire d’industrie" in html
    assert "Communauté d’agglomération" in html
    assert 'href="/communes/30007-ales/"' in html


def test_an_intercommunalite_partly_in_a_territory(db, client):
    """The commune of Cercy-la-Tour is a member of Nevers Val de Loire without its intercommunalité."""
    commune = Place.objects.get(name="Cercy-la-Tour")
    epci = Place.objects.get(code=next(code for code in commune.ancestor_codes if code.startswith("EPCI-")))
    html = text(client.get(epci.get_absolute_url()))
    assert "une partie seulement" in html
    assert "Cercy-la-Tour</a> fait partie de <a" in html


def test_an_ept_has_its_page(db, client):
    ept = Place.objects.filter(kind="ept").order_by("code").first()
    html = text(client.get(ept.get_absolute_url()))
    assert "Établissement public territorial" in html


def test_a_region_lists_the_territories_that_touch_it(db, client, django_assert_num_queries):
    path = "/regions/24-centre-val-de-loire/"
    client.get(path)  # shapes are kept from here on
    with django_assert_num_queries(5):
        response = client.get(path)
    html = text(response)
    assert "Nevers Val de Loire" in html
    assert "région principale : Bourgogne-Franche-Comté" in html
    assert "/departements/18-cher/" in html
    coverage = response.context["coverage"]
    assert 0 < coverage.covered_communes < coverage.communes
    assert 0 < coverage.share < 100


def test_a_region_without_territory_says_so(db, client):
    html = text(client.get(Place.objects.get(code="REG-975").get_absolute_url()))
    assert "Aucun Territoire d’industrie" in html


def test_a_departement(db, client, django_assert_num_queries):
    path = "/departements/58-nievre/"
    client.get(path)
    with django_assert_num_queries(6):
        response = client.get(path)
    html = text(response)
    assert "Nevers Val de Loire" in html
    assert "CA de Nevers" in html
    found = response.context["departement"]
    assert found.communes == found.coverage.covered_communes + len(found.outside)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["region", "departement"])
def test_all_regions_and_departements_have_a_light_page(db, client, kind):
    for place in Place.objects.in_force().of_kind(kind).order_by("code"):
        content = client.get(place.get_absolute_url()).content
        assert len(content) <= HTML_BYTES, place
        assert len(gzip.compress(content, 6)) <= COMPRESSED_BYTES, place


@pytest.mark.slow
def test_the_largest_intercommunalites_have_a_light_page(db, client):
    from django.db.models import Count

    largest = Place.objects.in_force().of_kind("epci").annotate(total=Count("members")).order_by("-total", "code")[:20]
    for place in largest:
        content = client.get(place.get_absolute_url()).content
        assert len(content) <= HTML_BYTES, place
        assert len(gzip.compress(content, 6)) <= COMPRESSED_BYTES, place


def test_every_page_names_itself_for_previews(db, client):
    for path in ("/communes/30007-ales/", "/regions/28-normandie/", "/departements/58-nievre/"):
        html = text(client.get(path))
        assert 'property="og:title"' in html
        assert 'property="og:description" content=""' not in html
        assert 'name="description" content=""' not in html


def test_numbers_of_a_map_stand_inside_it(db, client):
    response = client.get("/regions/76-occitanie/")
    size = response.context["map"]
    numbers = re.findall(r'<text x="(\d+)" y="(\d+)">\d+</text>', response.content.decode())
    assert len(numbers) > 15
    for x, y in numbers:
        assert 14 <= int(x) <= size["width"] - 14
        assert 14 <= int(y) <= size["height"] - 14
