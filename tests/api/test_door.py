"""What every address does: who may come, how often, how errors are told."""

import gzip
import json

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory

from tests.accounts.people import delegation_account
from ti_portal.core.api import limits
from ti_portal.core.api.door import LARGEST_BODY, public

PLACE = "/api/v1/places/COM-30007"
CHECK = "/api/v1/check"


def post(client, body, **options):
    raw = body if isinstance(body, (bytes, str)) else json.dumps(body)
    return client.post(CHECK, raw, **{"content_type": "application/json", **options})


def test_reading_is_open_to_all_pages_and_sets_no_cookie(db, client):
    response = client.get(PLACE, headers={"Origin": "https://ailleurs.example"})
    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response
    assert not response.cookies
    assert "Cookie" not in response["Vary"]
    assert response["Cache-Control"] == "public, max-age=60"


def test_a_session_changes_nothing(db, client):
    anonymous = client.get(PLACE)
    client.force_login(delegation_account(protected=False))  # without a second factor: pages would send them away
    signed_in = client.get(PLACE)
    assert signed_in.status_code == 200
    assert signed_in.content == anonymous.content
    assert "Cookie" not in signed_in["Vary"]


def test_preflight_says_what_is_allowed(db, client):
    response = client.options(CHECK, headers={"Origin": "https://ailleurs.example"})
    assert (response.status_code, response.content) == (204, b"")
    assert "Vary" not in response
    assert response["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    assert "Content-Type" in response["Access-Control-Allow-Headers"]
    assert client.options(PLACE)["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_a_post_needs_no_token(db):
    assert post(Client(enforce_csrf_checks=True), {}).status_code == 200


def test_head_answers_as_get_without_content(db, client):
    read, asked = client.get(PLACE), client.head(PLACE)
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked["ETag"] == read["ETag"]
    assert asked["Content-Length"] == str(len(read.content))


def test_answers_are_compressed(db, client):
    response = client.get(PLACE, headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(response.content))["name"] == "Alès"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("delete", PLACE, 405),
        ("post", PLACE, 405),
        ("get", CHECK, 405),
        ("get", "/api/v1/rien", 404),
        ("post", "/api/v1/rien/du/tout", 404),
        ("get", "/api/v1/places/COM-00000", 404),
        ("get", "/api/v1/places/n'importe quoi", 422),
        ("get", "/api/v1/places/%00", 422),
        ("get", "/api/v1/territories/TI-2017-0001", 422),
        ("get", "/api/v1/territories/TI-2023-9999", 404),
        ("get", "/api/v1/schemes/inconnue", 404),
        ("get", "/api/v1/schemes/inconnue/calls/x", 404),
        ("get", "/api/v1/schemes?lieu=COM-00000", 404),
        ("get", "/api/v1/schemes?financeur=inconnu", 404),
        ("get", "/api/v1/schemes?lieu=%00", 422),
        ("get", "/api/v1/schemes?limit=1%00", 422),
        ("get", "/api/v1/schemes?statut=ouvert", 422),
        ("get", "/api/v1/schemes?statu=open", 422),
        ("get", "/api/v1/schemes?au=2020-02-30", 422),
        ("get", "/api/v1/schemes?au=15/12/2020", 422),
        ("get", "/api/v1/schemes?avant=0001-01-01", 422),
        ("get", "/api/v1/schemes?limit=0", 422),
        ("get", "/api/v1/schemes?limit=-1", 422),
        ("get", "/api/v1/schemes?limit=101", 422),
        ("get", "/api/v1/schemes?limit=٣", 422),
        ("get", f"/api/v1/schemes?limit={'9' * 5000}", 422),
        ("get", f"/api/v1/places/search?q={'x' * 201}", 422),
        ("get", "/api/v1/places/search?q=", 422),
        ("get", "/api/v1/places?%ff=%fe", 422),
        ("get", "/api/v1/rounds?dispositif=inconnue", 404),
        ("get", "/api/v1/nomenclatures/rome", 422),
    ],
)
def test_errors_are_problems_in_french(db, client, no_limit, method, path, status):
    response = (
        getattr(client, method)(path, content_type="application/json")
        if method == "post"
        else getattr(client, method)(path)
    )
    problem = response.json()
    assert response.status_code == problem["status"] == status
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert problem["type"] == f"/api/#erreur-{status}"
    assert problem["title"]
    assert problem["detail"].endswith((".", "?q=", "/organisations.")) or status == 405


def test_nul_in_a_text_is_only_a_sign(db, client):
    assert client.get("/api/v1/places/search?q=al%00es").status_code == 200
    assert client.get("/api/v1/schemes?q=%00").json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("pas du json", 422),
        (b"\xff\xfe", 422),
        ("NaN", 422),
        ('{"staff": NaN}', 422),
        ('{"staff": Infinity}', 422),
        ('{"staff": 1e400}', 422),
        (f'{{"staff": {"9" * 5000}}}', 422),
        (f'{{"staff": {2**63}}}', 422),
        ("[" * 20_000, 422),
        ('{"a":' * 9_000 + "1" + "}" * 9_000, 422),
        ("[]", 422),
        ("null", 422),
        ('"texte"', 422),
        ('{"place": "COM-30007\\u0000"}', 422),
        ('{"place": "\\ud800"}', 422),
        ('{"place": "COM-00000"}', 404),
        ('{"staff": true}', 422),
        ('{"staff": "12"}', 422),
        ('{"staff": {"lower": 9, "upper": 2}}', 422),
        ('{"created_on": 20201215}', 422),
        ('{"created_on": "2020-02-30"}', 422),
        ('{"naf": "04.1"}', 422),
        ('{"audience": ["firm"]}', 422),
        ('{"inconnu": 1}', 422),
        ("x" * (LARGEST_BODY + 1), 413),
        ("x" * 1_000_000, 413),
    ],
)
def test_hostile_bodies_are_refused(db, client, no_limit, body, status):
    response = post(client, body)
    assert response.status_code == response.json()["status"] == status


def test_a_thousand_parameters_are_refused(db, client):
    response = client.get("/api/v1/schemes?" + "statut=open&" * 2000)
    assert response.status_code == 422


def test_a_length_that_is_no_number_is_refused(db, client):
    assert post(client, {}, CONTENT_LENGTH="beaucoup").status_code == 413


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_only_json_is_read(db, client, kind):
    assert post(client, "{}", content_type=kind).status_code == 415


def test_json_with_a_charset_is_json(db, client):
    assert post(client, "{}", content_type="application/json; charset=utf-8").status_code == 200


def test_a_value_is_named_by_its_path(db, client):
    problem = post(client, {"aids": [{"amount": 1, "granted_on": "hier", "is_de_minimis": True}]}).json()
    assert problem["errors"] == [
        {
            "location": "body",
            "field": "aids.0.granted_on",
            "code": "ti_not_a_date",
            "message": "Écrivez la date ainsi : 2020-12-15.",
        }
    ]


def test_our_own_fault_is_told_and_noted(rf_session, caplog):
    def broken(request):
        raise ZeroDivisionError

    response = public(broken, ["GET"])(rf_session)
    assert response.status_code == 500
    assert json.loads(response.content)["title"] == "Erreur du portail"
    assert "ZeroDivisionError" in caplog.text


@pytest.fixture
def rf_session(settings):
    settings.API_RATE_PER_SECOND = 0
    request = RequestFactory().get("/api/v1/x")
    request.session = type("Session", (), {"modified": False, "accessed": True})()
    return request


# The limit.


def test_past_the_reserve_one_is_told_when_to_come_back(db, client, settings):
    settings.API_RATE_PER_SECOND, settings.API_RATE_BURST = 1, 3
    answers = [client.get(PLACE) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[0]["RateLimit-Policy"] == "3;w=3"
    assert answers[3]["Retry-After"] == "1"
    assert answers[3].json()["detail"] == "Attendez 1 s avant la prochaine requête."


def test_each_address_has_its_own_reserve(db, client, settings):
    settings.API_RATE_PER_SECOND, settings.API_RATE_BURST = 1, 1
    assert client.get(PLACE, REMOTE_ADDR="192.0.2.1").status_code == 200
    assert client.get(PLACE, REMOTE_ADDR="192.0.2.1").status_code == 429
    assert client.get(PLACE, REMOTE_ADDR="192.0.2.2").status_code == 200


def test_the_reserve_fills_up_again(db, client, settings):
    settings.API_RATE_PER_SECOND, settings.API_RATE_BURST = 1000, 1
    assert all(client.get(PLACE).status_code == 200 for _ in range(5))


def test_without_valkey_reading_goes_on(db, client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = client.get(PLACE)
    assert response.status_code == 200
    assert "RateLimit-Limit" not in response


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        (2, "10.0.0.1, 203.0.113.9, 198.51.100.1", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "n’importe quoi", "unknown"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_only_declared_proxies_are_believed(settings, proxies, forwarded, expected):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert limits.address_of(request) == expected


def test_the_cache_prefix_keeps_tests_apart():
    assert cache.make_key("x").startswith("test-")
