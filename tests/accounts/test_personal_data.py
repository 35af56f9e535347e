"""What the portal holds about a person: seen, taken away, forgotten."""

import json
import threading
from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from territories.models import ContactEntry, Invitation, Mandate
from tests.accounts.people import PASSWORD, account, delegation_account, protect
from tests.territories.people import mandate, territory
from ti_portal.accounts.erasure import DELETED_LABEL, LastDelegationAccount, delete_account
from ti_portal.accounts.models import User
from ti_portal.accounts.personal_data import export_of
from ti_portal.core.mail import queue_message
from ti_portal.core.models import OutboxMessage

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TOLD = ("Andrea", "Personnelle", "andrea.personnelle@territoire.test", "06 99 00 12 34", "Usine secrète")


def full_person() -> User:
    """Somebody about whom every table of the portal holds something."""
    person = account(TOLD[2], first_name=TOLD[0], last_name=TOLD[1])
    protect(person)
    where = territory("Nevers")
    given = mandate(person, where)
    given.role = "elected"
    given._history_user = person
    given.save()
    ContactEntry.objects.create(person=person, phone=TOLD[3], organisation=TOLD[4])
    Invitation.objects.create(
        email=person.email, territory=where, role="region", mandate_from=NOW.date(), secret_digest="x", created_at=NOW,
        expires_at=NOW, accepted_at=NOW, accepted_by=person,
    )  # fmt: skip
    for key in ("partie", "en-attente"):
        queue_message(key=key, recipient=person.email, subject=f"Pour {TOLD[0]}", text_body=TOLD[2], at=NOW)
    OutboxMessage.objects.filter(key="partie").update(state="sent", sent_at=NOW)
    return person


def written_anywhere(text: str) -> list[str]:
    """Tables of which a row holds `text`."""
    found = []
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy:
            table = connection.ops.quote_name(model._meta.db_table)
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM {table} AS row WHERE row::text LIKE %s", [f"%{text}%"])  # noqa: S608
                if cursor.fetchone()[0]:
                    found.append(model._meta.db_table)
    return found


@pytest.mark.django_db
def test_the_export_holds_everything(client):
    person = full_person()
    client.force_login(person)

    page = client.get(reverse("account_personal_data")).text
    response = client.get(reverse("account_personal_data_file"))

    assert response["Content-Disposition"] == 'attachment; filename="mes-donnees.json"'
    data = json.loads(response.text)
    for text in TOLD:
        assert text in response.text
        assert text in page
    assert data["territoires"]["mandats"][0]["territoire"].startswith("Nevers")
    assert {change["territoire"] for change in data["territoires"]["modifications"]} == {"Nevers Val de Loire"}
    assert [factor["moyen"] for factor in data["comptes"]["double authentification"]] == ["application"]
    assert len(data["comptes"]["courriels reçus du portail"]) == 2
    assert "oui" in page


@pytest.mark.django_db
def test_the_export_holds_nobody_else(client):
    full_person()
    other = account("autre@territoire.test")

    text = json.dumps(export_of(other, at=NOW), default=str, ensure_ascii=False)

    assert not [told for told in TOLD if told in text]


@pytest.mark.django_db
def test_deleting_leaves_no_trace_of_who_it_was():
    person = full_person()
    pk = person.pk
    boss = delegation_account()
    about = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=boss, content_type=about, object_id=str(pk), object_repr=str(person), action_flag=CHANGE
    )
    assert "accounts_user" in written_anywhere(TOLD[2])

    delete_account(user_id=pk, at=NOW)

    for text in TOLD:
        assert written_anywhere(text) == []
    assert not Mandate.objects.exists()
    history = apps.get_model("territories", "HistoricalMandate").objects.all()
    assert history.count() == 3
    assert not history.exclude(person=None, history_user=None).exists()
    assert LogEntry.objects.get().object_repr == DELETED_LABEL


@pytest.mark.django_db
def test_mails_are_emptied_and_those_waiting_never_leave():
    person = full_person()

    delete_account(user_id=person.pk, at=NOW)

    rows = list(OutboxMessage.objects.order_by("key").values_list("key", "state", "recipient", "subject", "text_body"))
    assert rows == [("en-attente", "failed", "", "", ""), ("partie", "sent", "", "", "")]
    assert queue_message(key="partie", recipient=TOLD[2], subject="x", text_body="x", at=NOW) is None


@pytest.mark.django_db
def test_the_log_of_a_member_of_the_delegation_stays_without_a_name():
    boss = delegation_account("reste@delegation.test")
    leaving = delegation_account("part@delegation.test")
    LogEntry.objects.create(
        user=leaving, content_type=ContentType.objects.get_for_model(User), object_id=str(boss.pk), object_repr="x",
        action_flag=CHANGE,
    )  # fmt: skip

    delete_account(user_id=leaving.pk, at=NOW)

    entry = LogEntry.objects.get()
    assert not entry.user.is_active
    assert not entry.user.has_usable_password()
    assert written_anywhere("part@delegation.test") == []


@pytest.mark.django_db
def test_the_last_member_of_the_delegation_stays():
    last = delegation_account()
    delegation_account("ferme@delegation.test", is_active=False)

    with pytest.raises(LastDelegationAccount):
        delete_account(user_id=last.pk, at=NOW)

    assert User.objects.filter(pk=last.pk).exists()
    assert EmailAddress.objects.filter(user=last).exists()


@pytest.mark.usefixtures("committed_db")
def test_two_last_members_who_leave_at_once_do_not_both_leave():
    members = [delegation_account(f"m{number}@delegation.test") for number in range(2)]
    barrier = threading.Barrier(2)
    refused = []

    def leave(member):
        barrier.wait(60)
        try:
            delete_account(user_id=member.pk, at=NOW)
        except LastDelegationAccount:
            refused.append(member)
        finally:
            connection.close()

    threads = [threading.Thread(target=leave, args=[member]) for member in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(refused) == 1
    assert User.objects.delegation().count() == 1


@pytest.mark.django_db
def test_deleting_asks_who_it_is_and_a_box(client):
    person = full_person()
    Authenticator.objects.all().delete()
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    address = reverse("account_delete")
    assert client.get(address).url.startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": address})

    page = client.get(address)
    assert "Ce qui reste, et pourquoi" in page.text
    assert "L’histoire des mandats" in page.text
    assert "Cochez la case" in client.post(address).text
    assert User.objects.filter(pk=person.pk).exists()
    response = client.post(address, {"understood": "on"}, follow=True)

    assert "Votre compte est supprimé" in response.text
    assert not User.objects.filter(pk=person.pk).exists()
    assert client.get(reverse("home:my_space")).status_code == 302


@pytest.mark.django_db
def test_the_last_member_is_told_on_the_page(client):
    last = delegation_account()
    client.force_login(last)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    page = client.post(reverse("account_delete"), {"understood": "on"})

    assert "dernier membre de la délégation" in page.text
    assert User.objects.filter(pk=last.pk).exists()


@pytest.mark.django_db
def test_an_account_may_be_made_again_with_the_same_address(client):
    delete_account(user_id=full_person().pk, at=timezone.now())

    response = client.post(reverse("account_signup"), {"email": TOLD[2], "password1": "quatre-mots-choisis-au-hasard"})

    assert response.url == reverse("account_email_verification_sent")
    assert User.objects.filter(email=TOLD[2]).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("by", ["person", "delegation"])
def test_mails_to_an_earlier_address_are_exported_and_forgotten(by):
    person = full_person()
    if by == "person":
        old = EmailAddress.objects.get(user=person)
        new = EmailAddress.objects.create(user=person, email="nouvelle@territoire.test", verified=True)
        new.set_as_primary()
        old.delete()
    else:
        person.email = "nouvelle@territoire.test"
        person.save()
    person.refresh_from_db()
    queue_message(key="apres", recipient=person.email, subject="Après", text_body="x", at=NOW)

    data = export_of(person, at=NOW)["comptes"]
    assert TOLD[2] in data["adresses précédentes"]
    assert len(data["courriels reçus du portail"]) == 3

    delete_account(user_id=person.pk, at=NOW)

    assert not OutboxMessage.objects.exclude(recipient="").exists()
    for text in (*TOLD, "nouvelle@territoire.test"):
        assert written_anywhere(text) == []


@pytest.mark.django_db
def test_an_earlier_address_that_is_now_somebody_elses_is_left_to_them():
    person = account("contact@territoire.test")
    person.email = "nouvelle@territoire.test"
    person.save()
    EmailAddress.objects.filter(user=person).update(email="nouvelle@territoire.test")
    account("contact@territoire.test")
    queue_message(key="a-lui", recipient="contact@territoire.test", subject="À lui", text_body="x", at=NOW)

    delete_account(user_id=person.pk, at=NOW)

    assert OutboxMessage.objects.get().subject == "À lui"
