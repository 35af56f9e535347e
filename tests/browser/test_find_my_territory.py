"""Journey « find my territory »: with the keyboard, without JavaScript, among homonyms, outside any territory."""

import re
from contextlib import suppress

import pytest
from playwright.sync_api import Error, expect

from tests.browser.conftest import PHONE, axe, look
from tests.funding.funded_projects.files import line, load, national, project_list

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGE_KINDS = (
    "/",
    "/rencontres/",
    "/rencontres/?nature=fete",
    "/rencontres/assemblee-generale-15-decembre-2020/",
    "/rencontres/assemblee-generale-15-decembre-2020/enregistrement/",
    "/rencontres/assemblee-generale-15-decembre-2020/compte-rendu/",
    "/rencontres/cycles/observatoire-des-territoires-d-industrie/",
    "/questions-reponses/",
    "/recherche/",
    "/recherche/?q=sainte+colombe",
    "/recherche/?q=12345678900012",
    "/recherche/?q=zzzzqqqq",
    "/territoires/",
    "/territoires/?q=zzzz",
    "/territoires/?region=999",
    "/territoires/carte/",
    "/territoires/ti-2023-2707-nevers-val-de-loire/",
    "/territoires/ti-2018-2706-nevers-val-de-loire/",
    "/territoires/ti-2023-7601-ales/projets-finances/",
    "/territoires/ti-2023-7601-ales/projets-finances/?liste=zzzz",
    "/territoires/ti-2023-2707-nevers-val-de-loire/projets-finances/",
    "/regions/24-centre-val-de-loire/",
    "/departements/58-nievre/",
    "/communes/30007-ales/",
    "/communes/75056-paris/",
    "/intercommunalites/200066918-ca-ales-agglomeration/",
)


def test_a_visitor_finds_a_territory_with_the_keyboard(portal, open_page):
    page = open_page()
    page.goto(f"{portal}/recherche/")
    box = page.get_by_role("combobox", name="Commune, code postal, intercommunalité ou territoire")
    box.focus()
    page.keyboard.type("st etienne")
    choices = page.get_by_role("listbox", name="Propositions").get_by_role("option")
    choices.first.wait_for()
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("[data-place-search-status]")).to_contain_text("propositions")

    page.keyboard.press("ArrowDown")
    first = box.get_attribute("aria-activedescendant")
    expect(page.locator(f"#{first}")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("End")
    assert box.get_attribute("aria-activedescendant") != first
    page.keyboard.press("Home")
    expect(box).to_have_attribute("aria-activedescendant", first)
    axe(page)

    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("st etienne")

    page.keyboard.press("ArrowDown")
    while "Loire (42)" not in page.locator(f"#{box.get_attribute('aria-activedescendant')}").text_content():
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{portal}/communes/42218-saint-etienne/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Saint-Étienne")


def test_proposals_that_come_late_do_not_open_again_over_what_one_looks_at(portal, open_page):
    page = open_page()
    page.goto(f"{portal}/recherche/")
    held = []

    def hold(route):
        held.append(route)

    box = page.get_by_role("combobox")
    box.press_sequentially("ales")
    page.get_by_role("option").first.wait_for()  # the portal has answered once: it will be quick
    page.route("**/recherche/suggestions*", hold)
    box.press_sequentially(" agglo")
    while not held:
        page.wait_for_timeout(50)
    page.keyboard.press("Escape")
    for route in held:
        with suppress(Error):  # the page has given this question up
            route.continue_()
    page.wait_for_timeout(800)
    expect(box).to_have_attribute("aria-expanded", "false")


def test_enter_without_a_choice_sends_the_form(portal, open_page):
    page = open_page()
    page.goto(f"{portal}/recherche/")
    page.get_by_role("combobox").fill("sainte colombe")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche/?q=sainte+colombe")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("lieux pour « sainte colombe »")


def test_a_visitor_without_javascript_finds_by_postcode(portal, open_page):
    page = open_page(javascript=False)
    page.goto(f"{portal}/recherche/")
    page.get_by_role("searchbox").fill("30100")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("link", name="Alès", exact=True).first.click()
    expect(page).to_have_url(f"{portal}/communes/30007-ales/")
    page.locator(".answer").get_by_role("link", name="Alès", exact=True).click()
    expect(page).to_have_url(f"{portal}/territoires/ti-2023-7601-ales/")
    page.get_by_text("CA Alès Agglomération, ").click()  # opens the list of communes
    expect(page.get_by_text("Saint-Hilaire-de-Brethmas")).to_be_visible()


def test_a_visitor_chooses_among_homonyms(portal, open_page):
    page = open_page(PHONE)
    page.goto(f"{portal}/recherche/?q=sainte+colombe")
    page.locator(".results li").filter(has_text="Manche (50)").get_by_role("link", name="Sainte-Colombe").click()
    expect(page.locator(".answer")).to_contain_text("fait partie du Territoire d’industrie")
    expect(page.locator(".answer").get_by_role("link")).to_have_text("Cotentin")


def test_a_commune_outside_any_territory_sees_the_nearest_ones(portal, open_page):
    page = open_page()
    page.goto(f"{portal}/recherche/?q=paris")
    page.locator(".results li").filter(has_text="Paris (75)").get_by_role("link", name="Paris", exact=True).click()
    page.wait_for_url(f"{portal}/communes/75056-paris/")
    answer = page.locator(".answer")
    assert "ne fait partie d’aucun Territoire d’industrie" in answer.text_content()
    expect(answer.get_by_role("listitem")).to_have_count(3)
    answer.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(re.escape("/territoires/ti-2023-")))


def test_the_map_names_what_is_under_the_pointer_or_the_focus(portal, open_page):
    page = open_page()
    page.goto(f"{portal}/territoires/carte/")
    caption = page.locator("[data-map-caption]")
    at_rest = caption.text_content()
    shape = page.locator("svg").get_by_role("link", name="Nevers Val de Loire")
    shape.hover()
    expect(caption).to_have_text("Nevers Val de Loire")
    page.get_by_role("heading", level=1).hover()
    expect(caption).to_have_text(at_rest)
    shape.focus()
    expect(caption).to_have_text("Nevers Val de Loire")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{portal}/territoires/ti-2023-2707-nevers-val-de-loire/")


def test_every_kind_of_page_is_accessible_and_fits(portal, open_page):
    load(national(line()), project_list())
    page = open_page()
    for path in PAGE_KINDS:
        page.goto(portal + path)
        look(page)
