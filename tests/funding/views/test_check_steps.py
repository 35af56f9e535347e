"""The four steps: everything optional, everything in the address, mistakes said at the field."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.funding import check_schemes
from tests.funding.firms.register import SIRET, answer, serving

pytestmark = pytest.mark.django_db
WHO, WHERE, WHAT, HOW_MUCH = "/eligibilite/", "/eligibilite/lieu/", "/eligibilite/projet/", "/eligibilite/montants/"
RESULT = "/eligibilite/resultat/"
STEPS = [WHO, WHERE, WHAT, HOW_MUCH]


@pytest.fixture(autouse=True)
def _alone(db):
    check_schemes.alone()


def words(response) -> str:
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split()).replace("\N{NO-BREAK SPACE}", " ")


def going(client, path: str, query: str, to: str = "suite"):
    """Where a step leads, and with which answers."""
    response = client.get(f"{path}?{query}&aller={to}")
    assert response.status_code == 302, words(response)
    parts = urlsplit(response["Location"])
    return parts.path, parse_qs(parts.query)


@pytest.mark.parametrize("path", STEPS)
def test_a_step_is_public_sets_no_cookie_and_asks_nothing(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert not response.cookies
    assert response.content.count(b"<h1") == 1
    assert "Toutes les questions sont facultatives" in words(response)


def test_who_knows_nothing_still_reaches_the_result(client):
    path, answers = WHO, {}
    for expected in (WHERE, WHAT, HOW_MUCH, RESULT):
        path, answers = going(client, path, "")
        assert (path, answers) == (expected, {})


def test_answers_and_date_travel_from_step_to_step(client):
    path, answers = going(
        client, WHO, "audience=firm&staff=45&created_on=05/04/2001&au=2020-12-15&turnover=6 200 000,50"
    )
    assert path == WHERE
    assert answers == {
        "audience": ["firm"],
        "created_on": ["2001-04-05"],
        "staff": ["45"],
        "turnover": ["6200000.50"],
        "au": ["2020-12-15"],
    }
    path, answers = going(client, WHERE, "audience=firm&staff=45&place_text=Alès&au=2020-12-15")
    assert path == WHAT
    assert answers == {"audience": ["firm"], "staff": ["45"], "place": ["COM-30007"], "au": ["2020-12-15"]}
    path, answers = going(client, WHAT, "place=COM-30007&project_natures=vte_recruitment&project_natures=training")
    assert answers == {"place": ["COM-30007"], "project_natures": ["vte_recruitment", "training"]}
    assert going(client, HOW_MUCH, "staff=45&project_amount=1 000 €")[1] == {
        "staff": ["45"],
        "project_amount": ["1000"],
    }


def test_one_may_go_back_or_straight_to_the_result(client):
    assert going(client, WHAT, "staff=45&work_started=no", "retour") == (
        WHERE,
        {"staff": ["45"], "work_started": ["no"]},
    )
    assert going(client, WHO, "audience=epci", "resultat") == (RESULT, {"audience": ["epci"]})


@pytest.mark.parametrize(
    ("path", "query", "sentence", "typed"),
    [
        (WHO, "staff=quarante", "Écrivez un nombre entier", "quarante"),
        (WHO, "staff=-3", "ne peut pas être négatif", "-3"),
        (WHO, "staff=12,5", "Écrivez un nombre entier", "12,5"),
        (WHO, "turnover=beaucoup", "Écrivez un montant en euros", "beaucoup"),
        (WHO, "turnover=1e400", "Ce montant est trop grand", "1e400"),
        (WHO, "turnover=NaN", "Écrivez un montant en euros", "NaN"),
        (WHO, "created_on=31/02/2020", "Écrivez une date", "31/02/2020"),
        (WHO, "naf=zzzz", "Aucune activité ne répond", "zzzz"),
        (WHO, "naf=mécanique", "Plusieurs activités", "mécanique"),
        (WHO, "audience=martian", "choisissez dans la liste", ""),
        (WHERE, "place_text=sainte colombe", "Plusieurs lieux répondent", "sainte colombe"),
        (WHERE, "place_text=zzzzqqq", "Aucun lieu ne répond", "zzzzqqq"),
        (WHERE, "place=COM-99999", "Ce lieu n’est pas connu", ""),
        (WHERE, "place=REG-76", "Ce lieu n’est pas connu", ""),
        (WHAT, "project_natures=war", "n’existe pas", ""),
        (WHAT, "work_started=maybe", "n’existe pas", ""),
        (HOW_MUCH, "aid_1_amount=500", "Indiquez quand cette aide", "500"),
        (HOW_MUCH, "aid_2_date=01/01/2020", "Indiquez le montant de cette aide", "01/01/2020"),
    ],
)
def test_a_mistake_is_said_in_french_at_its_field_and_what_was_typed_stays(client, path, query, sentence, typed):
    response = client.get(f"{path}?{query}&jobs_created=7&aller=suite")
    assert response.status_code == 200
    assert sentence in words(response)
    assert f'value="{typed}"' in response.content.decode() or not typed
    assert "Erreur" in re.search(r"<title>(.*?)</title>", response.content.decode(), re.S)[1]
    # The result sends back to the step, rather than judging on a mistake.
    if "place_text" not in query:  # what is typed stays in its step until a place is found
        away = client.get(f"{RESULT}?{query}")
        assert away.status_code == 302
        assert urlsplit(away["Location"]).path == path


def test_a_homonym_is_chosen_in_a_list(client):
    page = client.get(f"{WHERE}?place_text=sainte colombe&aller=suite").content.decode()
    code = re.search(r'name="place_choice" value="(COM-\d+)"', page)[1]
    assert going(client, WHERE, f"place_text=sainte colombe&place_choice={code}")[1] == {"place": [code]}


def test_typing_another_place_forgets_the_one_known_and_emptying_forgets_it_too(client):
    assert going(client, WHERE, "place=COM-30007&place_text=Nevers")[1] == {"place": ["COM-58194"]}
    assert going(client, WHERE, "place=COM-30007&place_text=Alès (30)&place_origin=siret")[1] == {
        "place": ["COM-30007"],
        "place_origin": ["siret"],
    }
    assert going(client, WHERE, "place=COM-30007&place_text=&place_origin=siret")[1] == {}


def test_an_activity_is_found_by_code_or_by_words(client):
    for typed in ("2562b", "25.62B", "25.62B Mécanique industrielle", "mécanique industrielle"):
        assert going(client, WHO, f"naf={typed}")[1] == {"naf": ["25.62B"]}, typed


def test_the_size_is_computed_before_going_on(client):
    assert "Elle se calcule" in words(client.get(WHO))
    text = words(client.get(f"{WHO}?staff=45&turnover=6000000&taille=1"))
    assert "Petite entreprise : moins de 50 personnes" in text
    assert "Taille à préciser" in words(client.get(f"{WHO}?staff_band=12&turnover=60000000&taille=1"))


def test_the_date_is_said_and_a_bad_one_leaves_today(client):
    assert "15 décembre 2020" in words(client.get(f"{WHERE}?au=2020-12-15"))
    assert "n’est pas lisible" in words(client.get(f"{WHERE}?au=hier"))


@pytest.mark.parametrize("query", ["staff=45" * 400, "&".join("project_natures=training" for _ in range(900))])
def test_a_long_address_is_no_trouble(client, query):
    assert client.get(f"{WHAT}?{query}").status_code == 200


def test_the_headroom_follows_the_declared_aids_and_the_date(client):
    aids = "aid_1_amount=50000&aid_1_date=01/06/2026&aid_1_de_minimis=yes"
    assert "Reste : 250 000 €" in words(client.get(f"{HOW_MUCH}?{aids}"))
    assert "300 000 €" in words(client.get(HOW_MUCH))
    assert "200 000 €" in words(client.get(f"{HOW_MUCH}?au=2020-12-15"))


@pytest.fixture
def register(settings):
    with serving() as register:
        settings.FIRMS_API_URL = register.url
        yield register


def test_a_siret_fills_the_answers_and_is_kept_in_no_address(client, register):
    response = client.get(f"{WHO}?siret=552 081 317 66522&chercher=1")
    text, html = words(response), response.content.decode()
    assert "ELECTRICITE DE FRANCE (EDF)" in text
    assert "L’établissement est à Alès (30). Le lieu du projet, qui seul compte, se choisit" in text
    assert 'value="25.62B Mécanique industrielle"' in html
    assert 'value="05/04/2001"' in html
    assert 'name="place" value="COM-30007"' in html
    assert SIRET not in html.split('name="siret"')[1].split(">", 1)[1]
    assert "SECRET" not in html
    where = words(client.get(f"{WHERE}?place=COM-30007&place_origin=siret"))
    assert "Changez-le si le projet se fait ailleurs" in where


def test_an_arrondissement_leads_to_its_commune(client, register):
    register.body = answer(matching_etablissements=[{"siret": SIRET, "commune": "75102"}])
    assert 'name="place" value="COM-75056"' in client.get(f"{WHO}?siret={SIRET}&chercher=1").content.decode()


def test_a_closed_or_discreet_firm_is_said_so(client, register):
    register.body = answer(etat_administratif="C", statut_diffusion="P")
    text = words(client.get(f"{WHO}?siret={SIRET}&chercher=1"))
    assert "déclaré fermé" in text
    assert "qu’une partie de ses informations" in text


def test_a_bad_siret_is_said_at_once_and_nobody_is_asked(client, register):
    for siret in ("", "123", "12345678900012", "é" * 14):
        response = client.get(f"{WHO}?siret={siret}&chercher=1&staff=45")
        assert "SIRET" in words(response)
        assert 'value="45"' in response.content.decode()
    assert register.asked == []


@pytest.mark.parametrize(("status", "words_"), [(500, "ne répond pas"), (429, "très demandé"), (400, "illisible")])
def test_when_the_register_fails_one_types(client, register, status, words_):
    register.status = status
    response = client.get(f"{WHO}?siret={SIRET}&chercher=1&staff=45")
    assert words_ in words(response)
    assert "Répondez aux questions ci-dessous" in words(response)
    assert 'value="45"' in response.content.decode()


def test_schemes_that_exclude_each_other_are_the_only_ones_asked_about(client):
    from funding import listing
    from funding.models import Scheme, SchemeExclusion

    first, second = check_schemes.vte(), check_schemes.dsil()
    assert "Aides déjà obtenues" not in words(client.get(HOW_MUCH))
    SchemeExclusion.objects.create(first=Scheme.objects.get(pk=first.pk), second=Scheme.objects.get(pk=second.pk))
    listing.bump_version()
    text = words(client.get(HOW_MUCH))
    assert "Aucune de celles-ci VTE" in text or "Aucune de celles-ci DSIL" in text
    assert going(client, HOW_MUCH, "schemes_obtained=vte")[1] == {"schemes_obtained": ["vte"]}


@pytest.mark.parametrize("path", ["/eligibilite/lieux?q=ales", "/eligibilite/activites?q=mecanique"])
def test_proposals_while_typing(client, path):
    answer_ = client.get(path).json()
    assert answer_["results"][0].keys() == {"code", "label", "detail"}
    assert "propositions" in answer_["status"]


def test_a_proposed_place_is_taken_by_the_step_as_it_is_labelled(client):
    for typed in ("ales", "paris", "ajaccio", "nevers agglo", "saint denis"):
        for found in client.get(f"/eligibilite/lieux?q={typed}").json()["results"]:
            query = f"place={found['code']}&place_text={found['label']}"
            assert going(client, WHERE, query)[1] == {"place": [found["code"]]}, found


@pytest.mark.parametrize("path", ["/eligibilite/lieux", "/eligibilite/activites"])
@pytest.mark.parametrize("typed", ["", "a", "'", "%", "é" * 5000, "\u0301", "12345678901234"])
def test_proposals_never_fail(client, path, typed):
    assert client.get(path, {"q": typed}).status_code == 200
