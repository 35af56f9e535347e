"""Inviting a person to act for a territory: the link, its single use, its races, its screens."""

import re
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from territories import invitations
from territories.enums import MandateRole
from territories.models import Invitation, Mandate
from tests.accounts.people import PASSWORD, account, delegation_account
from tests.territories.people import mandate, territory
from ti_portal.accounts.models import User
from ti_portal.core.models import OutboxMessage

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
NEW_ACCOUNT = {"first_name": "Andrea", "last_name": "Invitée", "password": "quatre-mots-choisis-au-hasard"}


@pytest.fixture
def nevers(db):
    return territory("Nevers")


def invite(where, *, email="andrea@territoire.test", actor=None, at=NOW, **changes):
    values = {"role": MandateRole.PROJECT_LEAD, "mandate_from": TODAY, "base_url": "https://portail.test"} | changes
    return invitations.invite(email=email, territory_id=where.pk, actor=actor, at=at, **values)


def secret_sent_to(email="andrea@territoire.test") -> str:
    mail = OutboxMessage.objects.filter(recipient=email).order_by("-pk").first()
    return re.search(r"/invitation/([\w-]+)/", mail.text_body)[1]


def accept_new(secret, *, at=NOW):
    return invitations.accept_with_new_account(secret=secret, at=at, today=TODAY, **NEW_ACCOUNT)


def test_the_mail_holds_the_secret_and_the_database_does_not(nevers):
    who = delegation_account(first_name="Paul", last_name="Durand")
    invitation = invite(nevers, actor=who, email=" Andrea@Territoire.TEST ")
    secret = secret_sent_to()
    mail = OutboxMessage.objects.get()

    assert len(secret) >= 40
    assert secret not in str(Invitation.objects.filter(pk=invitation.pk).values().get())
    assert f"https://portail.test/invitation/{secret}/" in mail.text_body
    assert f"https://portail.test/invitation/{secret}/" in mail.html_body
    assert "Paul Durand (délégation aux Territoires d’industrie)" in mail.text_body
    assert "Nevers" in mail.subject
    assert invitation.expires_at == NOW + timedelta(days=14)


def test_accepting_makes_the_account_the_address_and_the_mandate(nevers):
    invite(nevers, mandate_until=date(2027, 12, 31))

    given = accept_new(secret_sent_to())

    person = User.objects.get(email="andrea@territoire.test")
    assert given.person == person
    assert (given.territory, given.role, given.valid_from, given.valid_until) == (
        nevers,
        "project_lead",
        TODAY,
        date(2027, 12, 31),
    )
    assert EmailAddress.objects.get(user=person).verified
    assert person.check_password(NEW_ACCOUNT["password"])
    assert Invitation.objects.get().accepted_by == person


def test_an_existing_account_accepts(nevers):
    person = account("andrea@territoire.test")
    invite(nevers)

    given = invitations.accept(secret=secret_sent_to(), person=person, at=NOW, today=TODAY)

    assert given.person == person
    assert User.objects.count() == 1


def test_refusals(nevers):
    invite(nevers)
    secret = secret_sent_to()
    other = account("autre@territoire.test")
    unverified = account("andrea@territoire.test", verified=False)

    def accept(person, at=NOW, secret=secret):
        invitations.accept(secret=secret, person=person, at=at, today=TODAY)

    with pytest.raises(invitations.UnknownInvitation):
        accept(other, secret=secret + "x")
    with pytest.raises(invitations.OtherPerson):
        accept(other)
    with pytest.raises(invitations.OtherPerson):
        accept(unverified)
    with pytest.raises(invitations.AccountExists):
        accept_new(secret)
    with pytest.raises(invitations.Expired):
        accept(other, at=NOW + timedelta(days=14))
    assert Invitation.objects.get().accepted_at is None
    assert not Mandate.objects.exists()

    invitations.revoke(invitation_id=Invitation.objects.get().pk, at=NOW)
    with pytest.raises(invitations.Revoked):
        accept(other)


def test_a_closed_account_does_not_accept(nevers):
    person = account("andrea@territoire.test", is_active=False)
    invite(nevers)

    with pytest.raises(invitations.AccountClosed):
        invitations.accept(secret=secret_sent_to(), person=person, at=NOW, today=TODAY)


def test_a_mandate_given_meanwhile_leaves_the_invitation_as_it_was(nevers):
    person = account("andrea@territoire.test")
    invite(nevers)
    mandate(person, nevers)

    with pytest.raises(invitations.MandateExists):
        invitations.accept(secret=secret_sent_to(), person=person, at=NOW, today=TODAY)

    assert Invitation.objects.get().accepted_at is None
    assert Mandate.objects.count() == 1


def test_a_link_serves_once(nevers):
    invite(nevers)
    accept_new(secret_sent_to())

    with pytest.raises(invitations.AlreadyAccepted):
        invitations.find(secret=secret_sent_to(), at=NOW)


def test_a_new_link_ends_the_old_one(nevers):
    invitation = invite(nevers)
    old = secret_sent_to()
    later = NOW + timedelta(days=20)

    invitations.resend(invitation_id=invitation.pk, base_url="https://portail.test", at=later)

    with pytest.raises(invitations.UnknownInvitation):
        invitations.find(secret=old, at=later)
    assert invitations.find(secret=secret_sent_to(), at=later + timedelta(days=13)) == invitation
    assert OutboxMessage.objects.count() == 2


def test_one_invitation_waits_at_a_time(nevers):
    invite(nevers)

    with pytest.raises(ValidationError, match="attend déjà"):
        invite(nevers)
    invite(nevers, role=MandateRole.ELECTED)
    invite(nevers, at=NOW + timedelta(days=15))

    assert OutboxMessage.objects.count() == 3
    assert Invitation.objects.pending(NOW + timedelta(days=15)).count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "pas une adresse"}, "adresse"),
        ({"role": "roi"}, "roi"),
        ({"mandate_until": TODAY - timedelta(days=1)}, "finit avant de commencer"),
    ],
)
def test_bad_input_writes_nothing(nevers, changes, said):
    with pytest.raises(ValidationError, match=said):
        invite(nevers, **changes)

    assert not Invitation.objects.exists()
    assert not OutboxMessage.objects.exists()


def test_who_already_acts_there_is_not_invited(nevers):
    mandate(account("andrea@territoire.test"), nevers)

    with pytest.raises(ValidationError, match="a déjà ce rôle"):
        invite(nevers)


def test_taking_back_twice_is_once_and_too_late_is_said(nevers):
    invitation = invite(nevers)
    first = invitations.revoke(invitation_id=invitation.pk, at=NOW)
    again = invitations.revoke(invitation_id=invitation.pk, at=NOW + timedelta(hours=1))
    assert again.revoked_at == first.revoked_at

    invite(nevers)
    accept_new(secret_sent_to())
    with pytest.raises(invitations.AlreadyAccepted):
        invitations.revoke(invitation_id=Invitation.objects.latest("pk").pk, at=NOW)


def in_parallel(*calls):
    """Run the calls at once, each with its own connection; return their outcomes or exceptions."""
    barrier = threading.Barrier(len(calls))
    outcomes = [None] * len(calls)

    def run(index, call):
        try:
            barrier.wait(10)
            outcomes[index] = call()
        except Exception as error:  # noqa: BLE001 - the outcome is what the test looks at
            outcomes[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


@pytest.mark.usefixtures("committed_db")
def test_ten_clicks_make_one_account_and_one_mandate():
    invite(territory("Nevers"))
    secret = secret_sent_to()

    outcomes = in_parallel(*[lambda: accept_new(secret)] * 10)

    assert sum(isinstance(outcome, Mandate) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes} == {Mandate, invitations.AlreadyAccepted}
    assert User.objects.filter(email="andrea@territoire.test").count() == 1
    assert Mandate.objects.count() == 1


@pytest.mark.usefixtures("committed_db")
def test_accepted_or_taken_back_but_never_both():
    for attempt in range(4):
        email = f"p{attempt}@territoire.test"
        invitation = invite(territory("Nevers"), email=email)
        secret = secret_sent_to(email)

        accepted, taken_back = in_parallel(
            lambda secret=secret: accept_new(secret),
            lambda pk=invitation.pk: invitations.revoke(invitation_id=pk, at=NOW),
        )

        invitation.refresh_from_db()
        assert (invitation.accepted_at is None) != (invitation.revoked_at is None)
        if invitation.accepted_at:
            assert isinstance(accepted, Mandate)
            assert isinstance(taken_back, invitations.AlreadyAccepted)
        else:
            assert isinstance(accepted, invitations.Revoked)
            assert not User.objects.filter(email=email).exists()


@pytest.mark.usefixtures("committed_db")
def test_two_members_of_the_delegation_invite_the_same_person_at_once():
    where = territory("Nevers")

    outcomes = in_parallel(*[lambda: invite(where)] * 6)

    assert sum(isinstance(outcome, Invitation) for outcome in outcomes) == 1
    assert all(isinstance(outcome, Invitation | ValidationError) for outcome in outcomes)
    assert OutboxMessage.objects.count() == 1


# Screens


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
        (lambda i: Invitation.objects.update(expires_at=timezone.now()), "périmée", 410),
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
