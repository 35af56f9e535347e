import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import ResolverMatch

from territories.models import Place
from ti_portal.core.middleware import ReadOnlyGetMiddleware, WriteUnderGet


def touch(request) -> HttpResponse:
    Place.objects.filter(code="PAYS-99100").update(name="France")
    return HttpResponse("done")


def answer(view, request, url_name="some_page"):
    request.resolver_match = ResolverMatch(view, (), {}, url_name=url_name)
    return ReadOnlyGetMiddleware(view)(request)


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_write_under_get_is_refused(db, method):
    with pytest.raises(WriteUnderGet, match="UPDATE"):
        answer(touch, getattr(RequestFactory(), method)("/"))


def test_a_write_under_post_passes_and_get_may_read(db):
    assert answer(touch, RequestFactory().post("/")).status_code == 200
    assert answer(lambda r: HttpResponse(Place.objects.count()), RequestFactory().get("/")).status_code == 200


def test_the_guard_leaves_with_the_request(db):
    with pytest.raises(WriteUnderGet), transaction.atomic():
        answer(touch, RequestFactory().get("/"))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE territories_place SET name = name WHERE code = 'PAYS-99100'")


def test_a_named_address_may_write_under_get(db, settings):
    settings.WRITES_UNDER_GET = {"comes_back"}
    assert answer(touch, RequestFactory().get("/"), url_name="comes_back").status_code == 200


@pytest.mark.parametrize("address", ["/?q=a%00b", "/recherche/?q=%00", "/recherche/suggestions?q=%00"])
def test_a_nul_byte_in_the_address_is_a_french_400(client, db, address):
    response = client.get(address)
    assert response.status_code == 400
    assert "Adresse incompréhensible" in response.content.decode()
