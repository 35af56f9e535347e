"""The screens of the invitations: the délégation's list, and what the link of the mail opens."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from territories import invitations
from territories.models import Invitation, Mandate
from tests.accounts.people import PASSWORD, account, delegation_account
from tests.territories.invited import NEW_ACCOUNT, NOW, accept_new, invite, secret_sent_to
from tests.territories.people import mandate, territory
from ti_portal.accounts.models import User
from ti_portal.core.models import OutboxMessage


@pytest.fixture
def nevers(db):
    return territory("Nevers")


def link(secret: str) -> str:
    return reverse("territories:invitation", kwargs={"secret": secret})


def test_reading_the_link_changes_nothing(client, nevers):
    invite(nevers, at=timezone.now())

    for _ in range(2):
        page = client.get(link(secret_sent_to()))

    assert page.status_code == 200
    assert "Chef ou cheffe de projet" in page.text
    assert "andrea@territoire.test" in page.text
    assert not User.objects.exists()


def test_the_person_creates_the_account_and_is_signed_in(client, nevers):
    invite(nevers, at=timezone.now())
    secret = secret_sent_to()
    weak = client.post(link(secret), NEW_ACCOUNT | {"password": "court"})
    assert weak.status_code == 422
    assert "12 caractères" in weak.text
    assert 'value="Andrea"' in weak.text

    response = client.post(link(secret), NEW_ACCOUNT, follow=True)

    assert response.redirect_chain[-1][0] == reverse("home:my_space")
    assert "Bienvenue" in response.text
    assert nevers.place.name in response.text
    assert "a déjà servi" in client.get(link(secret)).text
    assert client.get(link(secret)).status_code == 410


def test_the_owner_of_an_account_signs_in_and_accepts(client, nevers):
    person = account("andrea@territoire.test")
    invite(nevers, at=timezone.now())
    address = link(secret_sent_to())
    page = client.get(address)
    assert "connectez-vous" in page.text
    assert client.post(address, NEW_ACCOUNT).url == address

    response = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD, "next": address})
    assert response.url == address
    assert "Accepter" in client.get(address).text
    client.post(address)

    assert Mandate.objects.get().person == person


def test_another_person_signed_in_is_told_so(client, nevers):
    client.force_login(account("autre@territoire.test"))
    invite(nevers, at=timezone.now())
    address = link(secret_sent_to())

    assert "Ce n’est pas l’adresse de votre compte" in client.get(address).text
    refused = client.post(address)

    assert refused.status_code == 403
    assert not Mandate.objects.exists()


@pytest.mark.parametrize(
    ("spoil", "said", "status"),
    [
        (lambda i: Invitation.objects.update(expires_at=timezone.now()), "a expiré", 410),
        (lambda i: invitations.revoke(invitation_id=i.pk, at=timezone.now()), "retirée", 410),
        (lambda i: i.delete(), "n’ouvre aucune invitation", 404),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_refusals_are_pages(client, nevers, spoil, said, status, method):
    spoil(invite(nevers, at=timezone.now()))

    page = getattr(client, method)(link(secret_sent_to()), NEW_ACCOUNT)

    assert page.status_code == status
    assert said in page.text


SCREENS = [
    ("get", "territories:invitations", {}),
    ("post", "territories:invitations", {}),
    ("post", "territories:invitation_resend", {"pk": 0}),
    ("post", "territories:invitation_revoke", {"pk": 0}),
]


@pytest.mark.parametrize(("method", "name", "arguments"), SCREENS)
def test_screens_do_not_exist_for_others(client, nevers, method, name, arguments):
    invitation = invite(nevers)
    address = reverse(name, kwargs=dict.fromkeys(arguments, invitation.pk))
    assert getattr(client, method)(address).status_code in (302, 404)
    lead = account("cheffe@territoire.test")
    mandate(lead, nevers)
    client.force_login(lead)

    assert getattr(client, method)(address).status_code == 404
    invitation.refresh_from_db()
    assert invitation.revoked_at is None
    assert OutboxMessage.objects.count() == 1


def test_the_delegation_invites_from_the_screen(client, nevers):
    client.force_login(delegation_account())
    values = {
        "email": "andrea@territoire.test", "territory": nevers.pk, "role": "elected",
        "mandate_from": "2026-11-24", "mandate_until": "",
    }  # fmt: skip
    bad = client.post(reverse("territories:invitations"), values | {"email": "rien", "mandate_until": "2020-01-01"})
    assert bad.status_code == 422
    assert "finit avant de commencer" in bad.text
    assert 'value="rien"' in bad.text

    page = client.post(reverse("territories:invitations"), values, follow=True)

    assert "Invitation envoyée à andrea@territoire.test" in page.text
    assert "http://testserver/invitation/" in OutboxMessage.objects.get().text_body
    again = client.post(reverse("territories:invitations"), values)
    assert "attend déjà" in again.text


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_costs_the_same_with_one_row_and_thirty(client, nevers, rows, django_assert_max_num_queries):
    client.force_login(delegation_account())
    for number in range(rows):
        invite(nevers, email=f"p{number}@territoire.test", at=timezone.now())

    with django_assert_max_num_queries(8):
        page = client.get(reverse("territories:invitations"))

    assert page.text.count(">Renvoyer<") == min(rows, 25)


def test_the_list_is_filtered_by_state(client, nevers):
    client.force_login(delegation_account())
    invite(nevers, email="attend@territoire.test", at=timezone.now())
    invitations.revoke(invitation_id=invite(nevers, email="retire@territoire.test").pk, at=NOW)
    invite(nevers, email="perime@territoire.test", at=timezone.now() - timedelta(days=15))
    invite(nevers, email="accepte@territoire.test", at=timezone.now())
    accept_new(secret_sent_to("accepte@territoire.test"), at=timezone.now())

    def shown(state):
        page = client.get(reverse("territories:invitations"), {"etat": state}).text
        return [name for name in ("attend", "retire", "perime", "accepte") if f"{name}@territoire.test" in page]

    assert shown("pending") == ["attend"]
    assert shown("revoked") == ["retire"]
    assert shown("expired") == ["perime"]
    assert shown("accepted") == ["accepte"]
    assert shown("") == ["attend", "retire", "perime", "accepte"]


def test_buttons_of_the_list(client, nevers):
    client.force_login(delegation_account())
    invitation = invite(nevers, at=timezone.now())

    client.post(reverse("territories:invitation_resend", kwargs={"pk": invitation.pk}))
    client.post(reverse("territories:invitation_revoke", kwargs={"pk": invitation.pk}))
    page = client.post(reverse("territories:invitation_resend", kwargs={"pk": invitation.pk}), follow=True)

    assert "a été retirée" in page.text
    assert OutboxMessage.objects.count() == 2
    assert Invitation.objects.get().revoked_at
