"""Who enters the administration, through which door, and what the home page says."""

from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests.territories.people import delegation, mandate, person, territory
from ti_portal.core.enums import MessageState
from ti_portal.core.mail import queue_message
from ti_portal.core.models import OutboxMessage

PAGES = [
    "/administration/",
    "/administration/territories/territory/",
    "/administration/territories/mandate/import/",
    "/administration/territories/mandate/export/",
    "/administration/territories/listedition/importer/",
    "/administration/core/outboxmessage/",
    "/administration/admin/logentry/",
]


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_sent_to_the_portal_s_own_sign_in(db, client, page):
    response = client.get(page, follow=True)

    last, _ = response.redirect_chain[-1]
    assert unquote(last) == f"/comptes/connexion/?next={page}"
    assert response.status_code == 200


def test_the_sign_in_page_of_the_administration_is_the_portal_s(db, client):
    response = client.get("/administration/login/?next=/administration/core/outboxmessage/")

    assert response.status_code == 302
    assert response.url.startswith("/comptes/connexion/?next=")


@pytest.mark.parametrize("page", PAGES)
def test_a_referent_has_no_access(client, referent, page):
    mandate(referent, territory())
    client.force_login(referent)

    response = client.get(page, follow=True)

    assert response.status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_a_member_of_the_delegation_enters(office, page):
    assert office.get(page).status_code == 200


def test_a_closed_account_of_the_delegation_does_not_enter(db, client):
    client.force_login(delegation(is_active=False))

    assert client.get("/administration/").status_code == 302


def test_a_member_without_second_factor_is_sent_to_set_it_up(client, db):
    client.force_login(person("sans.facteur@delegation.test", is_staff=True))

    assert client.get("/administration/").url == reverse("mfa_index")


def test_only_the_portal_s_own_tables_are_there():
    apps = {model._meta.app_label for model in admin.site._registry}

    assert apps <= {"core", "accounts", "territories", "funding", "events", "admin"}


@pytest.mark.parametrize(
    "page",
    [
        "/administration/territories/mandate/add/",
        "/administration/territories/mandate/process_import/",
        "/administration/territories/listedition/importer/",
        "/administration/core/outboxmessage/",
    ],
)
def test_writing_takes_a_csrf_token(member, page):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(member)

    assert strict.post(page, {"action": "retry"}).status_code == 403


def test_home_says_what_waits(office, member):
    now = datetime.now(UTC)
    for number in range(3):
        queue_message(
            key=f"k{number}", recipient="a@b.fr", subject="Objet", text_body="Texte", at=now - timedelta(hours=1)
        )
    OutboxMessage.objects.filter(key="k0").update(state=MessageState.FAILED)

    page = office.get("/administration/").content.decode()

    assert "1 courriel abandonné" in page
    assert "2 courriels attendent" in page
    assert "?etat=failed" in page
    assert reverse("admin:territories_listedition_import") in page
    assert "Vague 2023-2027 : état au" in page


def test_home_leads_to_the_people_whose_details_are_awaited(office):
    mandate(person(), territory())

    page = office.get("/administration/").content.decode()

    assert "1 personne a des coordonnées à donner ou à confirmer" in page
    url = "/administration/territories/mandate/?en_vigueur=oui&amp;coordonnees=attendues"
    assert url in page
    assert "Claire Martin" in office.get(url.replace("&amp;", "&")).content.decode()


def test_home_says_when_nothing_waits(office):
    assert "Rien n’attend" in office.get("/administration/").content.decode()


def test_home_asks_as_many_queries_whatever_happened(office, member, django_assert_num_queries):
    from django.contrib.admin.models import CHANGE

    from ti_portal.core.admin_bases import log_rows

    office.get("/administration/")  # content types and sessions are cached from here on
    where = territory()

    def count() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            office.get("/administration/")
        return len(captured)

    mandate(person(), where)
    log_rows(member, [(where, "Alès")], CHANGE, "Essai.")
    few = count()
    for number in range(10):
        mandate(person(f"p{number}.x@ales.test"), where)
        log_rows(member, [(where, "Alès")], CHANGE, "Essai.")
    assert count() == few
    assert few <= 21
