"""The catalogue's page: filters, counts, sorts, places, weight, queries."""

import gzip
import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from funding import schemes
from funding.catalogue import loading
from tests.funding.drafts import AT, FIRMS, PERMANENT, draft, organisation, published

CATALOGUE = reverse("funding:catalogue")
ALES, ROUEN = "COM-30007", "COM-76540"
QUERIES = 5  # version of the data; schemes of the cards, their calls and rounds; one more for the place
HTML_BYTES, COMPRESSED_BYTES = 60_000, 15_000


@pytest.fixture(autouse=True)
def _own_index(db):
    """The transaction of a test is undone: no index outlives it."""
    loading.forget()
    yield
    loading.forget()


def round_(opens: str, closes: str, **values) -> dict:
    return {"opens_at": datetime.fromisoformat(opens), "closes_at": datetime.fromisoformat(closes), **values}


def call(slug="appel", *rounds, **values) -> dict:
    return {"slug": slug, "name": values.pop("name", "Appel à projets"), "kind": "projects", "rounds": rounds, **values}


def names(response) -> list[str]:
    """Names of the schemes shown, in order."""
    html = response.content.decode()
    return re.findall(r'<h3 class="aid-card__title"><a[^>]*>([^<]*)</a>', html)


def test_each_scheme_shows_once_with_what_decides(client):
    fund = organisation("Région Occitanie")
    published(
        {"name": "Fonds d’usine", "summary": "Pour agrandir un site.", "help_kinds": ["grant", "loan"]},
        {
            "roles": [{"organisation_id": fund.pk, "role": role} for role in ("funder", "instructor")],
            "calls": [call("appel", round_("2026-01-01T00:00+01:00", "2027-03-31T12:00+02:00"))],
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


def test_same_queries_for_one_row_and_for_thirty(client, django_assert_num_queries):
    published()
    client.get(CATALOGUE)
    for _ in range(2):
        from funding.presenters import cards

        cards._kept.clear()
        with django_assert_num_queries(QUERIES - 1):
            client.get(CATALOGUE)
        with django_assert_num_queries(QUERIES):
            client.get(CATALOGUE, {"lieu": ALES, "public": "firm"}) if not cards._kept.clear() else None
        for _ in range(29):
            published()
        client.get(CATALOGUE)
