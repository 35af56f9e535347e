"""The directory of resources and partners."""

from datetime import date

import pytest
from django.urls import reverse

from funding.models import Resource

RESOURCES = reverse("funding:resources")
QUERIES = 3


@pytest.fixture(autouse=True)
def directory(db):
    Resource.objects.all().delete()
    Resource.objects.create(
        slug="adeliance", name="Adeliance", kind="labour_lending", included_codes=["DEP-22"], is_published=True
    )
    Resource.objects.create(
        slug="poles", name="Pôles", kind="cluster", included_codes=["PAYS-99100"], is_published=True,
        url="https://mort.example/", url_dead_since=date(2022, 1, 1),
    )  # fmt: skip
    Resource.objects.create(slug="cachee", name="Cachée", kind="cluster", included_codes=["PAYS-99100"])


def shown(client, **parameters) -> list[str]:
    return [row.name for row, *_ in client.get(RESOURCES, parameters).context["resources"]]


def test_published_ones_by_kind_and_by_place(client):
    assert shown(client) == ["Pôles", "Adeliance"]
    assert shown(client, nature="labour_lending") == ["Adeliance"]
    assert shown(client, lieu="COM-22278") == ["Pôles", "Adeliance"]
    assert shown(client, lieu="COM-30007") == ["Pôles"]
    assert shown(client, nature="training") == []
    html = client.get(RESOURCES).content.decode()
    assert "Site sans réponse depuis le 1er\xa0janvier 2022" in html
    assert "Toute la France" in html
    assert "Cette nature n’existe pas" in client.get(RESOURCES, {"nature": "or"}).content.decode()


def test_a_typed_place_leads_to_its_code(client):
    response = client.get(RESOURCES, {"ou": "saint-brieuc", "nature": "cluster"})
    assert response.url == f"{RESOURCES}?nature=cluster&lieu=COM-22278"


def test_the_same_queries_for_two_rows_and_for_thirty(client, django_assert_num_queries):
    for _ in range(2):
        with django_assert_num_queries(QUERIES):
            client.get(RESOURCES)
        Resource.objects.bulk_create(
            Resource(slug=f"r-{n}", name=f"R {n}", kind="training", included_codes=["REG-76"], is_published=True)
            for n in range(30)
            if not Resource.objects.filter(slug=f"r-{n}").exists()
        )
