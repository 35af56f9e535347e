"""Inviting a person to act for a territory: the link, its single use, its races, its screens."""

import threading
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import connection

from territories import invitations
from territories.enums import MandateRole
from territories.models import Invitation, Mandate
from tests.accounts.people import account, delegation_account
from tests.territories.invited import NEW_ACCOUNT, NOW, TODAY, accept_new, invite, secret_sent_to
from tests.territories.people import mandate, territory
from ti_portal.accounts.models import User
from ti_portal.core.models import OutboxMessage


@pytest.fixture
def nevers(db):
    return territory("Nevers")


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
            barrier.wait(60)
            outcomes[index] = call()
        except Exception as error:  # noqa: BLE001 - the outcome is what the test looks at
            outcomes[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
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
