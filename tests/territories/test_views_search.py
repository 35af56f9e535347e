"""The search page and its proposals, on the real places of France."""

import pytest
from django.urls import reverse

SEARCH = reverse("territories:search")
SUGGEST = reverse("territories:suggest")


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("st etienne", "/communes/42218-saint-etienne/"),
        ("18000", "/communes/18033-bourges/"),
        ("30007", "/communes/30007-ales/"),
        ("ti-2707", "/territoires/ti-2023-2707-nevers-val-de-loire/"),
        ("200066918", "/intercommunalites/200066918-ca-ales-agglomeration/"),
    ],
)
def test_one_sure_answer_leads_straight_to_its_page(db, client, typed, path):
    response = client.get(SEARCH, {"q": typed})
    assert response.status_code == 302
    assert response.url == path
    assert client.get(path).status_code == 200


def test_homonyms_are_listed_with_their_departement(db, client):
    response = client.get(SEARCH, {"q": "sainte colombe"})
    assert response.status_code == 200
    details = {(place.name, place.detail) for place in response.context["results"]}
    assert ("Sainte-Colombe", "Doubs (25)") in details
    assert ("Sainte-Colombe", "Manche (50)") in details
    assert len({place.url for place in response.context["results"]}) == len(response.context["results"])


def test_a_number_that_is_a_postcode_and_a_code_shows_both_the_postcode_first(db, client):
    results = client.get(SEARCH, {"q": "30100"}).context["results"]
    assert [place.name for place in results] == ["Alès", "Cruviers-Lascours"]


def test_results_lead_to_canonical_addresses(db, client):
    for place in client.get(SEARCH, {"q": "sainte colombe"}).context["results"]:
        assert client.get(place.url).status_code == 200
        if place.territory:
            assert client.get(place.territory_url).status_code == 200


def test_a_number_of_queries_that_does_not_depend_on_the_results(db, client, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get(SEARCH, {"q": "sainte colombe"})
    with django_assert_num_queries(1):
        client.get(SEARCH, {"q": "saint"})


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Écrivez le nom d’une commune"),
        ("12345678900012", "Ce SIRET n’est pas valide"),
        ("123456789", "Ce SIREN n’est pas valide"),
        ("a" * 10_000, "Ce texte est trop long"),
    ],
)
def test_wrong_input_is_said_at_the_field_and_kept(db, client, typed, sentence):
    response = client.get(SEARCH, {"q": typed})
    html = response.content.decode()
    assert response.status_code == 200
    assert sentence in html
    assert 'aria-invalid="true"' in html
    assert f'value="{typed[:200]}"' in html
    assert response.context["results"] == []


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("73282932000074", "Ce numéro n’est pas celui d’une commune"),
        ("99999", "Aucune commune n’a ce code postal"),
        ("zzzzqqqq", "Aucun lieu ne porte ce nom"),
    ],
)
def test_no_answer_says_what_to_do(db, client, typed, title):
    html = client.get(SEARCH, {"q": typed}).content.decode()
    assert title in html
    assert "Ce que vous pouvez écrire" in html


def test_a_misspelt_name_suggests_the_closest_ones(db, client):
    response = client.get(SEARCH, {"q": "nevrs"})
    assert "Nevers" in [place.name for place in response.context["results"]]
    assert "Voici les noms les plus proches" in response.content.decode()


def test_typed_text_is_escaped(db, client):
    html = client.get(SEARCH, {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in html


def test_a_nul_byte_is_a_french_refusal(db, client):
    response = client.get(f"{SEARCH}?q=ales%00")
    assert response.status_code == 400


def test_proposals_for_the_combobox(db, client, django_assert_num_queries):
    with django_assert_num_queries(1):
        answer = client.get(SUGGEST, {"q": "st etienne"}).json()
    first = {"code": "COM-42218", "label": "Saint-Étienne", "detail": "Loire (42)"}
    assert {**first, "url": "/communes/42218-saint-etienne/"} in answer["results"]
    assert answer["status"].startswith(f"{len(answer['results'])} propositions")


@pytest.mark.parametrize("typed", ["nev", "norman", "30100", "ales agglomeration"])
def test_proposals_for_a_field_that_takes_a_commune_are_communes(db, client, typed):
    found = client.get(SUGGEST, {"q": typed, "nature": "commune"}).json()["results"]
    assert found
    assert all(one["code"].startswith("COM-") for one in found)


def test_another_nature_changes_nothing(db, client):
    anything = client.get(SUGGEST, {"q": "norman"}).json()
    assert any(one["code"].startswith("REG-") for one in anything["results"])
    assert client.get(SUGGEST, {"q": "norman", "nature": "planete"}).json() == anything


@pytest.mark.parametrize("typed", ["", "a" * 10_000, "12345678900012", "'; DROP TABLE", "\u202e%", "zzzzqqqq"])
def test_proposals_never_fail(db, client, typed):
    response = client.get(SUGGEST, {"q": typed})
    assert response.status_code == 200
    assert response.json() == {"results": [], "status": "Aucune proposition."}


def test_the_form_works_without_a_script(db, client):
    html = client.get(SEARCH).content.decode()
    assert f'action="{SEARCH}" method="get"' in html
    assert 'name="q"' in html
