"""Rights as code, and who passes where."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.urls import reverse

from tests.accounts.people import account, delegation_account
from tests.territories.people import mandate, territory
from ti_portal.accounts.permissions import is_delegation
from ti_portal.accounts.roles import DELEGATION_GROUP, rebuild_delegation_group

pytestmark = pytest.mark.django_db


def test_the_group_is_rebuilt_after_each_migrate():
    Group.objects.filter(name=DELEGATION_GROUP).delete()

    call_command("migrate", verbosity=0)

    assert Group.objects.get(name=DELEGATION_GROUP).permissions.filter(codename="add_mandate").exists()


def test_rebuilding_takes_away_what_is_not_declared():
    group, _ = Group.objects.get_or_create(name=DELEGATION_GROUP)
    group.permissions.add(Permission.objects.get(codename="delete_user"))

    first, second = rebuild_delegation_group(), rebuild_delegation_group()

    assert first == second == group.permissions.count() > 10
    assert not group.permissions.filter(codename="delete_user").exists()


def test_a_declaration_that_names_nothing_is_refused(monkeypatch):
    config = apps.get_app_config("territories")
    monkeypatch.setattr(config, "delegation_permissions", {"mandate": "view fly"})

    with pytest.raises(LookupError, match="fly_mandate"):
        rebuild_delegation_group()


def test_being_of_the_delegation_gives_its_permissions():
    rebuild_delegation_group()
    member = delegation_account()
    closed = delegation_account("ferme@delegation.test", is_active=False)
    other = account()

    assert member.has_perm("territories.add_mandate")
    assert not member.has_perm("accounts.delete_user")
    assert not closed.has_perm("territories.add_mandate")
    assert not other.has_perm("territories.add_mandate")
    assert [is_delegation(person) for person in (member, closed, other)] == [True, False, False]


PAGES = {
    # name: what a visitor, a person without mandate, a project lead, the délégation get
    "account_login": (200, 302, 302, 302),
    "home:my_space": (302, 200, 200, 200),
    "account_personal_data": (302, 200, 200, 200),
    "account_personal_data_file": (302, 200, 200, 200),
    "mfa_index": (302, 200, 200, 200),
    "territories:invitations": (302, 404, 404, 200),
    "admin:index": (302, 403, 403, 200),
}


@pytest.mark.parametrize("name", PAGES)
def test_who_gets_what(client, name):
    lead = account("cheffe@territoire.test")
    mandate(lead, territory("Nevers"))
    people = [None, account("sans-mandat@exemple.test"), lead, delegation_account()]

    got = []
    for person in people:
        client.logout()
        if person:
            client.force_login(person)
        response = client.get(reverse(name))
        got.append(response.status_code)
        if person is None and response.status_code == 302:
            assert reverse("account_login") in response.url or "/login/" in response.url

    if name == "admin:index":
        assert got[0] == 302
        assert got[1] == got[2] != 200
        assert got[3] == 200
    else:
        assert tuple(got) == PAGES[name]


def test_my_space_shows_ones_own_territories_and_no_other(client):
    lead = account("cheffe@territoire.test")
    neighbour = account("voisin@territoire.test")
    mandate(lead, territory("Nevers"))
    mandate(neighbour, territory("Alès"))
    client.force_login(lead)

    page = client.get(reverse("home:my_space")).text

    assert territory("Nevers").place.name in page
    assert territory("Alès").place.name not in page
    assert "/modifier/" in page
    assert "Inviter une personne" not in page


def test_my_space_says_what_to_do_without_mandate(client):
    client.force_login(account("sans-mandat@exemple.test"))

    page = client.get(reverse("home:my_space")).text

    assert "demandez à la délégation de vous inviter" in page
    assert "sans-mandat@exemple.test" in page


def test_my_space_tells_ended_and_coming_mandates_apart(client):
    from datetime import date

    person = account()
    mandate(person, territory("Nevers"), since=date(2020, 1, 1), until=date(2021, 1, 1))
    mandate(person, territory("Alès"), since=date(2999, 1, 1))
    client.force_login(person)

    page = client.get(reverse("home:my_space")).text

    assert "(terminé)" in page
    assert "à partir du" in page
    assert "/modifier/" not in page


@pytest.mark.parametrize("mandates", [1, 6])
def test_my_space_costs_the_same_whatever_the_mandates(client, mandates, django_assert_num_queries):
    person = account()
    for role in ("project_lead", "elected", "industrial", "region", "prefecture", "bdt")[:mandates]:
        mandate(person, territory("Nevers"), role)
    client.force_login(person)
    client.get(reverse("home:my_space"))

    with django_assert_num_queries(6):
        client.get(reverse("home:my_space"))
