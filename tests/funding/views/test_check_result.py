"""The result of the check: groups, reasons in words, sums, contacts of the place, and what it costs."""

import re

import pytest
from django.core.cache import cache

from tests.funding import check_schemes
from tests.funding.drafts import published

pytestmark = pytest.mark.django_db
URL = "/eligibilite/resultat/"
FIRM = "au=2020-12-15&audience=firm&naf=25.62B&project_natures=vte_recruitment"
ALES = f"{FIRM}&place=COM-30007&staff=45&turnover=6000000&balance_sheet=4000000"


@pytest.fixture(autouse=True)
def _alone(db):
    check_schemes.alone()


def words(response) -> str:
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split()).replace("\N{NO-BREAK SPACE}", " ").replace("&#x27;", "'")


def section(response, state: str) -> str:
    html = response.content.decode()
    found = re.search(rf'<section class="check-group" id="{state}">(.*?)</section>', html, re.S)
    assert found, f"no group {state}: {words(response)}"
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()).replace("\N{NO-BREAK SPACE}", " ")


def test_a_firm_in_a_territory_gets_the_sum_the_reasons_and_the_contact_of_its_region(client):
    check_schemes.vte()
    check_schemes.resource()
    response = client.get(f"{URL}?{ALES}&ecological_transition=no")
    group = section(response, "eligible")
    assert "Montant : 4 000 €" in group
    assert "Forfait : 4 000 €." in group
    assert "Le lieu du projet est dans le périmètre du dispositif." in group
    assert "La taille convient : petite entreprise." in group
    assert "Ouvert en permanence" in group
    assert "eco@occitanie.test" in group
    assert "eco@bretagne.test" not in group
    assert "Le contrat et le RIB." in group
    text = words(response)
    assert "Le projet est dans le Territoire d’industrie Bassin d'Alès" in text
    assert "Plateforme du Gard" in text
    assert "Et si mon dossier n’est pas retenu" in text
    assert "jamais automatiquement" in text
    assert "15 décembre 2020" in text
    assert not response.cookies
    assert response["X-Robots-Tag"] == "noindex"


def test_the_green_bonus_is_added_when_the_project_is_green_and_asked_about_when_it_is_not_known(client):
    check_schemes.vte()
    assert "Montant : 12 000 €" in section(client.get(f"{URL}?{ALES}&ecological_transition=yes"), "eligible")
    assert "entre 4 000 € et 12 000 €" in section(client.get(f"{URL}?{ALES}"), "eligible")


def test_a_firm_outside_any_territory_is_told_so_with_the_nearest_ones(client):
    check_schemes.vte()
    response = client.get(f"{URL}?{FIRM}&place=COM-75056&staff=45")
    group = section(response, "not_eligible")
    assert "VTE" in group
    assert "Lieu du projet. Le lieu du projet est hors du périmètre du dispositif" in group
    text = words(response)
    assert "Le lieu du projet n’est dans aucun Territoire d’industrie Les plus proches" in text
    assert text.count(" km)") == 3


def test_an_unknown_asks_its_question_and_leads_to_its_field(client):
    check_schemes.staffed()
    response = client.get(f"{URL}?audience=firm&place=COM-30007")
    group = section(response, "to_specify")
    assert "L’effectif n’est pas indiqué" in group
    assert "Combien de personnes l’entreprise emploie-t-elle" in group
    link = re.search(r'href="([^"]+#id_staff)"', response.content.decode())[1].replace("&amp;", "&")
    assert link == "/eligibilite/?audience=firm&place=COM-30007#id_staff"
    assert 'id="id_staff"' in client.get(link).content.decode()


def test_every_question_leads_to_a_field_that_exists(client):
    from django.urls import reverse

    from funding.answers import FIELD_OF_QUESTION
    from funding.eligibility.questions import QuestionCode
    from funding.presenters.check import STEP_URLS

    assert FIELD_OF_QUESTION.keys() == set(QuestionCode)
    for step, name in FIELD_OF_QUESTION.values():
        html = client.get(reverse(STEP_URLS[step])).content.decode()
        assert f'id="id_{name}"' in html or f'id="id_{name}_0"' in html, name


def test_a_near_miss_says_what_would_change(client):
    check_schemes.staffed()
    group = section(client.get(f"{URL}?audience=firm&staff=9&place=COM-30007"), "near")
    assert "L’effectif est trop faible : 9 personnes" in group
    assert "Ce qui changerait la réponse : Il manque 1 personne pour atteindre 10 personnes." in group


def test_a_closed_call_says_when_and_what_it_would_have_been(client):
    check_schemes.closed()
    group = section(client.get(f"{URL}?audience=firm&place=COM-30007"), "not_open")
    assert "Clos depuis le 31 mars 2021 à 12 h." in group
    assert "Si l’appel était ouvert, le projet serait éligible." in group
    assert "Ouvert jusqu’au 31 mars 2021" in section(
        client.get(f"{URL}?audience=firm&place=COM-30007&au=2020-12-15"), "eligible"
    )


def test_headroom_and_exclusions_are_told(client):
    from funding import listing
    from funding.models import SchemeExclusion

    first = published(
        {"slug": "une", "name": "Une aide", "regime": "de_minimis"}, {"amounts": [{"kind": "flat", "amount": 100000}]}
    )
    second = published({"slug": "autre", "name": "Autre aide"})
    SchemeExclusion.objects.create(first=first, second=second, reason="même objet")
    listing.bump_version()
    aids = "aid_1_amount=250000&aid_1_date=01/06/2026&aid_1_de_minimis=yes"
    text = words(client.get(f"{URL}?audience=firm&{aids}"))
    assert "Une aide de 100 000 € dépasserait le plafond de 50 000 €" in text
    assert "Ne se cumule pas avec : Autre aide." in text
    text = words(client.get(f"{URL}?audience=firm&schemes_obtained=autre"))
    assert "Ne se cumule pas avec « Autre aide », que vous avez déjà obtenu : même objet." in text


def test_without_any_answer_everything_is_to_be_specified(client):
    check_schemes.vte()
    check_schemes.dsil()
    response = client.get(f"{URL}?au=2020-12-15")
    assert "2 À préciser" in words(response)
    assert "Vous n’avez encore rien indiqué" in words(response)


def test_without_any_scheme_the_page_still_says_what_to_do(client):
    assert "0 dispositif examiné" in words(client.get(URL))


@pytest.mark.parametrize(
    "query", ["groupe=zzz", "groupe=eligible&page=0", "groupe=eligible&page=99999999999", "groupe=eligible&page=é"]
)
def test_odd_groups_and_pages_are_no_trouble(client, query):
    check_schemes.dsil()
    assert client.get(f"{URL}?{query}").status_code == 200


@pytest.fixture
def many():
    def made(size: int) -> None:
        for number in range(size):
            published(
                {"slug": f"fonds-{number}", "name": f"Fonds numéro {number}", "summary": "Une phrase. " * 15},
                {"criteria": [{"kind": "audience", "values": ["firm"]}, {"kind": "staff_range", "lower": 10}]},
            )

    return made


@pytest.mark.parametrize("size", [1, 14])
def test_the_page_costs_the_same_whatever_the_number_of_schemes(client, many, size, django_assert_num_queries):
    many(size)
    check_schemes.vte()
    check_schemes.resource()
    query = f"{URL}?{ALES}&schemes_obtained="
    client.get(query)  # compiles the rules
    with django_assert_num_queries(6):  # version, place, schemes, contacts, names, resources
        client.get(query)


def test_outside_the_nearest_territories_are_looked_for_once_an_hour(client, django_assert_num_queries):
    check_schemes.vte()
    query = f"{URL}?{FIRM}&place=COM-75056"
    client.get(query)
    with django_assert_num_queries(5):
        client.get(query)
    cache.delete("check:near:COM-75056")
    with django_assert_num_queries(7):
        client.get(query)


def test_a_group_is_paged_and_pages_stay_light(client, many):
    many(14)
    base = f"{URL}?audience=firm&staff=45&place=COM-30007"
    overview = client.get(base)
    assert "Voir les 14 aides du groupe « Éligible »" in words(overview)
    assert len(overview.content) < 60_000
    first = client.get(f"{base}&groupe=eligible")
    assert "Page 1 sur 2" in words(first)
    assert len(first.content) < 60_000
    second = client.get(f"{base}&groupe=eligible&page=2")
    names = set(re.findall(r"Fonds numéro \d+", words(first) + words(second)))
    assert len(names) == 14
