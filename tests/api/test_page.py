"""The page that explains the API."""

import re

from django.urls import reverse

from ti_portal.api import described
from ti_portal.api_pages import EXAMPLES, groups
from ti_portal.core.api.problems import TITLES


def test_every_operation_is_explained_with_an_example(db, client):
    page = client.get("/api/").content.decode()
    for found in described()["paths"].values():
        for operation in found.values():
            assert f'id="op-{operation["operationId"]}"' in page
    assert "<code>project_natures</code>" in page
    for status in TITLES:
        assert f'id="erreur-{status}"' in page
    assert "Licence Ouverte 2.0" in page
    assert len(page) < 60_000
    assert len(re.findall(r"<h1\b", page)) == 1
    assert reverse("api:page") == "/api/"


def test_examples_work_on_a_portal_that_has_just_started(db, client, no_limit):
    keys = set()
    for _, operations in groups(described(), "/api/v1"):
        for operation in operations:
            keys.add(operation.key)
            address = operation.command.split("'")[-2]
            if operation.method == "GET":
                assert client.get(address).status_code == 200, address
            else:
                body = re.search(r"-d '([^']+)'", operation.command)[1]
                assert client.post(address, body, content_type="application/json").status_code == 200
    assert keys == set(EXAMPLES)


def test_the_address_without_its_slash_leads_there(db, client):
    assert client.get("/api")["Location"] == "/api/"
