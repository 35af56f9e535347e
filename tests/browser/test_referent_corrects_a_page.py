"""A référent corrects the page of a territory, in a real browser, with and without JavaScript."""

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Page, expect

from tests.browser.conftest import axe, look
from tests.territories.people import PASSWORD, delegation, mandate, person, territory

pytestmark = pytest.mark.browser


def with_account(email: str, where, role: str = "project_lead", **fields):
    who = person(email, **fields)
    EmailAddress.objects.create(user=who, email=email, verified=True, primary=True)
    mandate(who, where, role)
    return who


def sign_in(page: Page, portal: str, email: str) -> None:
    page.goto(f"{portal}/comptes/connexion/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Se connecter").click()
    expect(page.locator(".fr-header").get_by_role("button", name="Se déconnecter")).to_have_count(1)


def editor_of(page: Page):
    """The editor, once its bar is there; until then the plain text area bears the same name."""
    expect(page.get_by_role("toolbar", name="Mise en forme")).to_be_visible()
    return page.get_by_role("textbox", name="Présentation du territoire")


def write(editor, text: str) -> None:
    """Type where the cursor is, once the editor has it, and see that every letter arrived."""
    expect(editor).to_be_focused()
    editor.page.keyboard.type(text)
    expect(editor).to_contain_text(text)


def write_at_the_start(page: Page, text: str) -> None:
    editor = editor_of(page)
    editor.press("Control+Home")
    write(editor, text)


@pytest.fixture
def where(committed_db):
    found = territory()
    with_account("claire.martin@ales.test", found)
    with_account("nora.benali@ales.test", found, "region")
    return found


def test_edit_publish_compare_restore_and_meet_another(portal, open_page, where):
    address = portal + where.get_absolute_url()
    claire = open_page()
    sign_in(claire, portal, "claire.martin@ales.test")

    # Claire writes, with the editor and the keyboard.
    claire.goto(address)
    claire.get_by_role("link", name="Modifier la page").click()
    look(claire)
    editor = editor_of(claire)
    editor.click()
    write(editor, "Le verre depuis 1750.")
    claire.keyboard.press("Enter")
    expect(editor.get_by_role("paragraph")).to_have_count(2)
    claire.get_by_role("button", name="Liste", exact=True).click()
    expect(editor.get_by_role("listitem")).to_have_count(1)
    write(editor, "verre creux")
    claire.keyboard.press("Enter")
    expect(editor.get_by_role("listitem")).to_have_count(2)
    write(editor, "verre plat")
    claire.get_by_label("Verre et céramique").check(force=True)
    first_link = claire.get_by_role("group", name="Lien 1")
    first_link.get_by_label("Intitulé").fill("Le pôle")
    first_link.get_by_label("Adresse").fill("https://pole.example/")
    claire.get_by_role("button", name="Enregistrer et publier").click()

    # It is published, for everyone.
    expect(claire.get_by_text("La page est à jour. Vos changements sont publiés.")).to_be_visible()
    look(claire)
    visitor = open_page()
    visitor.goto(address)
    expect(visitor.get_by_text("Le verre depuis 1750.")).to_be_visible()
    expect(visitor.get_by_role("listitem").filter(has_text="verre creux")).to_be_visible()
    expect(visitor.get_by_role("link", name="Le pôle")).to_have_attribute("href", "https://pole.example/")
    expect(visitor.get_by_text("claire.martin@ales.test")).to_have_count(0)

    # Nora and Claire open the form; Nora saves first.
    nora = open_page()
    sign_in(nora, portal, "nora.benali@ales.test")
    edit = f"{portal}/territoires/{where.place.code.lower()}/modifier/"
    nora.goto(edit)
    claire.goto(edit)
    write_at_the_start(nora, "Nora : ")
    nora.get_by_role("button", name="Enregistrer et publier").click()
    expect(nora.get_by_text("Vos changements sont publiés")).to_be_visible()

    write_at_the_start(claire, "Claire : ")
    claire.get_by_role("button", name="Enregistrer et publier").click()
    expect(claire.get_by_role("heading", level=1)).to_have_text("Deux versions à rapprocher")
    expect(claire.get_by_role("heading", name="Version écrite par Nora Benali")).to_be_visible()
    expect(claire.locator(".diff ins").filter(has_text="Nora :")).to_be_visible()
    look(claire)

    # Her text is still there; she mixes both and saves on top.
    expect(editor_of(claire)).to_contain_text("Claire : Le verre depuis 1750.")
    write_at_the_start(claire, "Nora et ")
    claire.get_by_role("button", name="Enregistrer et publier ce choix").click()
    expect(claire.get_by_text("Nora et Claire : Le verre depuis 1750.")).to_be_visible()

    # The versions are compared, and the first one comes back.
    claire.get_by_role("link", name="Versions de la page").click()
    look(claire)
    claire.get_by_label("de la version 1").check(force=True)
    claire.get_by_label("à la version 3").check(force=True)
    claire.get_by_role("button", name="Comparer les deux versions choisies").click()
    expect(claire.locator(".diff ins").first).to_contain_text("Nora et Claire :")
    look(claire)
    claire.get_by_role("button", name="Rétablir la version 1").click()
    expect(claire.get_by_text("La page est revenue à la version 1. C’est la version 4.")).to_be_visible()
    visitor.reload()
    expect(visitor.get_by_text("Nora et Claire")).to_have_count(0)
    expect(visitor.get_by_text("Le verre depuis 1750.")).to_be_visible()


def test_the_same_without_javascript(portal, open_page, where):
    claire = open_page(javascript=False)
    sign_in(claire, portal, "claire.martin@ales.test")
    edit = f"{portal}/territoires/{where.place.code.lower()}/modifier/"
    claire.goto(edit)
    claire.get_by_label("Présentation du territoire").fill("Le verre.\n\n- creux\n- plat")
    claire.get_by_label("Verre et céramique").check(force=True)
    claire.get_by_role("button", name="Enregistrer et publier").click()
    expect(claire.get_by_role("listitem").filter(has_text="creux")).to_be_visible()

    nora = open_page(javascript=False)
    sign_in(nora, portal, "nora.benali@ales.test")
    nora.goto(edit)
    claire.goto(edit)
    nora.get_by_label("Présentation du territoire").fill("Le verre et l’acier.")
    nora.get_by_role("button", name="Enregistrer et publier").click()
    claire.get_by_label("Présentation du territoire").fill("Le verre et le bois.")
    claire.get_by_role("button", name="Enregistrer et publier").click()
    expect(claire.get_by_role("heading", level=1)).to_have_text("Deux versions à rapprocher")
    expect(claire.get_by_label("Présentation du territoire")).to_have_value("Le verre et le bois.")
    claire.get_by_label("La version écrite par Nora Benali").check(force=True)
    claire.get_by_role("button", name="Enregistrer et publier ce choix").click()
    expect(claire.get_by_text("Le verre et l’acier.")).to_be_visible()

    claire.get_by_role("link", name="Versions de la page").click()
    claire.get_by_role("link", name="Version 1", exact=True).click()
    claire.get_by_role("button", name="Rétablir la version 1").click()
    expect(claire.get_by_text("C’est la version 3.")).to_be_visible()


def test_a_link_is_set_in_the_editor_with_the_keyboard_alone(portal, open_page, where):
    page = open_page()
    sign_in(page, portal, "claire.martin@ales.test")
    page.goto(f"{portal}/territoires/{where.place.code.lower()}/modifier/")
    editor = editor_of(page)
    editor.focus()
    write(editor, "Voir le site")
    for _ in range(2):
        # The cursor is back before the click is over: nobody types fast enough to lose a letter.
        back = "(button) => { button.focus(); button.click(); return document.activeElement.getAttribute('role') }"
        assert page.get_by_role("button", name="Citation", exact=True).evaluate(back) == "textbox"
    page.keyboard.press("Control+a")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("End")
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="Lien", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    address = page.get_by_label("Adresse du lien")
    expect(address).to_be_focused()
    page.keyboard.type("javascript:alert(1)")
    expect(address).to_have_value("javascript:alert(1)")
    page.keyboard.press("Enter")
    expect(page.get_by_text("L’adresse commence par https://, http:// ou mailto:.")).to_be_visible()
    axe(page)
    expect(address).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("https://site.example/")
    expect(address).to_have_value("https://site.example/")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Lien", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Enregistrer et publier").click()
    link = page.get_by_role("link", name="Voir le site")
    expect(link).to_have_attribute("href", "https://site.example/")
    expect(link).to_have_attribute("rel", "noopener nofollow")


def test_one_keeps_ones_entry_and_reads_the_directory(portal, open_page, where):
    claire = open_page()
    sign_in(claire, portal, "claire.martin@ales.test")
    claire.goto(f"{portal}/mes-coordonnees/")
    look(claire)
    claire.get_by_label("Fonction").fill("Cheffe de projet")
    claire.get_by_label("Téléphone professionnel").fill("12")
    claire.get_by_role("button", name="Enregistrer mes coordonnées").click()
    expect(claire.get_by_text("Écrivez un numéro français")).to_be_visible()
    expect(claire.get_by_label("Fonction")).to_have_value("Cheffe de projet")
    look(claire)
    claire.get_by_label("Téléphone professionnel").fill("+33466123456")
    claire.get_by_role("button", name="Enregistrer mes coordonnées").click()
    expect(claire.get_by_text("confirmées pour un an")).to_be_visible()

    claire.goto(f"{portal}/annuaire/")
    look(claire)
    expect(claire.get_by_role("link", name="04 66 12 34 56")).to_be_visible()
    expect(claire.get_by_text("à confirmer")).to_have_count(1)


def test_the_delegation_reads_recent_changes(portal, open_page, where, client):
    client.force_login(delegation())
    page = open_page()
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": portal}])
    page.goto(f"{portal}/modifications/")
    look(page)
    page.get_by_label("Personne").fill("martin")
    page.get_by_label("Personne").press("Enter")
    expect(page.get_by_text("1 changement, du plus récent au plus ancien")).to_be_visible()
    page.get_by_role("link", name=where.place.name).click()
    look(page)
    page.goto(f"{portal}/modifications/?du=hier&personne=inconnue")
    expect(page.get_by_text("Écrivez une date comme 24/11/2026.")).to_be_visible()
    look(page)
    page.goto(f"{portal}/annuaire/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger ces lignes (CSV)").click()
    assert download.value.suggested_filename == "annuaire.csv"


def test_what_was_typed_survives_the_end_of_the_session(portal, open_page, where):
    claire = open_page()
    sign_in(claire, portal, "claire.martin@ales.test")
    edit = f"{portal}/territoires/{where.place.code.lower()}/modifier/"
    claire.goto(edit)
    editor_of(claire).click()
    write(editor_of(claire), "Le verre depuis 1750.")
    claire.get_by_label("Verre et céramique").check(force=True)
    claire.context.clear_cookies(name="sessionid")
    claire.get_by_role("button", name="Enregistrer et publier").click()
    expect(claire.get_by_text("Votre session était terminée : rien n’a été enregistré.")).to_be_visible()

    claire.locator("input[name=login]").fill("claire.martin@ales.test")
    claire.locator("input[name=password]").fill(PASSWORD)
    claire.locator("main").get_by_role("button", name="Se connecter").click()
    claire.wait_for_url(edit)
    expect(claire.get_by_text("Un texte non enregistré vous attend")).to_be_visible()
    look(claire)
    expect(editor_of(claire)).not_to_contain_text("Le verre")
    claire.get_by_role("button", name="Reprendre ce texte").click()
    expect(editor_of(claire)).to_contain_text("Le verre depuis 1750.")
    claire.get_by_role("button", name="Enregistrer et publier").click()
    expect(claire.get_by_text("La page est à jour")).to_be_visible()
    expect(claire.get_by_text("Le verre depuis 1750.")).to_be_visible()
    expect(claire.get_by_role("listitem").filter(has_text="Verre et céramique")).to_be_visible()

    claire.goto(edit)
    editor_of(claire)
    expect(claire.get_by_text("Un texte non enregistré vous attend")).to_have_count(0)


def test_leaving_a_page_with_unsaved_words_asks_first(portal, open_page, where):
    claire = open_page()
    sign_in(claire, portal, "claire.martin@ales.test")
    edit = f"{portal}/territoires/{where.place.code.lower()}/modifier/"
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    claire.on("dialog", stay)
    claire.goto(edit)
    editor_of(claire).click()
    write(editor_of(claire), "Le verre.")
    claire.get_by_role("link", name="on peut les comparer et revenir en arrière").click(no_wait_after=True)
    expect(editor_of(claire)).to_contain_text("Le verre.")
    assert asked == ["beforeunload"]
    claire.get_by_role("link", name="Renoncer").click()
    expect(claire.get_by_role("heading", level=1)).to_have_text(where.place.name)
    assert asked == ["beforeunload"]
