"""The second factor: offered to all, required from the délégation."""

import re
import time
import uuid

import pytest
from allauth.mfa.models import Authenticator
from django.urls import get_resolver, resolve, reverse

from tests.accounts.people import PASSWORD, TOTP_SECRET, account, code_at, delegation_account, protect
from ti_portal.accounts.middleware import SETTING_UP
from ti_portal.accounts.models import User
from ti_portal.core.models import OutboxMessage

pytestmark = pytest.mark.django_db


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def login(client, email):
    return client.post(reverse("account_login"), {"login": email, "password": PASSWORD})


def test_the_delegation_reaches_nothing_but_setting_it_up(client):
    client.force_login(delegation_account(protected=False))
    arguments = {"uidb36": "1", "key": "x", "pk": 1, "secret": "x", "code": "ti-2023-2706", "slug": "x", "version": 1}
    tried = 0
    for path in _all_addresses(arguments):
        if getattr(resolve(path).func, "knows_nobody", False):
            continue  # the API answers the same to all
        response = client.get(path)
        assert response.status_code == 302, path
        assert response.url == reverse("mfa_index"), path
        tried += 1
    assert tried > 30

    for name in SETTING_UP:
        response = client.get(reverse(name))
        assert response.status_code == 200 or response.url != reverse("mfa_index")
    assert "À faire avant de continuer" in client.get(reverse("mfa_index")).text


def _all_addresses(arguments):
    """A path for each named address of the portal, those of setting up set apart."""
    from django.urls.exceptions import NoReverseMatch

    def walk(resolver, namespace=""):
        for entry in resolver.url_patterns:
            if hasattr(entry, "url_patterns"):
                inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
                yield from walk(entry, inner)
            elif entry.name:
                yield f"{namespace}{entry.name}"

    for name in dict.fromkeys(walk(get_resolver())):
        if name in SETTING_UP:
            continue
        for keys in ([], ["pk"], ["secret"], ["code"], ["code", "slug"], ["uidb36", "key"], ["code", "version"]):
            try:
                yield reverse(name, kwargs={key: arguments[key] for key in keys})
                break
            except NoReverseMatch:
                continue


def test_posting_is_stopped_too(client):
    client.force_login(delegation_account(protected=False))

    response = client.post(reverse("territories:invitations"), {})

    assert response.url == reverse("mfa_index")


def test_setting_it_up_opens_the_rest(client):
    user = delegation_account(protected=False)
    login(client, user.email)
    assert client.get(reverse("home:my_space")).url == reverse("mfa_index")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert secret in page.text

    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert "Ce code n’est pas le bon" in wrong.text
    response = client.post(reverse("mfa_activate_totp"), {"code": code_at(time.time(), secret)})

    assert response.url == reverse("mfa_view_recovery_codes")
    assert client.get(response.url).status_code == 200
    assert client.get(reverse("home:my_space")).status_code == 200


def test_secrets_are_not_readable_in_the_database():
    protect(account())

    stored = Authenticator.objects.get().data["secret"]

    assert TOTP_SECRET not in stored
    assert len(stored) > 60


def test_the_code_is_asked_and_serves_once(client):
    user = account()
    protect(user)
    now = time.time()
    response = login(client, user.email)
    assert response.url == reverse("mfa_authenticate")
    assert not signed_in(client)

    assert "Ce code n’est pas le bon" in client.post(response.url, {"code": "000000"}).text
    client.post(response.url, {"code": code_at(now)})
    assert signed_in(client)

    client.post(reverse("account_logout"))
    login(client, user.email)
    client.post(reverse("mfa_authenticate"), {"code": code_at(now)})
    assert not signed_in(client)


def test_guessing_codes_is_stopped(client):
    user = account()
    protect(user)
    login(client, user.email)

    pages = [client.post(reverse("mfa_authenticate"), {"code": "000000"}).text for _ in range(8)]

    assert "Trop d’essais" in pages[-1]
    client.post(reverse("mfa_authenticate"), {"code": code_at(time.time())})
    assert not signed_in(client)


def test_a_recovery_code_serves_once(client):
    user = account()
    protect(user)
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("mfa_generate_recovery_codes"))
    codes = client.get(reverse("mfa_download_recovery_codes")).text.split()
    assert len(codes) == 10

    for expected in (True, False):
        client.post(reverse("account_logout"))
        login(client, user.email)
        client.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert signed_in(client) is expected


def test_the_delegation_cannot_turn_off_its_only_factor(client):
    user = delegation_account()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    page = client.get(reverse("mfa_deactivate_totp"))
    client.post(reverse("mfa_deactivate_totp"))

    assert "ajoutez d’abord un autre moyen" in page.text
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_others_may_turn_it_off(client):
    user = account()
    protect(user)
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    client.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.filter(user=user).exists()


def test_the_administration_has_no_door_of_its_own(client):
    user = delegation_account()

    assert client.get("/administration/").status_code == 302
    response = client.post("/administration/login/", {"username": user.email, "password": PASSWORD})

    assert not signed_in(client)
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


def test_a_password_reset_does_not_skip_it(client):
    user = delegation_account()
    client.post(reverse("account_reset_password"), {"email": user.email})
    mail = OutboxMessage.objects.get(recipient=user.email)
    path = "/" + mail.text_body.split("http://testserver/")[1].split()[0]
    form = client.get(path, follow=True).redirect_chain[-1][0]
    new = f"un-autre-secret-{uuid.uuid4()}"
    client.post(form, {"password1": new, "password2": new})

    response = client.post(reverse("account_login"), {"login": user.email, "password": new})

    assert response.url == reverse("mfa_authenticate")
    assert not signed_in(client)


def test_a_superuser_made_by_command_proves_the_address_then_sets_up_a_factor(client):
    User.objects.create_superuser("premiere@delegation.test", PASSWORD)
    response = login(client, "premiere@delegation.test")
    assert response.url == reverse("account_email_verification_sent")
    mail = OutboxMessage.objects.get(recipient="premiere@delegation.test")

    client.post(response.url, {"code": re.search(r"^ {4}(\S+)$", mail.text_body, re.M)[1]})

    assert signed_in(client)
    assert client.get("/administration/").url == reverse("mfa_index")
