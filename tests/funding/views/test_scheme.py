"""A scheme's page and those of its calls: what they say, to whom, at a place, at a date, and what they cost."""

import gzip
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from funding.catalogue import loading
from funding.models import SchemeLink
from funding.presenters import scheme_page
from tests.funding.drafts import FIRMS, draft, organisation, published
from tests.territories.people import delegation
from ti_portal.accounts.models import User

ALES, ROUEN = "COM-30007", "COM-76540"
QUERIES = 3  # version of the data, the scheme, its rows; then the names of places
CALL_QUERIES = 6
HTML_BYTES, COMPRESSED_BYTES = 60_000, 15_000


@pytest.fixture(autouse=True)
def _nothing_kept(db):
    loading.forget()
    scheme_page._kept.clear()
    yield
    loading.forget()
    scheme_page._kept.clear()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def two_rounds() -> dict:
    rounds = [
        {
            "opens_at": at("2020-10-01T00:00+02:00"),
            "closes_at": at("2020-12-21T23:59+01:00"),
            "label": "Première relève",
        },
        {
            "opens_at": at("2021-02-01T00:00+01:00"),
            "closes_at": at("2021-04-30T12:00-03:00"),
            "zone": "America/Cayenne",
            "committee_on": date(2021, 6, 1),
            "envelope": 2_000_000,
        },
    ]
    return {"slug": "ami", "name": "AMI Transitions", "kind": "interest", "rounds": rounds}


def html_of(client, scheme, **parameters) -> str:
    response = client.get(scheme.get_absolute_url(), parameters)
    assert response.status_code == 200
    return response.content.decode()


def test_everything_is_said_in_words(client):
    ademe = organisation("ADEME", url="https://www.ademe.fr/")
    scheme = published(
        {
            "name": "Transitions collectives",
            "summary": "Reconvertir sans licencier.",
            "description": "<p>Un parcours de formation.</p>",
            "eligibility_text": "<p>Les salariés volontaires.</p>",
            "to_prepare": "<ul><li>Un accord d’entreprise</li></ul>",
            "legal_basis": "Instruction du 11 janvier 2021",
            "regime": "de_minimis",
            "included_codes": ["REG-76", "REG-28"],
            "excluded_codes": [ROUEN],
        },
        {
            "roles": [{"organisation_id": ademe.pk, "role": role} for role in ("funder", "instructor")],
            "criteria": [
                FIRMS,
                {"kind": "staff_range", "lower": 10, "upper": 249},
                {"kind": "naf", "values": ["25"], "excluded": ["25.40Z"]},
                {"kind": "ecological_transition", "is_hard": False},
                {"kind": "free_text", "text": "Accord de branche", "contact": "la DREETS"},
            ],
            "amounts": [{"kind": "flat", "amount": 4000}],
            "calls": [two_rounds()],
        },
    )
    html = html_of(client, scheme, au="2020-12-15")
    for words in (
        "<h1>Transitions collectives</h1>",
        "Bientôt clos",
        "ouvert jusqu’au 21\xa0décembre 2020 à 23\xa0h\xa059",
        "Première relève",
        "(en cours)",
        "(à venir)",
        "au 30\xa0avril 2021 à 12\xa0h (heure de Cayenne)",
        "Comité le 1er\xa0juin 2021",
        "Enveloppe\xa0: 2\xa0000\xa0000\xa0€",
        "Occitanie et Normandie, sauf Rouen",
        "Entre 10 et 249\xa0personnes.",
        "sauf ",
        "Conseillé",
        "Accord de branche. Auprès de\xa0: la DREETS.",
        "4\xa0000\xa0€",
        "Un accord d’entreprise",
        "Instruction du 11 janvier 2021",
        "De minimis",
        'href="https://www.ademe.fr/"',
        "Tester mon éligibilité",
    ):
        assert words in html, words
    assert "Clos depuis" in html_of(client, scheme)


def test_a_dead_page_is_shown_dead(client):
    scheme = published({}, {"links": [{"kind": "official", "label": "Ancienne page", "url": "https://mort.example/x"}]})
    SchemeLink.objects.filter(scheme=scheme).update(dead_since=date(2023, 3, 3))
    html = html_of(client, scheme)
    assert "Page sans réponse depuis le 3\xa0mars 2023" in html
    assert "https://mort.example/x" in html
    assert 'href="https://mort.example/x"' not in html


def test_a_draft_is_for_the_delegation_only(client):
    scheme = draft({"name": "Brouillon"})
    published({"name": "Voisin"})
    assert client.get(scheme.get_absolute_url()).status_code == 404
    client.force_login(User.objects.create_user("simple@example.org", "x"))
    assert client.get(scheme.get_absolute_url()).status_code == 404


def test_the_delegation_reads_a_draft_and_is_told_that_nobody_else_does(client):
    scheme = draft({"name": "Brouillon"})
    client.force_login(delegation())
    html = client.get(scheme.get_absolute_url()).content.decode()
    assert "Cette page n’est pas publiée" in html
    assert client.get(f"{scheme.get_absolute_url()}appels/guichet/").status_code == 200
    client.logout()
    assert client.get(f"{scheme.get_absolute_url()}appels/guichet/").status_code == 404


def test_an_unknown_scheme_or_call_is_not_found(client):
    scheme = published()
    assert client.get("/aides/inconnue/").status_code == 404
    assert client.get(f"{scheme.get_absolute_url()}appels/inconnu/").status_code == 404


def test_a_place_shows_its_variant_its_contacts_and_hides_the_national_call(client):
    body = organisation("Préfecture")
    here = {"organisation_id": body.pk, "email": "occitanie@exemple.fr", "included_codes": ["REG-76"]}
    there = {"organisation_id": body.pk, "email": "normandie@exemple.fr", "included_codes": ["REG-28"]}
    dates = {"opens_at": at("2020-01-01T00:00+01:00"), "closes_at": at("2020-06-30T00:00+02:00")}
    national = {"slug": "national", "name": "Appel national", "kind": "counter", "is_permanent": True}
    variant = {"slug": "occitanie", "name": "Appel Occitanie", "kind": "projects", "rounds": [dates]}
    variant |= {"variant_of": "national", "included_codes": ["REG-76"]}
    scheme = published({}, {"calls": [national, variant], "contacts": [here, there]})
    html = html_of(client, scheme, lieu=ALES)
    assert "Clos depuis" in html
    assert "En ce lieu, un appel régional remplace cet appel national." in html
    assert html.index("Appel Occitanie") < html.index("Appel national")
    assert "occitanie@exemple.fr" in html
    assert "normandie@exemple.fr" not in html
    rouen = html_of(client, scheme, lieu=ROUEN)
    assert "Ouvert en permanence" in rouen
    assert "Appel Occitanie" not in rouen
    everywhere = html_of(client, scheme)
    for words in ("Appel Occitanie", "Appel national", "occitanie@exemple.fr", "normandie@exemple.fr"):
        assert words in everywhere
    call = client.get(reverse("funding:call", kwargs={"slug": scheme.slug, "call": "occitanie"})).content.decode()
    assert "remplace en ce lieu l’appel national" in call
    assert (
        "Des appels régionaux le remplacent"
        in client.get(f"{scheme.get_absolute_url()}appels/national/").content.decode()
    )


def test_outside_its_perimeter_the_page_says_so(client):
    scheme = published({"included_codes": ["REG-28"]})
    html = html_of(client, scheme, lieu=ALES)
    assert "Alès est hors du périmètre de cette aide" in html
    assert f"?lieu={ALES}" in html


def test_kept_pages_cost_one_query_and_follow_the_clock_and_the_data(client, django_assert_num_queries):
    scheme = published({"name": "Gardée"}, {"calls": [two_rounds()]})
    with django_assert_num_queries(QUERIES + 1):
        client.get(scheme.get_absolute_url())
    with django_assert_num_queries(1):
        client.get(scheme.get_absolute_url())
    key = loading.data_key()
    before, after = (
        scheme_page.public_body(key, scheme.slug, instant)
        for instant in (datetime(2020, 12, 21, 22, 59, tzinfo=UTC), datetime(2020, 12, 21, 22, 59, 0, 1, tzinfo=UTC))
    )
    assert "Bientôt clos" in before.html
    assert "Bientôt clos" not in after.html
    from funding import schemes

    schemes.save_scheme(scheme_id=scheme.pk, values={"name": "Changée"}, actor=None, at=at("2026-11-24T12:00+01:00"))
    assert "<h1>Changée</h1>" in html_of(client, scheme)


def test_queries_do_not_grow(client, django_assert_num_queries):
    body = organisation()
    contact = {"organisation_id": body.pk, "email": "a@exemple.fr", "included_codes": ["REG-76"]}
    criteria = [FIRMS, {"kind": "free_text", "text": "un"}]
    for size in (1, 30):
        calls = [{**two_rounds(), "slug": f"ami-{number}"} for number in range(size)]
        rows = {"contacts": [contact] * size, "criteria": criteria * size, "calls": calls}
        scheme = published({}, rows)
        with django_assert_num_queries(QUERIES + 1):
            client.get(scheme.get_absolute_url(), {"lieu": ALES})
        with django_assert_num_queries(CALL_QUERIES):
            client.get(f"{scheme.get_absolute_url()}appels/ami-0/")
        html = client.get(scheme.get_absolute_url()).content
        assert len(html) <= HTML_BYTES
        assert len(gzip.compress(html, 6)) <= COMPRESSED_BYTES


def test_successor_predecessors_and_exclusions_are_linked(client):
    from funding.schemes import save_exclusion

    new = published({"name": "Nouvelle"})
    old = published({"name": "Ancienne", "successor_id": new.pk, "valid_until": date(2022, 12, 31)})
    hidden = draft({"name": "Secrète"})
    save_exclusion(first_id=old.pk, second_id=new.pk, reason="même objet")
    save_exclusion(first_id=new.pk, second_id=hidden.pk)
    html = html_of(client, old)
    assert "a pris fin le 31\xa0décembre 2022" in html
    assert f'remplacée par <a href="{new.get_absolute_url()}">Nouvelle</a>' in html
    html = html_of(client, new)
    assert "Cette aide remplace" in html
    assert "même objet" in html
    assert "Secrète" not in html


def test_nothing_typed_breaks_the_page(client):
    scheme = published()
    for parameters in ({"lieu": "x"}, {"lieu": "COM-99999"}, {"ou": "zzqq"}, {"au": "demain"}, {"ou": "a" * 5000}):
        assert client.get(scheme.get_absolute_url(), parameters).status_code == 200
    moved = client.get(scheme.get_absolute_url(), {"ou": "30100 ", "au": "2020-12-15"})
    assert moved.status_code in (200, 302)
