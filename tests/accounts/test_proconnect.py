"""ProConnect, against a real identity provider on this machine."""

import re
import time
import urllib.error
import urllib.request
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse

from tests.accounts.identity_provider import CLIENT_ID, CLIENT_SECRET, OTHER_KEY, PERSON, public_pem, running
from tests.accounts.people import PASSWORD, account, code_at, delegation_account
from ti_portal.accounts.models import User
from ti_portal.core.models import OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings):
    with running() as provider:
        app = {
            "provider_id": "proconnect",
            "name": "ProConnect",
            "client_id": CLIENT_ID,
            "secret": CLIENT_SECRET,
            "settings": {"server_url": provider.issuer, "email_authentication": True},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"proconnect": {"APPS": [app]}}
        yield provider


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def leave(client, process: str = "login") -> str:
    """Press the button; return the address at ProConnect that the page leads to."""
    response = client.post(reverse("proconnect_login") + f"?process={process}")
    assert response.status_code == 200
    return unescape(re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', response.text)[1])


def agree(address: str) -> str:
    """Follow the address to the provider, which sends the browser back; return where to."""
    try:
        urllib.request.build_opener(_NoRedirect).open(address, timeout=60)
    except urllib.error.HTTPError as answer:
        back = urlsplit(answer.headers["Location"])
        answer.close()
        return f"{back.path}?{back.query}"
    raise AssertionError("no redirection")


def sign_in(client, process: str = "login"):
    return client.get(agree(leave(client, process)))


def signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_no_button_without_settings(client, settings):
    assert settings.SOCIALACCOUNT_PROVIDERS == {"proconnect": {"APPS": []}}
    assert "ProConnect" not in client.get(reverse("account_login")).text
    assert client.post(reverse("proconnect_login")).status_code == 404


def test_the_exchange_asks_what_proconnect_wants(client, provider):
    assert "S’identifier avec ProConnect" in client.get(reverse("account_login")).text

    asked = parse_qs(urlsplit(leave(client)).query)

    assert asked["acr_values"] == ["eidas1"]
    assert asked["code_challenge_method"] == ["S256"]
    assert set(asked["scope"][0].split()) == {"openid", "given_name", "usual_name", "email", "siret"}
    assert len(asked["state"][0]) >= 32
    assert len(asked["nonce"][0]) >= 32
    assert asked["redirect_uri"] == ["http://testserver/comptes/proconnect/retour/"]


def test_a_new_person_proves_the_address_that_proconnect_did_not_verify(client, provider):
    response = sign_in(client)

    assert response.url == reverse("account_email_verification_sent")
    assert not signed_in(client)
    code = re.search(r"^ {4}(\S+)$", OutboxMessage.objects.get(recipient=PERSON["email"]).text_body, re.M)[1]
    response = client.post(response.url, {"code": code})
    assert response.url == reverse("home:my_space")
    assert signed_in(client)
    user = User.objects.get(email=PERSON["email"])
    assert (user.first_name, user.last_name) == ("Andrea", "Proconnect")
    assert SocialAccount.objects.get(user=user).extra_data == {
        "userinfo": {name: PERSON[name] for name in ("sub", "email", "siret")}
    }


def test_a_verified_address_signs_in_at_once(client, provider):
    provider.userinfo = {"email_verified": True}

    sign_in(client)

    assert signed_in(client)
    assert EmailAddress.objects.get(email=PERSON["email"]).verified


def test_an_existing_account_is_linked_when_both_sides_verified_the_address(client, provider):
    user = account(PERSON["email"])
    provider.userinfo = {"email_verified": True}

    sign_in(client)

    assert client.session["_auth_user_id"] == str(user.pk)
    assert SocialAccount.objects.filter(user=user, uid=PERSON["sub"]).exists()


@pytest.mark.parametrize(
    ("ours", "theirs"), [(False, True), (True, None), (True, False), (True, "true"), (False, None)]
)
def test_an_existing_account_is_not_linked_otherwise(client, provider, ours, theirs):
    user = account(PERSON["email"], verified=ours)
    provider.userinfo = {"email_verified": theirs}

    response = sign_in(client)

    assert response.status_code == 302
    assert not signed_in(client)
    assert not SocialAccount.objects.filter(user=user).exists()
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_the_delegation_still_shows_its_second_factor(client, provider):
    delegation_account(PERSON["email"])
    provider.userinfo = {"email_verified": True}

    response = sign_in(client)

    assert response.url == reverse("mfa_authenticate")
    assert not signed_in(client)
    client.post(response.url, {"code": code_at(time.time())})
    assert signed_in(client)


def test_a_closed_account_stays_closed(client, provider):
    user = account(PERSON["email"], is_active=False)
    SocialAccount.objects.create(user=user, provider="proconnect", uid=PERSON["sub"])

    response = sign_in(client)

    assert response.url == reverse("account_inactive")
    assert not signed_in(client)


def test_a_person_signed_in_links_their_identity(client, provider):
    user = account("autre.adresse@territoire.test")
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    response = sign_in(client, "connect")

    assert response.url == reverse("socialaccount_connections")
    assert SocialAccount.objects.get().user == user


def test_signing_out_ends_the_session_at_proconnect_too(client, provider):
    provider.userinfo = {"email_verified": True}
    sign_in(client)

    response = client.post(reverse("account_logout"))

    address = urlsplit(unescape(re.search(r'content="0;url=([^"]+)"', response.text)[1]))
    query = parse_qs(address.query)
    assert not signed_in(client)
    assert address.path == "/session/end"
    assert query["post_logout_redirect_uri"] == ["http://testserver/"]
    assert query["id_token_hint"][0].count(".") == 2


def test_signing_out_works_when_proconnect_is_away(client, provider):
    provider.userinfo = {"email_verified": True}
    sign_in(client)
    provider.broken = {"/.well-known/openid-configuration"}

    response = client.post(reverse("account_logout"))

    assert response.url == reverse("home:home")
    assert not signed_in(client)


def _expired() -> int:
    return int(time.time()) - 3600


LIES = {
    "another key": lambda p: setattr(p, "signing_key", OTHER_KEY),
    "shared secret made of the public key": lambda p: (
        setattr(p, "algorithm", "HS256"),
        setattr(p, "signing_key", public_pem(p.key).replace(b"-----", b"").replace(b"\n", b"")),
    ),
    "wrong nonce": lambda p: p.id_token.update(nonce="autre"),
    "no nonce": lambda p: p.id_token.update(nonce=None),
    "id_token for another client": lambda p: p.id_token.update(aud="autre"),
    "id_token of another issuer": lambda p: p.id_token.update(iss="https://autre.test"),
    "id_token expired": lambda p: p.id_token.update(exp=_expired()),
    "id_token without end": lambda p: p.id_token.update(exp=None),
    "userinfo for another client": lambda p: p.userinfo.update(aud="autre"),
    "userinfo of another issuer": lambda p: p.userinfo.update(iss="https://autre.test"),
    "userinfo expired": lambda p: p.userinfo.update(exp=_expired()),
    "userinfo of another person": lambda p: p.userinfo.update(sub="autre"),
    "no address": lambda p: p.userinfo.update(email=None),
    "empty address": lambda p: p.userinfo.update(email=""),
    "address that is none": lambda p: p.userinfo.update(email="pas une adresse"),
    "address that is a list": lambda p: p.userinfo.update(email=["a@b.test"]),
    "userinfo that is plain JSON": lambda p: p.answers.update({"/userinfo": '{"sub": "x", "email": "a@b.test"}'}),
    "unsigned userinfo": lambda p: p.answers.update({"/userinfo": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."}),
    "no id_token": lambda p: p.answers.update({"/token": '{"access_token": "acces"}'}),
    "token endpoint broken": lambda p: p.broken.add("/token"),
    "token endpoint speaking HTML": lambda p: p.answers.update({"/token": "<html>"}),
    "userinfo broken": lambda p: p.broken.add("/userinfo"),
    "keys broken": lambda p: p.broken.add("/jwks"),
    "keys without a key": lambda p: p.answers.update({"/jwks": '{"keys": []}'}),
    "keys that are not keys": lambda p: p.answers.update({"/jwks": '{"keys": "non"}'}),
    "keys of another form": lambda p: p.answers.update({"/jwks": "[]"}),
    "configuration gone in between": lambda p: p.broken.add("/.well-known/openid-configuration"),
    "configuration cut": lambda p: p.answers.update({"/.well-known/openid-configuration": '{"issuer": '}),
    "configuration of another form": lambda p: p.answers.update({"/.well-known/openid-configuration": '["a"]'}),
    "configuration without keys": lambda p: p.answers.update(
        {"/.well-known/openid-configuration": '{"issuer": "x", "token_endpoint": "y"}'}
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_or_a_fault_is_a_page_that_says_how_to_go_on(client, provider, lie):
    back = agree(leave(client))
    LIES[lie](provider)

    response = client.get(back)

    assert response.status_code == 401
    assert "n’a pas abouti" in response.text
    assert reverse("account_login") in response.text
    assert not signed_in(client)
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()


def test_without_a_lie_the_same_exchange_passes(client, provider):
    provider.userinfo = {"email_verified": True}

    client.get(agree(leave(client)))

    assert signed_in(client)


def test_provider_down_when_leaving(client, provider):
    provider.broken = {"/.well-known/openid-configuration"}

    response = client.post(reverse("proconnect_login"))

    assert response.status_code == 401
    assert "n’a pas abouti" in response.text


def test_coming_back_without_having_left(client, provider):
    response = client.get(reverse("proconnect_callback") + "?code=x&state=y")

    assert response.status_code == 401
    assert not signed_in(client)


def test_a_code_serves_once(client, provider):
    provider.userinfo = {"email_verified": True}
    back = agree(leave(client))
    client.get(back)
    client.post(reverse("account_logout"))

    response = client.get(back)

    assert response.status_code == 401
    assert not signed_in(client)


def test_refusing_there_is_said_plainly(client, provider):
    state = parse_qs(urlsplit(leave(client)).query)["state"][0]

    response = client.get(reverse("proconnect_callback") + f"?error=access_denied&state={state}", follow=True)

    assert "Connexion annulée" in response.text


def test_leaving_asks_for_a_button(client, provider):
    """A link on another site must not start the exchange."""
    response = client.get(reverse("proconnect_login"))

    assert response.status_code == 200
    assert not any(path == "/authorize" for path, _, _ in provider.requests)
    assert "<form" in response.text
