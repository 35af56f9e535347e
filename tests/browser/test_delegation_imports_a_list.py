"""A member of the délégation imports a new official list, in a real browser; the pages are accessible."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from territories.models import ListEdition, Territory
from tests.territories.people import delegation, mandate, person, territory
from tests.territories.published_list import as_xlsx
from tests.territories.test_admin_editions import changed_rows
from ti_portal.accounts.models import User

pytestmark = pytest.mark.browser


def sign_in(page: Page, address: str, user: User) -> None:
    """Give the browser the session that signing in gives; the sign-in pages have their own journey."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])


def test_a_new_list_is_sent_read_and_applied(portal, open_page, checked, tmp_path):
    member = delegation()
    file = tmp_path / "liste-novembre-2026.xlsx"
    file.write_bytes(as_xlsx(changed_rows()))
    page = open_page()
    sign_in(page, portal, member)

    page.goto(f"{portal}/administration/")
    page.get_by_role("link", name="Importer une nouvelle liste").click()
    page.get_by_label("Liste officielle (CSV ou XLSX)").set_input_files(file)
    page.get_by_label("État au").fill("2026-11-01")
    page.get_by_role("button", name="Voir ce qu’elle change").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Ce que la liste change")
    expect(page.get_by_text("Nom nouveau").first).to_be_visible()
    checked(page)
    assert not Territory.objects.filter(place__name="Nom nouveau").exists()

    page.get_by_role("button", name="Appliquer cette liste").click()

    expect(page.get_by_text("La liste est appliquée")).to_be_visible()
    assert Territory.objects.current().filter(place__name="Nom nouveau").count() == 1
    assert ListEdition.objects.order_by("-pk").first().applied_by == member
    page.goto(f"{portal}/administration/admin/logentry/")
    expect(page.get_by_role("cell", name="Par import du fichier « liste-novembre-2026.xlsx ».")).to_be_visible()


def test_a_list_that_cannot_be_read_is_refused_without_losing_the_way(portal, open_page, tmp_path):
    file = tmp_path / "liste.csv"
    file.write_text("id_ti;lib_ti;siren_membre\nti-2707;Nevers;123456789\n")
    page = open_page(javascript=False)
    sign_in(page, portal, delegation())

    page.goto(f"{portal}/administration/territories/listedition/importer/")
    page.get_by_label("Liste officielle (CSV ou XLSX)").set_input_files(file)
    page.get_by_label("État au").fill("2026-11-01")
    page.get_by_role("button", name="Voir ce qu’elle change").click()

    expect(page.get_by_role("alert").get_by_text("Ligne 2")).to_be_visible()
    expect(page.get_by_label("État au")).to_have_value("2026-11-01")


@pytest.fixture
def pages(portal) -> list[str]:
    where = territory("Alès")
    given = mandate(person(), where)
    return [
        "/administration/",
        "/administration/territories/",
        "/administration/territories/place/?q=ales",
        f"/administration/territories/territory/{where.pk}/change/",
        "/administration/territories/mandate/",
        "/administration/territories/mandate/add/",
        f"/administration/territories/mandate/{given.pk}/change/",
        f"/administration/territories/mandate/{given.pk}/history/",
        "/administration/territories/mandate/import/",
        "/administration/territories/mandate/export/",
        "/administration/territories/listedition/",
        "/administration/territories/listedition/importer/",
        "/administration/territories/zoning/add/",
        f"/administration/accounts/user/{given.person_id}/change/",
        "/administration/core/outboxmessage/",
        "/administration/core/jobrun/etat/",
        "/administration/funding/linkprobe/",
        "/administration/admin/logentry/",
    ]


@pytest.mark.slow
def test_its_pages_are_accessible_fit_a_phone_and_obey_the_policy(portal, open_page, checked, pages):
    page = open_page()
    sign_in(page, portal, delegation())
    faults = []
    for path in pages:
        page.goto(portal + path)
        try:
            checked(page)
        except AssertionError as fault:
            faults.append(f"{path}\n{fault}")
    assert not faults, "\n\n".join(faults)
