"""Addresses written by hand agree with the URL plan."""

import pytest
from django.urls import resolve, reverse

from territories.addresses import address
from territories.models import Place


@pytest.mark.parametrize(
    ("code", "kind", "name"),
    [
        ("TI-2023-2707", "territory", "territory"),
        ("REG-28", "region", "region"),
        ("DEP-2A", "departement", "departement"),
        ("COM-30007", "commune", "commune"),
        ("EPCI-200066918", "epci", "intercommunalite"),
        ("EPT-200057941", "ept", "intercommunalite"),
    ],
)
def test_an_address_is_the_one_of_the_plan(code, kind, name):
    path = address(kind, code, "le-nom")
    found = resolve(path)
    assert found.view_name == f"territories:{name}"
    assert reverse(found.view_name, kwargs=found.kwargs) == path


@pytest.mark.parametrize("kind", ["country", "zoning"])
def test_a_country_or_a_zoning_has_no_address(kind):
    assert address(kind, "ZON-X", "x") == ""


def test_every_place_in_force_with_a_page_has_a_canonical_address(db):
    kinds = ("territory", "region", "departement", "epci", "ept")
    for place in Place.objects.of_kind(*kinds).only("code", "kind", "slug").order_by("pk"):
        kwargs = resolve(place.get_absolute_url()).kwargs
        assert kwargs["slug"] == place.slug
