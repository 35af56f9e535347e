"""Signing up, in, and out; passwords and addresses. Seen as a visitor and through the outbox."""

import logging
import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.urls import reverse

from tests.accounts.people import PASSWORD, account
from ti_portal.accounts.models import User
from ti_portal.core.models import OutboxMessage

pytestmark = pytest.mark.django_db
NEW = {"email": "Nouvelle.Personne@Exemple.test", "password1": "quatre-mots-choisis-au-hasard"}


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def last_mail(recipient: str) -> OutboxMessage:
    return OutboxMessage.objects.filter(recipient=recipient).order_by("-pk").first()


def code_in(mail: OutboxMessage) -> str:
    return re.search(r"^ {4}(\S+)$", mail.text_body, re.M)[1]


def link_in(mail: OutboxMessage) -> str:
    return "/" + re.search(r"https?://[^/\s]+/(\S+)", mail.text_body)[1]


def test_a_person_signs_up_and_proves_the_address(client):
    response = client.post(reverse("account_signup"), NEW | {"first_name": "Lou", "last_name": "D’Exemple"})

    assert response.url == reverse("account_email_verification_sent")
    assert not signed_in(client)
    mail = last_mail("nouvelle.personne@exemple.test")
    assert mail.subject == "Votre code pour créer un compte"
    assert code_in(mail) in mail.html_body
    response = client.post(response.url, {"code": code_in(mail).lower().replace("-", "")})
    assert response.url == reverse("home:my_space")
    user = User.objects.get()
    assert (user.email, user.first_name, user.last_name) == ("nouvelle.personne@exemple.test", "Lou", "D’Exemple")
    assert EmailAddress.objects.get(user=user).verified


def test_a_wrong_code_is_refused_and_three_of_them_end_the_attempt(client):
    page = client.post(reverse("account_signup"), NEW).url

    first = client.post(page, {"code": "AAAA-AAAA"})
    assert "Ce code n’est pas le bon" in first.text
    client.post(page, {"code": "AAAA-AAAA"})
    client.post(page, {"code": "AAAA-AAAA"})

    mail = last_mail("nouvelle.personne@exemple.test")
    client.post(page, {"code": code_in(mail)})
    assert not signed_in(client)


def test_reading_the_code_page_changes_nothing(client):
    page = client.post(reverse("account_signup"), NEW).url

    assert client.get(page).status_code == 200

    assert not EmailAddress.objects.filter(verified=True).exists()


@pytest.mark.parametrize(
    ("password", "said"),
    [("court", "12 caractères"), ("123456789012", "entièrement"), ("nouvelle.personne", "trop semblable")],
)
def test_a_weak_password_is_refused_at_its_field(client, password, said):
    response = client.post(reverse("account_signup"), NEW | {"password1": password})

    assert said in response.text
    assert 'value="Nouvelle.Personne@Exemple.test"' in response.text
    assert not User.objects.exists()


def test_signing_up_again_says_nothing_about_the_account_that_exists(client):
    """Same answer, same page, no new account; the owner of the address learns it by mail."""
    fresh = client.post(reverse("account_signup"), NEW | {"email": "fraiche@exemple.test"})
    fresh_page = client.get(fresh.url).text.replace("fraiche@exemple.test", "X")
    client.post(reverse("account_logout"))
    client.cookies.clear()
    account("prise@exemple.test")

    taken = client.post(reverse("account_signup"), NEW | {"email": "prise@exemple.test"})
    taken_page = client.get(taken.url).text.replace("prise@exemple.test", "X")

    def without_token(page):
        return re.sub(r'value="[A-Za-z0-9]{64}"', "", page)

    assert (taken.status_code, taken.url) == (fresh.status_code, fresh.url)
    assert without_token(taken_page) == without_token(fresh_page)
    assert User.objects.filter(email="prise@exemple.test").count() == 1
    assert last_mail("prise@exemple.test").subject == "Vous avez déjà un compte"
    assert User.objects.get(email="prise@exemple.test").check_password(PASSWORD)


def test_the_same_sentence_for_a_wrong_password_and_an_unknown_address(client):
    account("connue@exemple.test")
    known = client.post(reverse("account_login"), {"login": "connue@exemple.test", "password": "faux-mot-de-passe"})
    unknown = client.post(reverse("account_login"), {"login": "inconnue@exemple.test", "password": "faux-mot-de-passe"})

    sentence = "L’adresse électronique ou le mot de passe ne conviennent pas."
    assert sentence in known.text
    assert sentence in unknown.text


def test_signing_in_whatever_the_case_and_out(client):
    account("personne@exemple.test")

    response = client.post(reverse("account_login"), {"login": "Personne@Exemple.TEST", "password": PASSWORD})

    assert response.url == reverse("home:my_space")
    assert client.get(reverse("account_logout")).status_code == 200
    assert signed_in(client)
    assert client.post(reverse("account_logout")).url == reverse("home:home")
    assert not signed_in(client)


def test_an_unverified_address_does_not_sign_in(client):
    account("doute@exemple.test", verified=False)

    response = client.post(reverse("account_login"), {"login": "doute@exemple.test", "password": PASSWORD})

    assert response.url == reverse("account_email_verification_sent")
    assert not signed_in(client)


def test_a_closed_account_does_not_sign_in(client):
    account("fermee@exemple.test", is_active=False)

    response = client.post(
        reverse("account_login"), {"login": "fermee@exemple.test", "password": PASSWORD}, follow=True
    )

    assert "Ce compte est fermé" in response.text
    assert not signed_in(client)


def test_closing_an_account_ends_its_sessions(client):
    user = account()
    client.force_login(user)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert client.get(reverse("home:my_space")).status_code == 302


@pytest.mark.parametrize("address", ["https://mal.test/", "//mal.test/", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(client, address):
    account()

    response = client.post(
        reverse("account_login"), {"login": "personne@exemple.test", "password": PASSWORD, "next": address}
    )

    assert response.url == reverse("home:my_space")


def test_too_many_wrong_passwords_are_stopped(client):
    account("visee@exemple.test")
    wrong = {"login": "visee@exemple.test", "password": "faux-mot-de-passe"}
    pages = [client.post(reverse("account_login"), wrong).text for _ in range(7)]

    assert "Trop d’essais" not in pages[0]
    assert "Trop d’essais" in pages[-1]
    response = client.post(reverse("account_login"), wrong | {"password": PASSWORD})
    assert "Trop d’essais" in response.text
    assert not signed_in(client)


def test_too_many_sign_ups_from_one_place_are_stopped(client):
    answers = [client.post(reverse("account_signup"), {"email": f"p{n}@exemple.test"}).status_code for n in range(22)]

    assert answers[0] == 200
    assert answers[-1] == 429


def test_limits_are_counted_by_the_address_of_the_visitor_behind_a_trusted_proxy(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for n in range(21):
        client.post(
            reverse("account_signup"), {"email": f"p{n}@exemple.test"}, headers={"X-Forwarded-For": "192.0.2.1"}
        )

    same = client.post(
        reverse("account_signup"), {"email": "x@exemple.test"}, headers={"X-Forwarded-For": "9.9.9.9, 192.0.2.1"}
    )
    other = client.post(
        reverse("account_signup"), {"email": "x@exemple.test"}, headers={"X-Forwarded-For": "192.0.2.2"}
    )

    assert same.status_code == 429
    assert other.status_code == 200


def test_a_forged_header_does_not_escape_the_limits_without_proxy(client):
    answers = [
        client.post(
            reverse("account_signup"), {"email": f"p{n}@exemple.test"}, headers={"X-Forwarded-For": f"192.0.2.{n}"}
        ).status_code
        for n in range(22)
    ]

    assert answers[-1] == 429


def test_a_forgotten_password_is_replaced_by_a_link_that_serves_once(client):
    user = account("oubli@exemple.test")
    client.post(reverse("account_reset_password"), {"email": "oubli@exemple.test"})
    mail = last_mail("oubli@exemple.test")
    assert mail.subject == "Choisir un autre mot de passe"

    page = client.get(link_in(mail), follow=True)
    form_address = page.redirect_chain[-1][0]
    new = {"password1": "un-tout-autre-secret", "password2": "un-tout-autre-secret"}
    response = client.post(form_address, new, follow=True)

    assert "Votre mot de passe est changé" in response.text
    user.refresh_from_db()
    assert user.check_password("un-tout-autre-secret")
    assert last_mail("oubli@exemple.test").subject == "Votre mot de passe a changé"
    client.cookies.clear()
    assert "Ce lien ne vaut plus" in client.get(link_in(mail), follow=True).text


def test_a_reset_says_the_same_for_an_unknown_address(client):
    account("connue@exemple.test")
    known = client.post(reverse("account_reset_password"), {"email": "connue@exemple.test"}, follow=True)
    unknown = client.post(reverse("account_reset_password"), {"email": "inconnue@exemple.test"}, follow=True)

    assert known.redirect_chain == unknown.redirect_chain
    assert "Regardez vos courriels" in unknown.text
    assert last_mail("inconnue@exemple.test").subject == "Aucun compte avec cette adresse"


def test_a_password_is_changed_by_whoever_knows_it(client):
    user = account()
    client.force_login(user)
    new = {"oldpassword": "faux", "password1": "un-tout-autre-secret", "password2": "un-tout-autre-secret"}

    assert "Ce n’est pas votre mot de passe actuel." in client.post(reverse("account_change_password"), new).text
    client.post(reverse("account_change_password"), new | {"oldpassword": PASSWORD})

    user.refresh_from_db()
    assert user.check_password("un-tout-autre-secret")


def test_an_address_is_changed_once_proved(client):
    user = account("ancienne@exemple.test")
    client.force_login(user)
    asked = {"email": "Nouvelle@Exemple.test", "action_add": ""}
    response = client.post(reverse("account_email"), asked)
    assert response.url.startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), asked)
    user.refresh_from_db()
    assert user.email == "ancienne@exemple.test"

    mail = last_mail("nouvelle@exemple.test")
    client.post(reverse("account_email_verification_sent"), {"code": code_in(mail)})

    user.refresh_from_db()
    assert user.email == "nouvelle@exemple.test"
    assert [address.email for address in user.emailaddress_set.all()] == ["nouvelle@exemple.test"]
    assert last_mail("ancienne@exemple.test").subject == "Votre adresse électronique a changé"


def test_mails_are_in_french_text_and_html_with_nothing_fetched(client):
    account("oubli@exemple.test")
    client.post(reverse("account_reset_password"), {"email": "oubli@exemple.test"})
    client.post(reverse("account_reset_password"), {"email": "inconnue@exemple.test"})
    client.post(reverse("account_signup"), NEW)
    client.cookies.clear()
    client.post(reverse("account_signup"), NEW | {"email": "oubli@exemple.test"})

    mails = list(OutboxMessage.objects.all())

    assert len(mails) == 4
    for mail in mails:
        assert mail.text_body.startswith("Bonjour,")
        assert "&#" not in mail.text_body
        assert "&quot;" not in mail.text_body
        assert "Bonjour," in mail.html_body
        assert not re.search(r"<img|src=|url\(|@import|<link", mail.html_body)
        assert not mail.subject.startswith("[")
        assert "example.com" not in mail.text_body + mail.html_body
        assert mail.sender.startswith("Territoires d’industrie <")


def test_no_address_in_logs(client, caplog):
    caplog.set_level(logging.DEBUG)
    account("secrete@exemple.test")
    for password in ("faux-mot-de-passe", PASSWORD):
        client.post(reverse("account_login"), {"login": "secrete@exemple.test", "password": password})
    client.post(reverse("account_logout"))
    client.post(reverse("account_reset_password"), {"email": "secrete@exemple.test"})
    client.post(reverse("account_signup"), NEW)

    said = [record.getMessage() for record in caplog.records if record.name != "django.db.backends"]

    assert not [line for line in said if "exemple.test" in line.lower()]


def test_limits_live_in_the_shared_cache(client):
    """Not in the memory of one process: another web process sees the same count."""
    account("visee@exemple.test")
    client.post(reverse("account_login"), {"login": "visee@exemple.test", "password": "faux-mot-de-passe"})

    keys = list(cache._cache.get_client().scan_iter(f"{cache.key_prefix}:*login_failed*"))

    assert keys
