"""Accounts in a real browser: signing up, second factors, invitations, ProConnect; every page kind looked at by axe."""

import re
import time

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from territories import invitations
from tests.accounts.identity_provider import CLIENT_ID, CLIENT_SECRET, running
from tests.accounts.people import PASSWORD, account, code_at, delegation_account, protect
from tests.browser.conftest import PHONE, look
from tests.territories.people import mandate, territory
from ti_portal.accounts.models import User
from ti_portal.core.models import OutboxMessage

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def identity_provider(monkeypatch):
    with running() as provider:
        monkeypatch.setenv("PROCONNECT_CLIENT_ID", CLIENT_ID)
        monkeypatch.setenv("PROCONNECT_CLIENT_SECRET", CLIENT_SECRET)
        monkeypatch.setenv("PROCONNECT_SERVER_URL", provider.issuer)
        yield provider


def press(page, label: str) -> None:
    page.locator("main").get_by_role("button", name=label, exact=True).click()


def sign_in(page, portal: str, user: User) -> None:
    page.goto(f"{portal}/comptes/connexion/")
    page.get_by_label("Adresse électronique").fill(user.email)
    page.get_by_label("Mot de passe", exact=False).first.fill(PASSWORD)
    press(page, "Se connecter")


def sign_in_with_code(page, portal: str, user: User) -> None:
    sign_in(page, portal, user)
    page.get_by_label("Code").fill(code_at(time.time()))
    press(page, "Se connecter")
    page.wait_for_url("**/mon-espace/")


def code_sent_to(email: str) -> str:
    mail = OutboxMessage.objects.filter(recipient=email).latest("pk")
    return re.search(r"^ {4}(\S+)$", mail.text_body, re.M)[1]


PUBLIC = [
    "connexion/",
    "inscription/",
    "mot-de-passe/oublie/",
    "mot-de-passe/oublie/envoye/",
    "mot-de-passe/oublie/1-perime/",
    "mot-de-passe/change/",
    "ferme/",
    "supprime/",
    "rattachements/annule/",
]
OWN = [
    "adresse/",
    "mot-de-passe/",
    "confirmer/",
    "deconnexion/",
    "mes-donnees/",
    "mes-donnees/supprimer/",
    "double-authentification/",
    "double-authentification/application/activer/",
    "double-authentification/cles/",
    "double-authentification/cles/ajouter/",
    "double-authentification/confirmer/",
]


def test_public_pages(portal, open_page):
    page = open_page()
    for path in PUBLIC:
        page.goto(f"{portal}/comptes/{path}")
        look(page)
    page.goto(f"{portal}/demonstration/courriels/")
    look(page)


def test_own_pages(portal, open_page):
    person = account(first_name="Camille")
    mandate(person, territory("Nevers"))
    page = open_page()
    sign_in(page, portal, person)
    look(page)
    page.goto(f"{portal}/comptes/mes-donnees/supprimer/")
    page.get_by_label("Mot de passe", exact=False).first.fill(PASSWORD)
    press(page, "Confirmer")
    for path in OWN:
        page.goto(f"{portal}/comptes/{path}")
        look(page)


def test_pages_of_a_protected_member_of_the_delegation(portal, open_page):
    member = delegation_account()
    invitations.invite(
        email="invitee@territoire.test", territory_id=territory("Nevers").pk, role="elected",
        mandate_from=timezone.localdate(), actor=member, base_url=portal, at=timezone.now(),
    )  # fmt: skip
    page = open_page()
    sign_in(page, portal, member)
    look(page)
    page.get_by_label("Code").fill(code_at(time.time()))
    press(page, "Se connecter")
    look(page)
    page.goto(f"{portal}/mon-espace/invitations/")
    look(page)
    page.goto(f"{portal}/comptes/double-authentification/codes-de-secours/nouveaux/")
    page.get_by_label("Mot de passe", exact=False).first.fill(PASSWORD)
    press(page, "Confirmer")
    look(page)
    press(page, "Créer des codes")
    page.goto(f"{portal}/comptes/double-authentification/codes-de-secours/")
    look(page)
    page.goto(f"{portal}/comptes/double-authentification/application/desactiver/")
    look(page)


@pytest.mark.parametrize("javascript", [True, False])
def test_signing_up(portal, open_page, javascript):
    page = open_page(PHONE, javascript=javascript)
    page.goto(portal)
    assert page.context.cookies() == []
    page.goto(f"{portal}/comptes/inscription/")
    page.get_by_label("Adresse électronique").fill("nouvelle@exemple.test")
    page.get_by_label("Mot de passe").fill("court")
    press(page, "Créer mon compte")
    expect(page.get_by_text("au minimum 12 caractères")).to_be_visible()
    expect(page.get_by_label("Adresse électronique")).to_have_value("nouvelle@exemple.test")
    page.get_by_label("Mot de passe").fill("quatre-mots-choisis-au-hasard")
    press(page, "Créer mon compte")
    page.get_by_label("Code reçu").fill("AAAA-AAAA")
    press(page, "Vérifier")
    expect(page.get_by_text("Ce code n’est pas le bon")).to_be_visible()
    if javascript:
        look(page)
    page.get_by_label("Code reçu").fill(code_sent_to("nouvelle@exemple.test"))
    press(page, "Vérifier")

    page.wait_for_url("**/mon-espace/")
    expect(page.get_by_text("demandez à la délégation de vous inviter")).to_be_visible()


def test_an_invited_person_accepts_on_a_phone(portal, open_page):
    invitations.invite(
        email="invitee@territoire.test", territory_id=territory("Nevers").pk, role="project_lead",
        mandate_from=timezone.localdate(), actor=None, base_url=portal, at=timezone.now(),
    )  # fmt: skip
    mail = OutboxMessage.objects.get()
    address = re.search(r"https?://\S+/invitation/\S+", mail.text_body)[0]
    page = open_page(PHONE)
    page.goto(address)
    look(page)
    page.get_by_label("Prénom").fill("Andrea")
    page.get_by_label("Nom", exact=False).last.fill("Invitée")
    page.get_by_label("Mot de passe").fill("quatre-mots-choisis-au-hasard")
    press(page, "Créer mon compte et accepter")

    page.wait_for_url("**/mon-espace/")
    expect(page.get_by_role("heading", name="Bonjour, Andrea")).to_be_visible()
    expect(page.get_by_role("heading", name=territory("Nevers").place.name)).to_be_visible()
    look(page)


def test_a_passkey_protects_the_delegation_and_signs_in_alone(portal, open_page):
    portal = portal.replace("127.0.0.1", "localhost")  # a key belongs to a name, not to an IP address
    member = delegation_account(protected=False, first_name="Camille")
    page = open_page()
    chrome = page.context.new_cdp_session(page)
    chrome.send("WebAuthn.enable")
    key = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    chrome.send("WebAuthn.addVirtualAuthenticator", {"options": key})
    sign_in(page, portal, member)
    expect(page.get_by_text("À faire avant de continuer")).to_be_visible()
    look(page)
    page.goto(f"{portal}/mon-espace/")
    expect(page).to_have_url(re.compile(re.escape("/comptes/double-authentification/") + "$"))

    page.get_by_role("link", name="Ajouter une clé").click()
    page.get_by_label("Mot de passe").fill(PASSWORD)
    press(page, "Confirmer")
    page.get_by_label("Nom de la clé").fill("Ordinateur d’essai")
    page.get_by_text("Me connecter avec cette clé seule").click()
    press(page, "Ajouter la clé")
    page.wait_for_url("**/codes-de-secours/")
    assert OutboxMessage.objects.filter(recipient=member.email, subject="Une clé d’accès a été ajoutée").exists()
    page.goto(f"{portal}/comptes/double-authentification/cles/")
    expect(page.get_by_text("Ordinateur d’essai").first).to_be_visible()
    look(page)
    page.get_by_role("link", name="Renommer").click()
    look(page)
    page.goto(f"{portal}/mon-espace/")
    expect(page.get_by_role("heading", name="Bonjour, Camille")).to_be_visible()

    page.get_by_role("button", name="Se déconnecter").first.click()
    page.goto(f"{portal}/comptes/connexion/")
    press(page, "Utiliser ma clé d’accès")
    page.wait_for_url("**/mon-espace/")
    page.get_by_role("button", name="Se déconnecter").first.click()

    sign_in(page, portal, member)
    page.wait_for_url("**/double-authentification/code/")
    look(page)
    press(page, "Utiliser ma clé d’accès")
    page.wait_for_url("**/mon-espace/")


def test_a_key_that_does_not_answer_is_said_on_the_page(portal, open_page):
    portal = portal.replace("127.0.0.1", "localhost")
    page = open_page()
    chrome = page.context.new_cdp_session(page)
    chrome.send("WebAuthn.enable")
    page.goto(f"{portal}/comptes/connexion/")
    page.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new DOMException('non', 'NotAllowedError')) }"
    )

    press(page, "Utiliser ma clé d’accès")

    page.get_by_text("La clé n’a pas répondu").wait_for()
    look(page)


def test_an_application_protects_a_person(portal, open_page):
    person = account(first_name="Camille")
    protect(person)
    page = open_page(PHONE)

    sign_in_with_code(page, portal, person)

    expect(page.get_by_text("La double authentification protège votre compte")).to_be_visible()


def test_proconnect_there_and_back(identity_provider, portal, open_page):
    identity_provider.userinfo = {"email_verified": True}
    page = open_page()
    page.goto(f"{portal}/comptes/connexion/")
    look(page)
    page.get_by_role("button", name="S’identifier avec ProConnect").click()
    page.wait_for_url("**/mon-espace/")
    expect(page.get_by_role("heading", name="Bonjour, Andrea")).to_be_visible()
    page.goto(f"{portal}/comptes/rattachements/")
    look(page)
    page.goto(f"{portal}/comptes/mot-de-passe/choisir/")
    look(page)
