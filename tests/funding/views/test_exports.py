import csv
import io
import json

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from funding import open_data, schemes
from funding.views import exports
from tests.funding.drafts import AT, draft, published

PATHS = {key: f"/aides/{found.path}" for key, found in open_data.FILES.items()}
ROUNDS = [{"opens_at": "2020-09-01T00:00:00+02:00", "closes_at": "2020-12-21T23:59:59+01:00"}]
OF_2020 = {"calls": [{"slug": "appel", "name": "Appel", "kind": "projects", "rounds": ROUNDS}]}


def text(response) -> str:
    return b"".join(response.streaming_content).decode()


def by_slug(client, **parameters) -> dict[str, dict]:
    items = json.loads(text(client.get(PATHS["json"], parameters)))["dispositifs"]
    return {item["identifiant"]: item for item in items}


@pytest.mark.parametrize("key", open_data.FILES)
def test_anyone_may_take_the_published_schemes(db, client, key):
    published({"name": "Aide publique, ouverte"})
    draft({"name": "Brouillon secret"})
    assert reverse(f"funding:export_{key}") == PATHS[key]
    response = client.get(PATHS[key])
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith('attachment; filename="dispositifs')
    said = text(response)
    assert "Aide publique, ouverte" in said
    assert "Brouillon secret" not in said


@pytest.mark.parametrize("key", open_data.FILES)
def test_a_file_that_did_not_change_is_not_sent_again(db, client, key):
    scheme = published()
    etag = client.get(PATHS[key])["ETag"]
    again = client.get(PATHS[key], headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(PATHS[key], {"au": "2020-12-15"})["ETag"] != etag
    schemes.save_scheme(scheme_id=scheme.pk, values={"summary": "Autre"}, actor=None, at=AT)
    assert client.get(PATHS[key], headers={"if-none-match": etag}).status_code == 200
    head = client.head(PATHS[key])
    assert (head.status_code, b"".join(head.streaming_content)) == (200, b"")


def test_csv_and_json_say_the_same(db, client):
    published({"slug": "aide", "name": "=1+1", "included_codes": ["REG-76", "COM-30007"]}, OF_2020)
    rows = list(csv.DictReader(io.StringIO(text(client.get(PATHS["csv"])), newline="")))
    row = next(row for row in rows if row["identifiant"] == "aide")
    item = by_slug(client)["aide"]
    assert list(row) == list(item) == [column.name for column in open_data.COLUMNS]
    assert (row["nom"], item["nom"]) == ("'=1+1", "=1+1")
    assert row["lieux_compris"].split("|") == item["lieux_compris"] == ["REG-76", "COM-30007"]
    for name in ("criteres", "montants", "appels"):
        assert json.loads(row[name] or "[]") == item[name]
    assert item["page"] == "http://testserver/aides/aide/"


def test_states_are_those_of_the_day_that_is_asked_for(db, client):
    published({"slug": "aide"}, OF_2020)
    assert by_slug(client, au="2020-12-15")["aide"]["etat"] == "closing_soon"
    assert by_slug(client)["aide"]["etat_libelle"] == "Clos"


@pytest.mark.parametrize("key", open_data.FILES)
def test_the_number_of_queries_is_the_same_with_one_scheme_and_with_many(db, client, key, django_assert_num_queries):
    with django_assert_num_queries(12):
        text(client.get(PATHS[key]))
    for _ in range(6):
        published(rows=OF_2020)
    with django_assert_num_queries(12):
        text(client.get(PATHS[key]))


def test_nobody_empties_the_machine(db, client, monkeypatch):
    monkeypatch.setattr(exports, "FILES_AN_HOUR", 1)
    first = client.get(PATHS["national"])
    refused = client.get(PATHS["national"])
    assert (first.status_code, refused.status_code, refused["Retry-After"]) == (200, 429, "3600")
    assert client.get(PATHS["national"], headers={"if-none-match": first["ETag"]}).status_code == 304


def test_files_and_columns_are_documented():
    page = render_to_string("funding/fragments/_open_data.html")
    for path in PATHS.values():
        assert f'href="{path}"' in page
    for column in open_data.COLUMNS:
        assert f"<code>{column.name}</code></th><td>{column.meaning}" in page
