"""Journeys « which schemes can I use here, now, and if not, why? » on the opening content, on 15 December 2020."""

import re

import pytest
from django.utils import timezone

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
    assert activity.input_value() == "25.62B Mécanique industrielle"
    page.get_by_label("Effectif exact").fill("45")
    page.get_by_label("Chiffre d’affaires annuel").fill("6 000 000 €")
    axe(page)
    page.get_by_role("button", name="Calculer la taille").click()
    assert "Petite entreprise" in text_of(page.locator(".check-aside"))
    go_on(page)

    place = page.get_by_role("combobox", name="Dans quelle commune se situe le projet ?")
    place.fill("ales")
    page.get_by_role("option", name="Alès").first.click()
    assert place.input_value() == "Alès (30)"
    axe(page)
    go_on(page)

    page.get_by_text("recrutement d’un ou une VTE", exact=True).click()
    page.get_by_role("group", name="Le projet contribue-t-il à la transition écologique ?").get_by_text("Non").click()
    axe(page)
    go_on(page)
    axe(page)
    page.go_back()
    assert page.get_by_label("recrutement d’un ou une VTE", exact=True).is_checked()
    page.go_forward()
    go_on(page, "Voir le résultat")

    assert "15 décembre 2020" in text_of(page.locator(".fr-text--lead"))
    assert "Bassin d'Alès" in text_of(page.locator("main"))
    card = text_of(page.locator(f"#eligible {VTE}"))
    assert "Montant : 4 000 €" in card
    assert "Le lieu du projet est dans le périmètre du dispositif." in card
    assert "La taille convient : petite entreprise." in card
    assert "La nature du projet convient : recrutement d’un ou une VTE." in card
    assert "Une part du projet pourrait porter sur la transition écologique." in text_of(page.locator("#near"))
    assert page.context.cookies() == []

    page.get_by_role("button", name="Garder ce résultat").click()
    assert page.get_by_label("Lien à partager").input_value() == page.url
    assert "Rien n’a changé depuis" in text_of(page.locator("main"))
    axe(page)
    page.locator(VTE).get_by_role("link", name="Contester ce verdict").click()
    page.get_by_label("Pourquoi ce verdict vous semble-t-il faux ?").fill("Notre site est à Nîmes.")
    axe(page)
    page.get_by_role("button", name="Envoyer à la délégation").click()
    page.get_by_text("Votre message est parvenu à la délégation").wait_for()
    page.get_by_role("link", name="Revenir au résultat gardé").click()
    page.get_by_role("link", name="Recalculer aujourd’hui").click()
    row = page.get_by_role("row").filter(has_text="VTE : aide à l’entreprise")
    assert "Éligible" in text_of(row)
    assert "Pas ouvert" in text_of(row)
    axe(page)
    assert page.context.cookies() == []


def test_an_intercommunalite_finds_what_lays_out_an_industrial_site_without_javascript(opening, portal, open_page):
    page = open_page(javascript=False)
    page.goto(portal + START)
    page.get_by_label("Qui porte le projet ?").select_option("epci")
    go_on(page)
    page.get_by_label("Dans quelle commune se situe le projet ?").fill("sainte colombe")
    go_on(page)
    assert "Plusieurs lieux répondent" in text_of(page.locator("main"))
    page.get_by_label("Dans quelle commune se situe le projet ?").fill("CA Alès Agglomération")
    go_on(page)
    page.get_by_text("aménagement d’un site industriel", exact=True).click()
    page.get_by_text("foncier", exact=True).click()
    go_on(page)
    page.get_by_label("Montant du projet, hors taxes (€)").fill("beaucoup")
    go_on(page, "Voir le résultat")
    assert "Écrivez un montant en euros" in text_of(page.locator("main"))
    assert page.get_by_label("Montant du projet, hors taxes (€)").input_value() == "beaucoup"
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
    assert "Le lieu du projet est hors du périmètre du dispositif" in text_of(refusal)
    assert "Public." not in text_of(refusal)
    assert fits_in_width(page)
    axe(page)


def test_a_firm_that_does_not_know_its_staff_is_asked_for_it(opening, portal, open_page):
    page = open_page(PHONE)
    page.goto(f"{portal}{RESULT}&audience=firm&place=COM-30007&project_natures=vte_recruitment&turnover=60000000")
    card = page.locator(f"#to_specify {VTE}")
    assert "La taille reste à préciser." in text_of(card)
    card.get_by_role("link", name="Combien de personnes l’entreprise emploie-t-elle").click()
    assert page.url.endswith("#id_staff")
    page.get_by_label("Effectif exact").fill("45")
    go_on(page, "Voir déjà le résultat")
    assert "Montant : 4 000 €" in text_of(page.locator(f"#eligible {VTE}"))


def test_every_kind_of_page_is_accessible_and_fits(opening, portal, open_page):
    page = open_page()
    for path in PAGE_KINDS:
        page.goto(portal + path)
        for summary in page.locator("main summary").all():
            summary.click()
        look(page)
