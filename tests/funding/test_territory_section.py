"""« Aides ouvertes ici » on the page of a territory."""

import pytest

from funding import territory_section
from funding.catalogue import loading
from funding.models import Listing
from tests.funding.drafts import FIRMS, published
from tests.funding.views.test_catalogue import CLOSED

ALES = "/territoires/ti-2023-7601-ales/"
FIRST_WAVE = "/territoires/ti-2018-2706-nevers-val-de-loire/"


@pytest.fixture(autouse=True)
def _nothing_kept(db):
    Listing.objects.all().delete()
    loading.forget()
    territory_section._kept.clear()
    yield
    loading.forget()
    territory_section._kept.clear()


def test_open_ones_are_shown_to_firms_and_to_local_authorities(client):
    epci = {"kind": "audience", "values": ["epci"]}
    published({"name": "Pour les usines"}, {"criteria": [FIRMS]})
    published({"name": "Pour les agglomérations", "included_codes": ["REG-76"]}, {"criteria": [epci]})
    published({"name": "Déjà close"}, {"calls": [CLOSED]})
    published({"name": "Ailleurs", "included_codes": ["REG-28"]})
    html = client.get(ALES).content.decode()
    assert "Aides ouvertes ici" in html
    firms, local = html.index("Pour les entreprises"), html.index("Pour les intercommunalités")
    assert firms < html.index("Pour les usines") < local < html.index("Pour les agglomérations")
    assert "Déjà close" not in html
    assert "Ailleurs" not in html
    assert "/aides/?lieu=TI-2023-7601&amp;public=epci&amp;statut=open" in html
    assert "Aides ouvertes ici" not in client.get(FIRST_WAVE).content.decode()


def test_nothing_open_shows_nothing(client):
    published({}, {"calls": [CLOSED]})
    assert "Aides ouvertes ici" not in client.get(ALES).content.decode()


def test_the_section_is_kept_and_follows_the_data(client, django_assert_num_queries):
    published({"name": "Une aide"})
    client.get(ALES)
    with django_assert_num_queries(1):  # as tests/territories/test_views_territory.py counts
        client.get(ALES)
    published({"name": "Une autre aide"})
    assert "Une autre aide" in client.get(ALES).content.decode()
