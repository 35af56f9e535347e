"""The catalogue's page: filters, counts, sorts, places, weight, queries."""

import gzip
import re
from datetime import datetime

import pytest
from django.urls import reverse

from funding import schemes
from funding.catalogue import loading
from funding.models import Listing
from funding.presenters import cards
from tests.funding.drafts import AT, FIRMS, draft, organisation, published

CATALOGUE = reverse("funding:catalogue")
ALES, ROUEN = "COM-30007", "COM-76540"
QUERIES = 4  # version of the data; schemes of the cards, their calls, their rounds
HTML_BYTES, COMPRESSED_BYTES = 60_000, 15_000


@pytest.fixture(autouse=True)
def _own_index(db):
    """An empty catalogue. The transaction of a test is undone: no index outlives it."""
    Listing.objects.all().delete()
    loading.forget()
    yield
    loading.forget()


def call(opens: str, closes: str, **values) -> dict:
    dates = {"opens_at": datetime.fromisoformat(opens), "closes_at": datetime.fromisoformat(closes)}
    return {"slug": "appel", "name": "Appel à projets", "kind": "projects", "rounds": [dates], **values}


OPEN = call("2026-01-01T00:00+01:00", "2027-03-31T12:00+02:00")
CLOSED = call("2020-09-01T00:00+02:00", "2021-03-31T23:59+02:00")


def names(response) -> list[str]:
    """Names of the schemes shown, in order, those of a relaxed question included."""
    return re.findall(r'<h3 class="aid-card__title"><a[^>]*>([^<]*)</a>', response.content.decode())


def asked(client, **parameters) -> list[str]:
    """Names of the schemes that answer, in order."""
    response = client.get(CATALOGUE, parameters)
    return names(response) if response.context["page"].paginator.count else []


def test_a_card_says_what_decides_and_a_draft_has_none(client):
    region = organisation("Région Occitanie")
    published(
        {"name": "Fonds d’usine", "summary": "Pour agrandir un site.", "help_kinds": ["grant", "loan"]},
        {
            "roles": [{"organisation_id": region.pk, "role": role} for role in ("funder", "instructor")],
            "calls": [OPEN],
            "amounts": [{"kind": "flat", "amount": 4000}],
        },
    )
    draft({"name": "Brouillon caché"})
    response = client.get(CATALOGUE)
    html = response.content.decode()
    assert names(response) == ["Fonds d’usine"]
    assert "Ouvert jusqu’au 31\xa0mars 2027 à 12\xa0h." in html
    for words in ("Pour agrandir un site.", "Subvention et Prêt", "jusqu’à 4\xa0000\xa0€", "Région Occitanie"):
        assert words in html


def test_the_same_queries_for_one_row_and_for_thirty(client, django_assert_num_queries):
    published()
    for size in (1, 30):
        while len(names(client.get(CATALOGUE))) < min(size, 20):
            published()
        for parameters, extra in (({}, 0), ({"lieu": ALES, "public": "firm"}, 1)):
            cards._kept.clear()
            with django_assert_num_queries(QUERIES + extra):
                client.get(CATALOGUE, parameters)


def test_words_are_found_whatever_their_accents_and_their_end(client):
    published({"name": "Réindustrialisation des friches"})
    published({"name": "Prime à l’embauche", "summary": "Pour un recrutement en atelier."})
    assert asked(client, q="reindustrialisation") == ["Réindustrialisation des friches"]
    assert asked(client, q="RÉINDUS") == ["Réindustrialisation des friches"]
    assert asked(client, q="recrutements atelier") == ["Prime à l’embauche"]
    assert asked(client, q='"friches réindustrialisation"') == []
    assert asked(client, q="prime -embauche") == []


@pytest.mark.parametrize("typed", ["'", "&|!():*", "<->", "-", '"', "a" * 5000, "de la", "%", "\u202e", "or or"])
def test_no_text_breaks_the_search(client, typed):
    published()
    assert client.get(CATALOGUE, {"q": typed}).status_code == 200


def test_each_filter_keeps_what_it_names(client):
    published({"name": "Pour les firmes", "help_kinds": ["loan"]}, {"criteria": [FIRMS], "calls": [OPEN]})
    nature = {"kind": "project_nature", "values": ["brownfield"]}
    expense = {"kind": "expense_nature", "values": ["clean_up"]}
    epci = {"kind": "audience", "values": ["epci"]}
    ademe = organisation("ADEME", slug="ademe")
    roles = [{"organisation_id": ademe.pk, "role": role} for role in ("funder", "instructor")]
    published({"name": "Fonds friches"}, {"criteria": [epci, nature, expense], "roles": roles, "calls": [CLOSED]})
    for parameters, expected in (
        ({"public": "epci"}, ["Fonds friches"]),
        ({"public": "firm"}, ["Pour les firmes"]),
        ({"aide": "loan"}, ["Pour les firmes"]),
        ({"aide": ["loan", "grant"]}, ["Pour les firmes", "Fonds friches"]),
        ({"projet": "brownfield"}, ["Fonds friches"]),
        ({"depense": "clean_up"}, ["Fonds friches"]),
        ({"financeur": "ademe"}, ["Fonds friches"]),
        ({"statut": "closed"}, ["Fonds friches"]),
        ({"statut": ["open", "closing_soon"]}, ["Pour les firmes"]),
        ({"avant": "2027-03-31"}, ["Pour les firmes"]),
        ({"avant": "2027-03-30"}, []),
        ({"statut": "closed", "au": "2020-12-15"}, []),
        ({"statut": "open", "au": "2020-12-15"}, ["Fonds friches"]),
    ):
        assert asked(client, **parameters) == expected, parameters


def test_a_facet_is_counted_without_its_own_filter(client):
    published({"help_kinds": ["loan"]})
    published({"help_kinds": ["grant"]})
    html = client.get(CATALOGUE, {"aide": "loan"}).content.decode()
    assert "Subvention (1)" in html
    assert "Prêt (1)" in html
    assert "Entreprise (1)" in html


def test_a_place_keeps_what_applies_there_and_hides_the_national_call(client):
    national = {**OPEN, "slug": "national", "name": "Appel national"}
    variant = {**CLOSED, "slug": "occitanie", "name": "Appel Occitanie", "included_codes": ["REG-76"]}
    published({"name": "À variante"}, {"calls": [national, {**variant, "variant_of": "national"}]})
    published({"name": "Normandie seule", "included_codes": ["REG-28"]})
    published({"name": "Sauf Alès", "excluded_codes": ["EPCI-200066918"]})
    ales = client.get(CATALOGUE, {"lieu": ALES})
    assert names(ales) == ["À variante"]
    assert "Appel Occitanie" in ales.content.decode()
    assert "Clos depuis" in ales.content.decode()
    assert set(asked(client, lieu=ROUEN)) == {"À variante", "Normandie seule", "Sauf Alès"}
    assert "Appel national" in client.get(CATALOGUE, {"lieu": ROUEN}).content.decode()
    assert sorted(asked(client)) == ["Normandie seule", "Sauf Alès", "À variante"]


def test_a_typed_place_leads_to_the_address_with_its_code(client):
    response = client.get(CATALOGUE, {"q": "usine", "ou": "alès", "lieu": "", "public": "", "tri": "cloture"})
    assert (response.status_code, response.url) == (302, f"{CATALOGUE}?q=usine&tri=cloture&lieu={ALES}")
    kept = client.get(CATALOGUE, {"ou": "Alès", "lieu": ALES})
    assert kept.url == f"{CATALOGUE}?lieu={ALES}"
    assert client.get(CATALOGUE, {"ou": "", "lieu": ALES}).url == CATALOGUE


def test_homonyms_are_chosen_among_and_an_unknown_place_is_said(client):
    html = client.get(CATALOGUE, {"ou": "sainte colombe", "public": "firm"}).content.decode()
    assert "De quel lieu s’agit-il" in html
    assert '&amp;public=firm"' in html
    assert "Aucun lieu ne porte ce nom" in client.get(CATALOGUE, {"ou": "zzqqzz"}).content.decode()
    assert "Ce lieu n’est pas connu" in client.get(CATALOGUE, {"lieu": "COM-99999"}).content.decode()


def test_what_is_wrong_is_said_at_its_field_and_filters_nothing(client):
    published({"name": "Toujours là"})
    wrong = {"public": "martien", "aide": "or", "avant": "31 mars", "financeur": "personne", "statut": "x", "tri": "y"}
    response = client.get(CATALOGUE, wrong)
    html = response.content.decode()
    assert names(response) == ["Toujours là"]
    assert html.count("Ce choix n’existe pas") == 3
    assert "Écrivez la date comme ceci" in html
    assert "Cet organisme n’est pas connu" in html
    assert 'value="31 mars"' in html


def test_sorts(client):
    soon = call("2026-01-01T00:00+01:00", "2026-12-05T12:00+01:00")
    published({"name": "Tard"}, {"calls": [OPEN], "amounts": [{"kind": "flat", "amount": 10}]})
    published({"name": "Bientôt"}, {"calls": [soon], "amounts": [{"kind": "flat", "amount": 90}]})
    published({"name": "Permanent"})
    published({"name": "Fini"}, {"calls": [CLOSED], "amounts": [{"kind": "flat", "amount": 500}]})
    at = {"au": "2026-11-24"}
    assert asked(client, **at) == ["Bientôt", "Tard", "Permanent", "Fini"]
    assert asked(client, **at, tri="montant") == ["Fini", "Bientôt", "Tard", "Permanent"]
    published({"name": "Autre", "summary": "Une aide permanent."})
    assert asked(client, **at, q="permanent", tri="pertinence") == ["Permanent", "Autre"]


def test_filters_in_use_can_be_removed_one_by_one(client):
    published()
    html = client.get(
        CATALOGUE, {"q": "aide", "aide": ["grant", "loan"], "page": "2", "au": "2026-11-24"}
    ).content.decode()
    assert 'href="?aide=grant&amp;aide=loan&amp;au=2026-11-24"' in html
    assert 'href="?q=aide&amp;aide=loan&amp;au=2026-11-24"' in html


def test_no_result_drops_the_tightest_filter_and_says_which(client):
    for number in range(3):
        published({"name": f"Prêt {number}", "help_kinds": ["loan"]})
    published(
        {"name": "Subvention friche"}, {"criteria": [FIRMS, {"kind": "project_nature", "values": ["brownfield"]}]}
    )
    response = client.get(CATALOGUE, {"aide": "loan", "projet": "brownfield"})
    html = response.content.decode()
    assert "Aucune aide ne répond à tous ces choix" in html
    assert "« Projet : reconversion d’une friche » est celui qui écarte le plus d’aides" in html
    assert "sans « Prêt » : 1 aide" in html
    assert sorted(names(response)) == ["Prêt 0", "Prêt 1", "Prêt 2"]


def test_the_open_data_files_are_one_click_away(client):
    assert 'href="/aides/export-schema-national.csv"' in client.get(CATALOGUE).content.decode()


def test_an_empty_catalogue_says_so(client):
    assert "Aucune aide n’est publiée" in client.get(CATALOGUE).content.decode()


def test_a_write_shows_at_once(client):
    scheme = published({"name": "Avant"})
    assert asked(client) == ["Avant"]
    schemes.save_scheme(scheme_id=scheme.pk, values={"name": "Après"}, actor=None, at=AT)
    assert asked(client) == ["Après"]
    schemes.archive_scheme(scheme_id=scheme.pk, actor=None, at=AT)
    assert asked(client) == []


def test_a_full_page_is_light(client):
    texts = {"summary": "Une aide aux sites industriels qui investissent et qui embauchent. " * 4}
    for number in range(21):
        published({"name": f"Aide à l’investissement industriel numéro {number}", **texts}, {"calls": [OPEN]})
    response = client.get(CATALOGUE, {"lieu": ALES, "public": "firm"})
    assert len(names(response)) == 20
    assert len(response.content) <= HTML_BYTES
    assert len(gzip.compress(response.content, 6)) <= COMPRESSED_BYTES
    assert names(client.get(CATALOGUE, {"page": "2"})) != []


def test_kept_cards_ask_nothing_and_keep_the_place_of_this_page_only(client, django_assert_num_queries):
    scheme = published()
    client.get(CATALOGUE, {"lieu": ALES})
    with django_assert_num_queries(2):
        html = client.get(CATALOGUE, {"lieu": ROUEN}).content.decode()
    assert f'href="{scheme.get_absolute_url()}?lieu={ROUEN}"' in html
    assert ALES not in html
