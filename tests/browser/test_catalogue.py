"""Finding an aid: an EPCI that wants to lay out a site, the date switch, keyboard, no script, every kind of page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, axe, look

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGE_KINDS = (
    "/aides/",
    "/aides/?lieu=COM-30007&public=firm&au=2020-12-15",
    "/aides/?q=zzqqzz&aide=loan",
    "/aides/?ou=sainte+colombe",
    "/aides/?avant=hier&public=martien",
    "/aides/calendrier/?au=2020-12-15",
    "/aides/calendrier/?au=2020-12-15&vue=liste&lieu=REG-76",
    "/ressources/",
    "/ressources/?nature=training&lieu=COM-30007",
)


def test_an_epci_finds_what_helps_to_lay_out_a_site(portal, open_page):
    page = open_page()
    page.goto(f"{portal}/aides/?au=2020-12-15")
    page.get_by_label("Lieu du projet").focus()
    page.keyboard.type("ales")
    page.get_by_role("listbox", name="Propositions").get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")  # chooses, stays in the form
    expect(page.locator("input[name=lieu]")).not_to_have_value("")
    page.get_by_label("Qui porte le projet").select_option("epci")
    page.get_by_text("Plus de filtres").click()
    page.get_by_label("Nature du projet").select_option("site_layout")
    page.get_by_role("button", name="Chercher").click()
    page.wait_for_url("**/aides/?**lieu=**")
    expect(page).to_have_url(re.compile(re.escape("au=2020-12-15")))
    cards = page.locator(".aid-card")
    expect(cards.first).to_be_visible()
    axe(page)
    name = cards.first.get_by_role("link").text_content()
    cards.first.get_by_role("link").click()
    assert page.get_by_role("heading", level=1).text_content().startswith(name)
    expect(page).to_have_url(re.compile(re.escape("lieu=")))
    expect(page.get_by_role("main")).to_contain_text("15 décembre 2020")
    axe(page)


def test_without_javascript_a_filter_is_set_and_removed(portal, open_page):
    page = open_page(PHONE, javascript=False)
    page.goto(f"{portal}/aides/?au=2020-12-15")
    page.get_by_label("Mots cherchés").fill("friches")
    page.get_by_role("button", name="Chercher").click()
    expect(page).to_have_url(re.compile(re.escape("q=friches")))
    expect(page.locator(".aid-card").filter(has_text="friches").first).to_be_visible()
    page.get_by_role("link", name="Retirer le filtre « friches »").click()
    expect(page).not_to_have_url(re.compile(re.escape("q=")))


def test_every_kind_of_page_is_accessible_and_fits(portal, open_page):
    page = open_page()
    page.goto(f"{portal}/aides/?au=2020-12-15")
    scheme = page.locator(".aid-card a").first.get_attribute("href")
    page.goto(portal + scheme)
    call = page.locator(".aid-call a").first.get_attribute("href")
    for path in (scheme, call, *PAGE_KINDS):
        page.goto(portal + path)
        look(page)
