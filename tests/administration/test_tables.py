"""Every table of the administration: it opens, in French, with as many queries for one row as for thirty."""

from datetime import UTC, date, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.admin.models import CHANGE
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from territories.models import ContactEntry, Invitation, Place, Territory, Zoning
from territories.profiles import update_profile
from tests.territories.people import mandate, person
from ti_portal.accounts.models import User
from ti_portal.core.admin_bases import log_rows
from ti_portal.core.mail import queue_message
from ti_portal.core.models import JobRun

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
# Those of `funding` and `events` have rows and tests of their own, in tests/funding/admin and tests/events/admin.
TABLES = sorted(
    model._meta.label_lower for model in admin.site._registry if model._meta.app_label not in ("funding", "events")
)


def add_people(number: int) -> None:
    where = Territory.objects.current().order_by("pk")[number]
    who = person(f"p{number}.nom@ales.test")
    Authenticator.objects.create(user=who, type=Authenticator.Type.TOTP, data={"secret": "x"})
    mandate(who, where)
    ContactEntry.objects.create(person=who, job_title="Cheffe de projet", confirmed_on=date(2026, 1, 1))
    Invitation.objects.create(
        email=f"i{number}@ales.test", territory=where, role="elected", mandate_from=date(2026, 1, 1),
        secret_digest=f"{number}", invited_by=who, created_at=NOW, expires_at=NOW + timedelta(days=14),
    )  # fmt: skip
    JobRun.objects.create(name=f"tests.{number}", started_at=NOW, lease_until=NOW)
    queue_message(key=f"k{number}", recipient=who.email, subject="Objet", text_body="Texte", at=NOW)
    update_profile(
        territory_id=where.pk, changes={"presentation": f"<p>{number}</p>"}, based_on_version=0, actor=who, at=NOW
    )
    log_rows(who, [(where, "Territoire")], CHANGE, "Essai.")
    zone = Place.objects.create(code=f"ZON-ESSAI-{number}", kind="zoning", name=f"Zone {number}", slug=f"zone-{number}")
    Zoning.objects.create(place=zone, included_codes=["REG-76"])


def queries(client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, url
    return len(captured)


def list_url(label: str) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_changelist")


@pytest.mark.parametrize("label", TABLES)
def test_a_list_asks_as_many_queries_for_thirty_rows_as_for_one(office, label):
    add_people(0)
    few = queries(office, list_url(label))
    for number in range(1, 30):
        add_people(number)

    assert queries(office, list_url(label)) == few
    assert few <= 12


@pytest.mark.parametrize("label", TABLES)
def test_a_list_can_be_searched_with_anything(office, label):
    add_people(0)

    for text in ["Alès", "zzzz", "2707", "%_\\'\"", "é" * 500, "-", "200066009"]:
        assert office.get(list_url(label), {"q": text}).status_code == 200, text


@pytest.mark.parametrize("label", TABLES)
def test_a_row_opens(office, label):
    add_people(0)
    model = next(model for model in admin.site._registry if model._meta.label_lower == label)
    row = model._default_manager.order_by("-pk").first()

    response = office.get(reverse(f"admin:{label.replace('.', '_')}_change", args=[row.pk]))

    assert response.status_code == 200
    assert office.get(reverse(f"admin:{label.replace('.', '_')}_history", args=[row.pk])).status_code == 200


def test_a_territory_asks_as_many_queries_for_thirty_mandates_as_for_one(office):
    where = Territory.objects.current().order_by("pk").first()
    url = reverse("admin:territories_territory_change", args=[where.pk])
    mandate(person(), where)
    few = queries(office, url)
    for number in range(30):
        mandate(person(f"q{number}.nom@ales.test"), where)

    assert queries(office, url) == few


def test_a_filter_that_means_nothing_filters_nothing(office):
    for label, query in [
        ("territories.mandate", "en_vigueur=x&region=REG-999"),
        ("territories.place", "en_vigueur=x&region=zzz"),
        ("core.outboxmessage", "etat=x"),
        ("territories.territory", "vague=1999"),
    ]:
        assert office.get(f"{list_url(label)}?{query}").status_code == 200


def test_filters_filter(office):
    add_people(0)
    add_people(1)

    def shown(label: str, query: str) -> int:
        return office.get(f"{list_url(label)}?{query}").context["cl"].result_count

    assert shown("territories.mandate", "en_vigueur=oui") == 2
    assert shown("territories.mandate", "en_vigueur=fini") == 0
    assert shown("territories.mandate", "role=elected") == 0
    assert shown("territories.contactentry", "confirmation=fresh") == 2
    assert shown("territories.contactentry", "confirmation=never") == 0
    assert shown("territories.invitation", "etat=pending") == 2
    assert shown("territories.invitation", "etat=accepted") == 0
    assert shown("core.outboxmessage", "etat=queued") == 2
    assert shown("core.outboxmessage", "etat=sent") == 0
    assert shown("territories.territory", "vague=2018") == 149
    assert shown("territories.territory", "vague=2023&en_vigueur=oui") == 183
    assert shown("accounts.user", "double_authentification=oui") == 3
    assert shown("territories.territory", "region=REG-76&vague=2023") >= 10


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("saint etienne du rouvray", "Saint-Étienne-du-Rouvray"),
        ("St-Étienne du Rouvray", "Saint-Étienne-du-Rouvray"),
        ("COM-30007", "Alès"),
        ("30007", "Alès"),
        ("30100", "Alès"),
        ("200066918", "CA Alès Agglomération"),
    ],
)
def test_places_are_found_by_name_code_postcode_and_siren(office, text, name):
    rows = office.get(list_url("territories.place"), {"q": text}).context["cl"].result_list

    assert name in [place.name for place in rows]


def test_nobody_deletes_and_imports_alone_create_places(office, superuser, client):
    client.force_login(superuser)
    place = Place.objects.get(code="COM-30007")

    assert client.get(reverse("admin:territories_place_add")).status_code == 403
    for label, pk in [
        ("territories_place", place.pk),
        ("territories_territory", place.pk),
        ("accounts_user", superuser.pk),
    ]:
        assert client.post(reverse(f"admin:{label}_delete", args=[pk]), {"post": "yes"}).status_code in (302, 403, 404)
    assert Place.objects.filter(pk=place.pk).exists()
    assert User.objects.filter(pk=superuser.pk).exists()
