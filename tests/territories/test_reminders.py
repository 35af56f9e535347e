from datetime import date, timedelta

import pytest

from territories.contacts import confirm_entry
from territories.models import ContactEntry
from territories.reminders import remind_contact_entries
from territories.tasks import remind_contact_entries_task
from tests.territories.people import NOW, TODAY, mandate, person, territory
from ti_portal.core.models import OutboxMessage

pytestmark = pytest.mark.django_db


def remind(today=TODAY):
    return remind_contact_entries(today=today, at=NOW)


def recipients():
    return sorted(OutboxMessage.objects.values_list("recipient", flat=True))


def confirmed(who, days_ago):
    ContactEntry.objects.create(person=who, confirmed_on=TODAY - timedelta(days=days_ago))


def test_only_people_in_office_whose_entry_waits_are_reminded():
    where = territory()
    due, never, fresh, past, closed, outsider = (
        person(f"{name}.x@ales.test", is_active=name != "closed")
        for name in ("due", "never", "fresh", "past", "closed", "outsider")
    )
    for who in (due, never, fresh, closed):
        mandate(who, where)
    mandate(past, where, until=TODAY - timedelta(days=1))
    for who, days in ((due, 365), (fresh, 364), (past, 400), (closed, 400), (outsider, 400)):
        confirmed(who, days)

    assert remind() == 2
    assert recipients() == ["due.x@ales.test", "never.x@ales.test"]


def test_two_mandates_make_one_message_and_a_second_run_none():
    who = person()
    mandate(who, territory())
    mandate(who, territory("Nevers"), "region")
    confirmed(who, 365)
    assert [remind(), remind(), remind(TODAY + timedelta(days=300))] == [1, 0, 0]


def test_the_message_comes_once_a_year_until_it_is_confirmed_and_starts_again_after():
    who = person()
    mandate(who, territory())
    confirmed(who, 365)
    assert remind() == 1
    assert remind(TODAY + timedelta(days=365)) == 1
    confirm_entry(person_id=who.pk, based_on_version=1, today=TODAY + timedelta(days=366))
    assert remind(TODAY + timedelta(days=367)) == 0
    assert remind(TODAY + timedelta(days=366 + 365)) == 1
    assert OutboxMessage.objects.count() == 3


def test_the_message_is_french_in_text_and_html_and_leads_to_the_page(settings):
    settings.SITE_URL = "https://portail.example"
    who = person()
    mandate(who, territory())
    confirmed(who, 365)
    remind()
    message = OutboxMessage.objects.get()
    assert message.subject == "Vos coordonnées sont-elles à jour ?"
    for body in (message.text_body, message.html_body):
        assert "Bonjour Claire" in body
        assert "le 24 novembre 2025" in body
        assert "https://portail.example/mes-coordonnees/" in body
    assert "<p>" not in message.text_body
    assert "&#" not in message.text_body


def test_the_doorbell_may_ring_twice_and_with_arguments_of_the_future():
    who = person()
    mandate(who, territory(), since=date(2020, 1, 1))
    remind_contact_entries_task()
    remind_contact_entries_task(some_day="more")
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize("size", [1, 30])
def test_a_day_without_anything_to_do_asks_twice(size, django_assert_num_queries):
    where = territory()
    for number in range(size):
        mandate(person(f"a.b{number}@ales.test"), where)
    remind()
    with django_assert_num_queries(2):
        assert remind() == 0
