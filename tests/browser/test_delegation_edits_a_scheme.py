"""The délégation writes a scheme: draft, trial, problems of publication, publication, catalogue; then accessibility."""

import pytest
from playwright.sync_api import Page, expect

from funding.models import Contest, FundedProjectList, Scheme
from tests.browser.test_delegation_imports_a_list import sign_in
from tests.funding.admin.test_tables import add
from tests.funding.drafts import draft, organisation, published
from tests.funding.funded_projects.files import line, national
from tests.territories.people import delegation

pytestmark = pytest.mark.browser
NAME = "Aide à la modernisation de l’essai"


def alert(page: Page, text: str):
    return page.locator(".messagelist").get_by_text(text)


def test_a_scheme_goes_from_a_blank_page_to_the_catalogue(portal, open_page):
    organisation("Région de l’essai", slug="region-essai")
    page = open_page()
    sign_in(page, portal, delegation())

    page.goto(f"{portal}/administration/")
    page.get_by_role("link", name="Écrire un dispositif").click()
    page.get_by_label("Nom :", exact=True).fill(NAME)
    page.get_by_label("Ajouter un lieu par son nom").first.fill("occitanie")
    expect(page.locator("#place-list-1 option[value='REG-76']")).to_have_count(1)
    page.get_by_label("Ajouter un lieu par son nom").first.fill("REG-76")
    expect(page.locator("#id_included_codes")).to_have_value("REG-76")
    page.locator("#id_criteria-0-kind").select_option("audience")
    page.locator("#id_criteria-0-values").fill("entreprise")

    page.get_by_role("button", name="Essayer sans enregistrer").click()

    firm = page.locator("#trial-results tr", has_text="Entreprise de mécanique")
    expect(firm).to_contain_text("Pas ouvert (sinon : éligible)")
    expect(page.locator("#trial-results tr", has_text="Intercommunalité")).to_contain_text("Non éligible")
    assert not Scheme.objects.filter(name=NAME).exists()

    page.get_by_role("button", name="Enregistrer et proposer à la validation").click()
    expect(alert(page, "attend d’être validé")).to_be_visible()
    scheme = Scheme.objects.get(name=NAME)

    page.get_by_role("button", name="Enregistrer et publier").click()
    expect(alert(page, "Enregistré, mais pas publié")).to_be_visible()
    page.get_by_role("link", name="Dites qui finance.").click()
    page.locator("#id_roles-0-organisation").fill("region-essai")
    page.locator("#id_roles-0-role").select_option("funder")
    page.locator("#id_summary").fill("Elle finance la modernisation d’un site.")
    page.get_by_label("Subvention").check()
    page.locator("#id_contacts-0-organisation").fill("region-essai")
    page.locator("#id_contacts-0-email").fill("aides@region.test")
    page.locator("#id_contacts-0-included_codes").fill("REG-76")
    page.locator("#id_links-0-label").fill("La page")
    page.locator("#id_links-0-url").fill("https://region.test/aide")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.get_by_text("Ce qui manque pour publier (1)")).to_be_visible()

    page.get_by_role("link", name="Ajouter un appel").click()
    page.get_by_label("Nom :", exact=True).fill("Guichet")
    page.get_by_label("Ouvert en permanence").check()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.goto(f"{portal}/administration/funding/scheme/{scheme.pk}/change/")
    page.get_by_role("button", name="Enregistrer et publier").click()

    expect(alert(page, "Le dispositif est publié")).to_be_visible()
    page.goto(f"{portal}/aides/?q=modernisation+essai")
    expect(page.get_by_role("link", name=NAME)).to_be_visible()


def test_it_is_tried_without_a_script_and_what_was_typed_stays(portal, open_page):
    scheme = draft()
    page = open_page(javascript=False)
    sign_in(page, portal, delegation())

    page.goto(f"{portal}/administration/funding/scheme/{scheme.pk}/change/")
    page.locator("#id_criteria-0-values").fill("commune")
    page.get_by_role("button", name="Essayer sans enregistrer").click()

    expect(page.locator("#id_criteria-0-values")).to_have_value("commune")
    expect(page.locator("#trial-results tr", has_text="Commune hors")).to_contain_text("Éligible")
    scheme.refresh_from_db()
    assert scheme.version == 1


@pytest.fixture
def pages(portal) -> list[str]:
    add(0)
    scheme = published()
    call = scheme.calls.get()
    return [
        "/administration/",
        "/administration/funding/scheme/",
        "/administration/funding/scheme/add/",
        f"/administration/funding/scheme/{scheme.pk}/change/",
        f"/administration/funding/scheme/{scheme.pk}/history/",
        "/administration/funding/scheme/schema-national/",
        "/administration/funding/scheme/import/",
        "/administration/funding/call/",
        f"/administration/funding/call/{call.pk}/change/",
        f"/administration/funding/call/{call.pk}/variante/",
        "/administration/funding/round/",
        "/administration/funding/contest/",
        f"/administration/funding/contest/{Contest.objects.order_by('pk').first().pk}/change/",
        "/administration/funding/resource/add/",
        "/administration/funding/organisation/",
        "/administration/funding/fundedproject/",
        "/administration/funding/fundedprojectlist/",
        f"/administration/funding/fundedprojectlist/{FundedProjectList.objects.get().pk}/change/",
        f"/administration/funding/fundedprojectlist/{FundedProjectList.objects.get().pk}/importer/",
    ]


@pytest.mark.slow
def test_the_pages_of_schemes_are_accessible_and_fit_a_phone(portal, open_page, checked, pages):
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
    # The plan of a file belongs to who sent it: its page has no address of its own.
    page.goto(f"{portal}/administration/funding/fundedprojectlist/{FundedProjectList.objects.get().pk}/importer/")
    unnamed = line("8", siren="", nom_beneficiaire_principal="DURAND JEANNE")
    content = national(line("7", code_commune="99999"), unnamed)
    file = {"name": "projets.csv", "mimeType": "text/csv", "buffer": content}
    page.get_by_label("Fichier (CSV ou XLSX)").set_input_files(file)
    page.get_by_role("button", name="Voir ce qu’il change").click()
    expect(page.get_by_role("heading", name="Lignes à regarder")).to_be_visible()
    checked(page)
