"""Zonings: written by the délégation, and what they cover follows."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from territories.models import Place, Zoning
from tests.territories.people import delegation

CODE = "ZON-ESSAI"


@pytest.fixture
def office(db, client):
    client.force_login(delegation())
    return client


def add(client, **fields):
    values = {"code": CODE, "name": "Zone d’essai", "included_codes": "DEP-30", "excluded_codes": "", "note": "Essai."}
    return client.post(reverse("admin:territories_zoning_add"), values | fields)


def covers(code: str) -> bool:
    return CODE in Place.objects.get(code=code).ancestor_codes


def test_a_zoning_covers_its_places_but_the_excluded_ones(office):
    assert add(office, included_codes="DEP-30\nCOM-76540", excluded_codes="COM-30007").status_code == 302

    assert covers("COM-30189")
    assert covers("COM-76540")
    assert not covers("COM-30007")
    assert LogEntry.objects.get().object_repr == f"Zone d’essai ({CODE})"


def test_a_changed_perimeter_is_rebuilt(office):
    add(office)
    zoning = Zoning.objects.get(place__code=CODE)

    response = office.post(
        reverse("admin:territories_zoning_change", args=[zoning.pk]),
        {"name": "Autre nom", "included_codes": "com-76540, COM-76540", "excluded_codes": "", "note": ""},
    )

    assert response.status_code == 302
    assert not covers("COM-30189")
    assert covers("COM-76540")
    zoning.refresh_from_db()
    assert (zoning.place.name, zoning.place.code, zoning.included_codes) == ("Autre nom", CODE, ["COM-76540"])


@pytest.mark.parametrize(
    ("fields", "name", "sentence"),
    [
        ({"included_codes": "DEP-30 DEP-9999"}, "included_codes", "Aucun lieu n’a le code « DEP-9999 »"),
        ({"included_codes": ""}, "included_codes", "obligatoire"),
        ({"excluded_codes": "x" * 9000}, "excluded_codes", "Aucun lieu n’a le code"),
        ({"included_codes": "DEP-30\x00"}, "included_codes", ""),
        ({"code": "zon essai"}, "code", "s’écrit ZON-"),
        ({"code": "DEP-30"}, "code", "s’écrit ZON-"),
        ({"name": ""}, "name", "obligatoire"),
    ],
)
def test_a_bad_zoning_is_refused_at_its_field(office, fields, name, sentence):
    response = add(office, **fields)

    assert response.status_code == 200
    assert sentence in response.context["adminform"].form.errors[name][0]
    assert not Zoning.objects.filter(place__code=CODE).exists()


def test_a_code_that_is_taken_is_refused(office):
    add(office)

    response = add(office)

    assert response.context["adminform"].form.errors["code"] == ["Ce code est déjà pris."]


def test_zonings_in_a_circle_are_refused_and_nothing_is_written(office):
    add(office)
    add(office, code="ZON-AUTRE", included_codes=CODE)
    first = Zoning.objects.get(place__code=CODE)

    response = office.post(
        reverse("admin:territories_zoning_change", args=[first.pk]),
        {"name": "Zone", "included_codes": "ZON-AUTRE", "excluded_codes": "", "note": ""},
        follow=True,
    )

    assert "se définissent l’un par l’autre" in response.content.decode()
    first.refresh_from_db()
    assert first.included_codes == ["DEP-30"]
