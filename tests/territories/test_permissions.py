"""Who passes and who does not. Each refused person owns something near what is refused."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from territories import permissions
from territories.enums import MandateRole
from territories.models import Territory
from tests.territories.people import TODAY, delegation, mandate, person, territory

pytestmark = pytest.mark.django_db

YESTERDAY, TOMORROW = date(2026, 11, 23), date(2026, 11, 25)


def visitor(where, neighbour):
    return AnonymousUser()


def no_mandate(where, neighbour):
    mandate(person("quelqu.un@ales.test"), where)
    return person()


def holder(where, neighbour):
    who = person()
    mandate(who, where)
    return who


def holder_on_the_last_day(where, neighbour):
    who = person()
    mandate(who, where, until=TODAY)
    return who


def expired(where, neighbour):
    who = person()
    mandate(who, where, until=YESTERDAY)
    return who


def future(where, neighbour):
    who = person()
    mandate(who, where, since=TOMORROW)
    return who


def next_door(where, neighbour):
    who = person()
    mandate(who, neighbour)
    mandate(who, where, until=YESTERDAY)
    return who


def closed_account(where, neighbour):
    who = person(is_active=False)
    mandate(who, where)
    return who


def the_delegation(where, neighbour):
    return delegation()


def former_delegation(where, neighbour):
    who = delegation(is_active=False)
    mandate(who, where)
    return who


#                         acts for the territory, member of the community, délégation
TABLE = {
    visitor: (False, False, False),
    no_mandate: (False, False, False),
    holder: (True, True, False),
    holder_on_the_last_day: (True, True, False),
    expired: (False, False, False),
    future: (False, False, False),
    next_door: (False, True, False),
    closed_account: (False, False, False),
    the_delegation: (True, True, True),
    former_delegation: (False, False, False),
}


@pytest.mark.parametrize("who", TABLE, ids=lambda who: who.__name__)
def test_who_may_do_what(who):
    where, neighbour = territory(), territory("Nevers")
    user = who(where, neighbour)
    acts, belongs, rules = TABLE[who]

    for predicate in (
        permissions.can_edit_profile,
        permissions.can_see_history,
        permissions.can_restore_profile,
    ):
        assert predicate(user, where, TODAY) is acts, predicate.__name__
    for predicate in (permissions.is_community_member, permissions.can_see_contacts, permissions.has_contact_entry):
        assert predicate(user, TODAY) is belongs, predicate.__name__
    for predicate in (permissions.can_export_directory, permissions.can_see_recent_changes):
        assert predicate(user) is rules, predicate.__name__


@pytest.mark.parametrize("who", TABLE, ids=lambda who: who.__name__)
def test_the_predicate_and_the_queryset_answer_alike(who):
    where, neighbour = territory(), territory("Nevers")
    user = who(where, neighbour)
    editable = Territory.objects.editable_by(user, on=TODAY)
    for one in (where, neighbour):
        assert editable.filter(pk=one.pk).exists() is permissions.can_edit_profile(user, one, TODAY)


def test_names_of_the_leading_pair_are_public_and_others_are_not():
    public = {role for role in MandateRole.values if permissions.sees_name_of(role, is_member=False)}
    assert public == {"elected", "industrial"}
    assert all(permissions.sees_name_of(role, is_member=True) for role in MandateRole.values)
