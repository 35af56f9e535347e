"""Pages, cursors, conditional answers."""

import pytest

from funding import schemes as use_cases
from territories.models import ReferenceLoad, Territory
from tests.api import content
from tests.funding import drafts

LISTS = ["places", "territories", "nomenclatures/naf", "schemes", "calls", "rounds", "organisations"]


def walk(client, path: str) -> list[dict]:
    """All items of a list, by following `next`."""
    items = []
    while path:
        answer = client.get(path).json()
        items += answer["items"]
        path = answer["next"] and answer["next"].removeprefix("http://testserver")
    return items


@pytest.fixture
def schemes(vte):
    return [vte, *(drafts.published() for _ in range(4))]


@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_pages_give_each_scheme_once(client, no_limit, schemes, limit):
    found = [item["slug"] for item in walk(client, f"/api/v1/schemes?limit={limit}")]
    assert found == [scheme.slug for scheme in schemes]


def test_each_list_gives_all_in_pages_as_at_once(client, no_limit, schemes):
    for name in ("calls", "rounds", "organisations"):
        at_once = client.get(f"/api/v1/{name}?limit=100").json()
        assert at_once["next"] is None
        assert len(at_once["items"]) > 1
        assert walk(client, f"/api/v1/{name}?limit=1") == at_once["items"]


def test_all_territories_come_in_two_pages(db, client):
    first = client.get("/api/v1/territories?limit=100")
    assert first["Link"] == f'<{first.json()["next"]}>; rel="next"'
    found = walk(client, "/api/v1/territories?limit=100")
    assert [item["code"] for item in found] == sorted(Territory.objects.current().values_list("place__code", flat=True))
    assert len(walk(client, "/api/v1/territories?vague=2018&limit=100")) == 149


def test_what_comes_or_goes_meanwhile_neither_repeats_nor_skips(client, no_limit, schemes):
    first = client.get("/api/v1/schemes?limit=2").json()
    schemes_before = [scheme.slug for scheme in schemes]

    use_cases.archive_scheme(scheme_id=schemes[1].pk, actor=None, at=drafts.AT)
    newer = drafts.published()
    rest = walk(client, first["next"].removeprefix("http://testserver"))
    assert [item["slug"] for item in rest] == [*schemes_before[2:], newer.slug]


def test_next_keeps_the_filters(client, schemes):
    answer = client.get("/api/v1/schemes?public=firm&limit=1&statut=permanent&statut=open").json()
    assert "public=firm" in answer["next"]
    assert "statut=permanent&statut=open" in answer["next"]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("cursor", ["x", "%00", "🦊", "a:b", "a" * 500, "eyJhIjoxfQ:xx"])
def test_a_cursor_that_nobody_wrote_is_refused(db, client, no_limit, name, cursor):
    response = client.get(f"/api/v1/{name}", {"cursor": cursor})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "cursor"


def test_a_cursor_of_another_list_is_refused(client, no_limit, schemes):
    cursors = {}
    for name in LISTS:
        following = client.get(f"/api/v1/{name}?limit=1").json()["next"]
        cursors[name] = following.partition("cursor=")[2]
    for name in LISTS:
        for other, cursor in cursors.items():
            expected = 200 if name == other else 422
            assert client.get(f"/api/v1/{name}?cursor={cursor}").status_code == expected, (name, other)


# Conditional answers.


KEPT = (
    "/schemes /schemes/vte /schemes/vte/calls/vte-2020 /calls /rounds /organisations /vocabularies /openapi.json"
    " /places/COM-30007 /territories /territories/TI-2023-7601 /territories/TI-2023-7601/members"
)


def test_an_unchanged_answer_is_not_sent_again(client, vte, no_limit):
    for path in KEPT.split():
        etag = client.get(f"/api/v1{path}")["ETag"]
        again = client.get(f"/api/v1{path}", headers={"If-None-Match": etag})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag), path
        assert again["Access-Control-Allow-Origin"] == "*"
        weak = client.head(f"/api/v1{path}", headers={"If-None-Match": f'"autre", W/{etag}'})
        assert weak.status_code == 304
        assert client.get(f"/api/v1{path}", headers={"If-None-Match": '"autre"'}).status_code == 200


def test_an_unchanged_list_costs_one_query(client, vte, django_assert_num_queries):
    etag = client.get("/api/v1/schemes?au=2020-12-15")["ETag"]
    with django_assert_num_queries(1):
        client.get("/api/v1/schemes?au=2020-12-15", headers={"If-None-Match": etag})


def test_a_change_of_the_data_changes_the_etag(client, vte):
    before = client.get("/api/v1/schemes")["ETag"]
    drafts.published()
    assert client.get("/api/v1/schemes")["ETag"] != before


def test_a_status_that_changes_changes_the_etag(client, vte, time_machine):
    def answer():
        response = client.get("/api/v1/schemes/vte?lieu=COM-76540")
        return response["ETag"], response.json()["status"]["state"]

    time_machine.move_to("2021-04-01T10:00:00Z")
    first, state = answer()
    assert state == "open"
    time_machine.move_to("2021-05-15T10:00:00Z")
    assert answer()[0] == first
    time_machine.move_to("2021-06-15T10:00:00Z")
    second, state = answer()
    assert (second != first, state) == (True, "closing_soon")
    time_machine.move_to("2021-07-15T10:00:00Z")
    third, state = answer()
    assert (third not in (first, second), state) == (True, "announced")


def test_another_list_of_territories_changes_the_etag(db, client):

    before = client.get("/api/v1/territories")["ETag"]
    ReferenceLoad.objects.create(digest="autre", loaded_at=drafts.AT)
    assert client.get("/api/v1/territories")["ETag"] != before


# The number of queries does not grow with the page.


QUERIES = {
    "/schemes": 2,
    "/schemes?lieu=COM-30007": 3,
    "/calls": 3,
    "/calls?lieu=COM-30007": 4,
    "/rounds": 1,
    "/organisations": 1,
    "/places": 1,
    "/territories": 2,
    "/nomenclatures/naf": 2,
}


def test_queries_do_not_grow_with_the_page(client, vte, no_limit, django_assert_num_queries):
    for _ in range(29):
        drafts.published({}, {"calls": [{**content.NATIONAL, "slug": "appel"}]})
    for path, queries in QUERIES.items():
        joined = "&" if "?" in path else "?"
        client.get(f"/api/v1{path}")
        for limit in (1, 30):
            with django_assert_num_queries(queries):
                answer = client.get(f"/api/v1{path}{joined}limit={limit}").json()
            assert len(answer["items"]) == limit, path


def test_a_scheme_whole_costs_four_queries(client, vte, django_assert_num_queries):
    client.get("/api/v1/schemes/vte")
    with django_assert_num_queries(4):
        client.get("/api/v1/schemes/vte?lieu=COM-30007")
