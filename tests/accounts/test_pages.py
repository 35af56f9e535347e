import pytest
from django.urls import reverse

from tests.accounts.people import account, delegation_account

PUBLIC = [
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_inactive",
    "account_reset_password_from_key_done",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "account_deleted",
]
OWN = [
    "home:my_space",
    "account_email",
    "account_change_password",
    "mfa_index",
    "mfa_list_webauthn",
    "account_logout",
    "account_personal_data",
    "account_reauthenticate",
]


@pytest.mark.django_db
@pytest.mark.parametrize("name", PUBLIC)
def test_public_account_pages_answer_without_cookie_but_that_of_the_form(client, name):
    response = client.get(reverse(name))

    assert response.status_code in (200, 401)
    assert set(client.cookies) <= {"csrftoken"}


@pytest.mark.django_db
@pytest.mark.parametrize("name", OWN)
def test_own_pages_ask_to_sign_in_first(client, name):
    response = client.get(reverse(name))

    assert response.status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("make", [account, delegation_account])
def test_own_pages_answer(client, name, make):
    client.force_login(make())

    response = client.get(reverse(name))

    assert response.status_code == 200
    assert response.content.count(b"<h1") == 1
