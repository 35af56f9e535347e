"""Accounts in the administration: who may change whom."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from tests.territories.people import delegation, person
from ti_portal.accounts.models import User

LIST = "admin:accounts_user_changelist"


def change(client, user: User, **fields):
    values = {"first_name": user.first_name, "last_name": user.last_name, "is_active": "on", **fields}
    return client.post(reverse("admin:accounts_user_change", args=[user.pk]), values)


def act(client, action: str, *users: User):
    return client.post(reverse(LIST), {"action": action, "_selected_action": [user.pk for user in users]}, follow=True)


def test_a_member_of_the_delegation_corrects_a_name(office, referent, member):
    change(office, referent, first_name="Claire-Lise")

    referent.refresh_from_db()
    assert referent.first_name == "Claire-Lise"
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr) == (member, referent.email)
    assert entry.get_change_message() == "Modification de Prénom."


def test_a_member_of_the_delegation_gives_no_right(office, referent):
    change(office, referent, is_staff="on", is_superuser="on", password="secret", email="autre@ales.test")

    referent.refresh_from_db()
    assert (referent.is_staff, referent.is_superuser, referent.email) == (False, False, "claire.martin@ales.test")


def test_a_member_of_the_delegation_does_not_change_colleagues(office):
    colleague = delegation("autre.membre@delegation.test")

    assert change(office, colleague, first_name="X").status_code == 403
    page = act(office, "close_accounts", colleague)
    colleague.refresh_from_db()
    assert colleague.is_active
    assert "laissé(s) en l’état" in page.content.decode()


def test_nobody_closes_their_own_account_or_takes_their_own_rights(client, superuser):
    client.force_login(superuser)
    client.post(reverse("admin:accounts_user_change", args=[superuser.pk]), {"first_name": "Ada", "last_name": "Admin"})
    act(client, "close_accounts", superuser)

    superuser.refresh_from_db()
    assert (superuser.is_active, superuser.is_staff, superuser.is_superuser) == (True, True, True)


def test_a_superuser_says_who_is_of_the_delegation(client, superuser, referent):
    client.force_login(superuser)

    change(client, referent, is_staff="on")

    referent.refresh_from_db()
    assert referent.is_staff
    assert "membre de la délégation" in LogEntry.objects.get().get_change_message().lower()


def test_accounts_are_closed_and_opened_again_and_it_is_journalled(office, referent, member):
    other = person("autre.personne@ales.test", is_active=False)

    page = act(office, "close_accounts", referent, other)

    assert "1 compte(s) fermé(s)" in page.content.decode()
    referent.refresh_from_db()
    assert not referent.is_active
    act(office, "open_accounts", referent)
    referent.refresh_from_db()
    assert referent.is_active
    assert sorted(LogEntry.objects.values_list("change_message", flat=True)) == ["Compte fermé.", "Compte rouvert."]


def test_a_new_account_has_no_password_and_a_lower_case_address(office):
    response = office.post(
        reverse("admin:accounts_user_add"),
        {"email": "Nouvelle.Personne@Ales.test", "first_name": "N", "last_name": "P"},
    )

    assert response.status_code == 302
    user = User.objects.get(email="nouvelle.personne@ales.test")
    assert (user.is_active, user.is_staff, user.has_usable_password()) == (True, False, False)


def test_an_address_that_exists_is_refused_at_its_field(office, referent):
    response = office.post(reverse("admin:accounts_user_add"), {"email": referent.email.upper(), "first_name": "N"})

    assert response.context["adminform"].form.errors["email"] == ["Un compte existe déjà avec cette adresse."]


def test_no_page_shows_a_password(office, referent):
    page = office.get(reverse("admin:accounts_user_change", args=[referent.pk])).content.decode()

    assert referent.password not in page
    assert 'name="password"' not in page


@pytest.mark.parametrize("path", ["password/", "delete/"])
def test_there_is_no_door_to_passwords_or_deletion(office, referent, path):
    assert office.get(f"/administration/accounts/user/{referent.pk}/{path}").status_code in (302, 403, 404)
