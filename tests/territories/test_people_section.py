"""The section « Qui anime ce territoire »: who is in it, and at what cost."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from territories.models import Mandate
from territories.people_section import load_people
from tests.territories.people import TODAY, mandate, person, territory, visited

ANYONE = AnonymousUser()


def shown(where, on: date) -> int:
    section = load_people(visited(where), ANYONE, on)
    return 0 if section is None else len(section["leading"]) + len(section["others"])


def test_the_written_out_query_is_the_rule_of_mandates(db):
    where = territory()
    periods = [
        (date(2020, 1, 1), date(2021, 12, 31)),
        (date(2025, 1, 1), None),
        (TODAY, TODAY),
        (TODAY + timedelta(days=1), None),
    ]
    for index, (since, until) in enumerate(periods):
        mandate(person(f"p{index}.n@ales.test"), where, since=since, until=until)
    mandate(person("parti.n@ales.test", is_active=False), where, role="elected")
    mandate(person("ailleurs.n@ales.test"), territory("Nevers"))
    for day in (date(2019, 1, 1), date(2021, 12, 31), date(2022, 1, 1), TODAY, TODAY + timedelta(days=1)):
        rule = Mandate.objects.in_force(day).filter(territory=where, person__is_active=True)
        assert shown(where, day) == rule.count(), day


def test_nobody_is_no_section(db):
    assert load_people(visited(territory()), ANYONE, TODAY) is None


@pytest.mark.parametrize("people", [1, 5])
def test_the_same_queries_for_one_person_and_for_five(db, people, django_assert_num_queries):
    where = territory()
    for index in range(people):
        mandate(person(f"p{index}.n@ales.test"), where)
    where = visited(where)
    with django_assert_num_queries(3):
        section = load_people(where, ANYONE, TODAY)
    assert len(section["others"]) == people
