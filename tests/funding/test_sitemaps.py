"""Addresses of schemes and calls for search engines."""

from funding.models import Call, Scheme
from funding.sitemaps import sitemaps
from tests.funding.drafts import draft, published


def test_public_schemes_and_their_calls_with_answering_addresses(db, client):
    Call.objects.all().delete()
    Scheme.objects.all().delete()
    shown, _hidden = published(), draft()
    found = {name: [made.location(item) for item in made.items()] for name, made in _made().items()}
    assert found["dispositifs"] == [shown.get_absolute_url()]
    assert found["appels"] == [f"{shown.get_absolute_url()}appels/guichet/"]
    for addresses in found.values():
        for address in addresses:
            assert client.get(address).status_code == 200, address


def _made() -> dict:
    return {name: kind() for name, kind in sitemaps.items()}
