from datetime import date

import pytest
from django.core.exceptions import ValidationError

from territories.mandates import end_mandate, grant_mandate
from territories.models import Mandate
from tests.territories.people import NOW, TODAY, delegation, mandate, person, territory

pytestmark = pytest.mark.django_db


def grant(who, where, **changes):
    values = {"role": "elected", "valid_from": TODAY, "actor": None, "at": NOW, **changes}
    return grant_mandate(person_id=who.pk, territory_id=where.pk, **values)


def test_a_granted_mandate_is_in_force_and_its_history_says_who_gave_it():
    granted = grant(person(), territory(), actor=delegation())

    assert list(Mandate.objects.in_force(TODAY)) == [granted]
    kept = granted.history.get()
    assert (kept.history_user.email, kept.history_date, kept.history_type) == ("paul.durand@delegation.test", NOW, "+")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"valid_until": date(2026, 11, 23)}, "Le mandat finit avant de commencer."),
        ({"role": "king"}, "La valeur « 'king' » n’est pas un choix valide."),
    ],
)
def test_an_impossible_mandate_is_refused_in_french(changes, sentence):
    with pytest.raises(ValidationError) as refused:
        grant(person(), territory(), **changes)
    assert refused.value.messages == [sentence]
    assert not Mandate.objects.exists()


def test_the_same_mandate_twice_on_one_day_is_refused_and_on_other_days_is_not():
    who, where = person(), territory()
    mandate(who, where, "elected", since=date(2025, 1, 1), until=date(2026, 11, 24))

    with pytest.raises(ValidationError) as refused:
        grant(who, where)
    assert refused.value.messages == ["Cette personne a déjà ce mandat sur cette période."]
    again = grant(who, where, valid_from=date(2026, 11, 25))
    assert again.valid_from == date(2026, 11, 25)


def test_another_role_or_another_territory_on_the_same_day_is_granted():
    who = person()
    mandate(who, territory(), "elected")
    mandate(who, territory("Nevers"), "elected")
    assert grant(who, territory(), role="region").role == "region"


def test_ending_a_mandate_keeps_it_with_its_last_day():
    given = mandate(person(), territory())
    boss = delegation()
    ended = end_mandate(mandate_id=given.pk, last_day=TODAY, actor=boss, at=NOW)

    assert ended.valid_until == TODAY
    assert list(Mandate.objects.in_force(TODAY)) == [given]
    assert not Mandate.objects.in_force(date(2026, 11, 25)).exists()
    assert given.history.latest().history_user == boss


def test_ending_twice_on_the_same_day_writes_once():
    given = mandate(person(), territory())
    for _ in range(2):
        end_mandate(mandate_id=given.pk, last_day=TODAY, actor=None, at=NOW)
    assert given.history.count() == 2


def test_a_mandate_cannot_end_before_it_began():
    given = mandate(person(), territory())
    with pytest.raises(ValidationError) as refused:
        end_mandate(mandate_id=given.pk, last_day=date(2024, 12, 31), actor=None, at=NOW)
    assert refused.value.messages == ["Le mandat finit avant de commencer."]
    given.refresh_from_db()
    assert given.valid_until is None
