"""Journeys « which schemes can I use here, now, and if not, why? » on the opening content, on 15 December 2020."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from funding.opening.loading import load
from tests.browser.conftest import PHONE, axe, fits_in_width, look

pytestmark = [pytest.mark.browser, pytest.mark.slow]

START = "/eligibilite/?au=2020-12-15"
RESULT = "/eligibilite/resultat/?au=2020-12-15"
VTE = "#aide-vte-aide-a-l-entreprise"
PAGE_KINDS = (
    "/eligibilite/",
    "/eligibilite/?naf=m%C3%A9canique&staff=zut&aller=suite",
    "/eligibilite/?siret=123&chercher=1",
    "/eligibilite/lieu/?place_text=sainte+colombe&aller=suite",
    "/eligibilite/projet/",
    "/eligibilite/montants/?aid_1_amount=3&aller=suite",
    RESULT,
    f"{RESULT}&audience=firm&place=COM-30007&staff=45&project_natures=modernisation",
    f"{RESULT}&audience=firm&place=COM-75056&groupe=not_eligible",
)


@pytest.fixture
def opening(committed_db) -> None:
    load(at=timezone.now())


def text_of(locator) -> str:
    locator.page.wait_for_load_state()
    return re.sub(r"\s+", " ", locator.text_content())


def go_on(page, name: str = "Continuer") -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_metalworking_firm_at_ales_that_recruits_gets_four_thousand_euros(opening, portal, open_page):
    page = open_page()
    page.goto(portal + START)
    page.get_by_label("Qui porte le projet ?").select_option("firm")
    activity = page.get_by_role("combobox", name="Activité principale")
    activity.focus()
    page.keyboard.type("mécanique indus")
    page.get_by_role("listbox", name="Activités proposées").get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(activity).to_have_value("25.62B Mécanique industrielle")
    page.get_by_label("Effectif exact").fill("45")
    page.get_by_label("Chiffre d’affaires annuel").fill("6 000 000 €")
    axe(page)
    page.get_by_role("button", name="Calculer la taille").click()
    expect(page.locator(".check-aside")).to_contain_text("Petite entreprise")
    go_on(page)

    place = page.get_by_role("combobox", name="Dans quelle commune se situe le projet ?")
    place.fill("ales")
    page.get_by_role("option", name="Alès").first.click()
    expect(place).to_have_value("Alès (30)")
    axe(page)
    go_on(page)

    page.get_by_text("recrutement d’un ou une VTE", exact=True).click()
    page.get_by_role("group", name="Le projet contribue-t-il à la transition écologique ?").get_by_text("Non").click()
    axe(page)
    go_on(page)
    axe(page)
    page.go_back()
    expect(page.get_by_label("recrutement d’un ou une VTE", exact=True)).to_be_checked()
    page.go_forward()
    go_on(page, "Voir le résultat")

    expect(page.locator(".fr-text--lead")).to_contain_text("15 décembre 2020")
    expect(page.locator("main")).to_contain_text("Bassin d'Alès")
    card = text_of(page.locator(f"#eligible {VTE}"))
    assert "Montant : 4 000 €" in card
    assert "Le lieu du projet est dans le périmètre du dispositif." in card
    assert "La taille convient : petite entreprise." in card
    assert "La nature du projet convient : recrutement d’un ou une VTE." in card
    expect(page.locator("#near")).to_contain_text("Une part du projet pourrait porter sur la transition écologique.")
    assert page.context.cookies() == []

    page.get_by_role("button", name="Garder ce résultat").click()
    expect(page.locator("main")).to_contain_text("Rien n’a changé depuis")
    expect(page.get_by_label("Lien à partager")).to_have_value(page.url)
    axe(page)
    page.locator(VTE).get_by_role("link", name="Contester ce verdict").click()
    page.get_by_label("Pourquoi ce verdict vous semble-t-il faux ?").fill("Notre site est à Nîmes.")
    axe(page)
    page.get_by_role("button", name="Envoyer à la délégation").click()
    page.get_by_text("Votre message est parvenu à la délégation").wait_for()
    page.get_by_role("link", name="Revenir au résultat gardé").click()
    page.get_by_role("link", name="Recalculer aujourd’hui").click()
    row = page.get_by_role("row").filter(has_text="VTE : aide à l’entreprise")
    expect(row).to_contain_text("Éligible")
    expect(row).to_contain_text("Pas ouvert")
    axe(page)
    assert page.context.cookies() == []


def test_an_intercommunalite_finds_what_lays_out_an_industrial_site_without_javascript(opening, portal, open_page):
    page = open_page(javascript=False)
    page.goto(portal + START)
    page.get_by_label("Qui porte le projet ?").select_option("epci")
    go_on(page)
    page.get_by_label("Dans quelle commune se situe le projet ?").fill("sainte colombe")
    go_on(page)
    expect(page.locator("main")).to_contain_text("Plusieurs lieux répondent")
    page.get_by_label("Dans quelle commune se situe le projet ?").fill("CA Alès Agglomération")
    go_on(page)
    page.get_by_text("aménagement d’un site industriel", exact=True).click()
    page.get_by_text("foncier", exact=True).click()
    go_on(page)
    page.get_by_label("Montant du projet, hors taxes (€)").fill("beaucoup")
    go_on(page, "Voir le résultat")
    expect(page.locator("main")).to_contain_text("Écrivez un montant en euros")
    expect(page.get_by_label("Montant du projet, hors taxes (€)")).to_have_value("beaucoup")
    page.get_by_label("Montant du projet, hors taxes (€)").fill("1 200 000")
    go_on(page, "Voir le résultat")
    eligible = text_of(page.locator("#eligible"))
    assert "Dotation de soutien à l’investissement local (DSIL)" in eligible
    assert "La nature du projet convient : aménagement d’un site industriel." in eligible
    assert "Sites industriels clés en main" in eligible
    refused = text_of(page.locator("#not_eligible"))
    assert "Le dispositif ne s’adresse pas à votre catégorie (intercommunalité (EPCI))" in refused


def test_a_firm_outside_any_territory_knows_that_the_place_is_why(opening, portal, open_page):
    page = open_page(PHONE)
    page.goto(f"{portal}{RESULT}&audience=firm&staff=45&turnover=6000000&project_natures=vte_recruitment")
    page.get_by_role("link", name="Dans quelle commune se situe le projet ?").first.click()
    page.get_by_role("combobox").fill("paris")
    page.keyboard.press("Enter")
    page.wait_for_url("**place=COM-75056**")
    page.goto(page.url.replace("/eligibilite/projet/", "/eligibilite/resultat/"))
    main = text_of(page.locator("main"))
    assert "Le lieu du projet n’est dans aucun Territoire d’industrie" in main
    assert len(re.findall(r"\(\d+ km\)", main)) == 3
    page.goto(f"{page.url}&groupe=not_eligible")
    refusal = page.locator(".check-refusals > li").filter(has_text="VTE : aide à l’entreprise")
    expect(refusal).to_contain_text("Le lieu du projet est hors du périmètre du dispositif")
    assert "Public." not in text_of(refusal)
    assert fits_in_width(page)
    axe(page)


def test_a_firm_that_does_not_know_its_staff_is_asked_for_it(opening, portal, open_page):
    page = open_page(PHONE)
    page.goto(f"{portal}{RESULT}&audience=firm&place=COM-30007&project_natures=vte_recruitment&turnover=60000000")
    card = page.locator(f"#to_specify {VTE}")
    expect(card).to_contain_text("La taille reste à préciser.")
    card.get_by_role("link", name="Combien de personnes l’entreprise emploie-t-elle").click()
    expect(page).to_have_url(re.compile(re.escape("#id_staff") + "$"))
    page.get_by_label("Effectif exact").fill("45")
    go_on(page, "Voir déjà le résultat")
    expect(page.locator(f"#eligible {VTE}")).to_contain_text("Montant : 4 000 €")


def test_every_kind_of_page_is_accessible_and_fits(opening, portal, open_page):
    page = open_page()
    for path in PAGE_KINDS:
        page.goto(portal + path)
        for summary in page.locator("main summary").all():
            summary.click()
        look(page)
