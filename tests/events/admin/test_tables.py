"""Every table of events: it opens with as many queries for one row as for thirty, and is searched with anything."""

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import EventInvitation, Question, ReportText, Series, Testimony, WithheldWord
from events.registrations import new_secret
from territories.models import Place, Territory
from tests.events.people import NOW, event, poll, registration

TABLES = sorted(model._meta.model_name for model in admin.site._registry if model._meta.app_label == "events")


def add(number: int) -> None:
    series = Series.objects.create(name=f"Cycle {number}", slug=f"cycle-{number}", kind="seminar")
    where = event(series=series)
    here = Territory.objects.current().select_related("place").order_by("pk")[number]
    where.sequences.create(title="Ouverture", position=1)
    registration(where, commune=Place.objects.get(code="COM-30007"), territory=here)
    poll(where, kind="text", labels=()).ballots.create(text="Un mot.", is_hidden=True)
    poll(where)
    Question.objects.create(event=where, text="Pourquoi ?", asked_at=NOW)
    Testimony.objects.create(event=where, text="Ici, un atelier.", territory=here, told_at=NOW)
    ReportText.objects.create(event=where, after="start", text="<p>Un mot.</p>")
    EventInvitation.objects.create(event=where, email=f"i{number}@exemple.test", secret=new_secret(), created_at=NOW)
    WithheldWord.objects.create(word=f"mot {number}", folded=f"mot {number}")


def queries(client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, url
    return len(captured)


def test_the_tables_are_there():
    wanted = {"event", "series", "registration", "eventinvitation", "poll", "question", "testimony", "reporttext"}
    assert wanted | {"withheldword", "sequence"} == set(TABLES)


def test_lists_ask_as_many_queries_for_thirty_rows_as_for_one(office):
    ContentType.objects.clear_cache()
    urls = {name: reverse(f"admin:events_{name}_changelist") for name in TABLES}
    add(0)
    few = {name: queries(office, url) for name, url in urls.items()}
    for number in range(1, 30):
        add(number)

    many = {name: queries(office, url) for name, url in urls.items()}

    assert many == few
    assert {name: count for name, count in few.items() if count > 12} == {}


@pytest.mark.parametrize("name", TABLES)
def test_a_row_opens_and_a_list_is_searched_with_anything(office, name):
    add(0)
    url = reverse(f"admin:events_{name}_changelist")
    model = next(model for model in admin.site._registry if model._meta.label_lower == f"events.{name}")
    row = model._default_manager.order_by("-pk").first()

    assert office.get(reverse(f"admin:events_{name}_change", args=[row.pk])).status_code == 200
    assert office.get(reverse(f"admin:events_{name}_history", args=[row.pk])).status_code == 200
    for text in ["Alès", "%_\\'\"", "é" * 500]:
        assert office.get(url, {"q": text}).status_code == 200
    assert office.get(f"{url}?rencontre=x&quand=x&presence=x&reponse=x", follow=True).status_code == 200


@pytest.mark.parametrize("name", ["event", "series", "poll", "testimony", "reporttext", "withheldword"])
def test_a_new_row_is_written_on_an_empty_page(office, name):
    assert office.get(reverse(f"admin:events_{name}_add")).status_code == 200


def test_filters_filter(office):
    add(0)
    where = event()
    registration(where, attended_at=NOW)

    def shown(name: str, query: str) -> int:
        return office.get(f"{reverse(f'admin:events_{name}_changelist')}?{query}").context["cl"].result_count

    assert shown("registration", f"rencontre={where.pk}") == 1
    assert shown("registration", "presence=oui") == 1
    assert shown("registration", "presence=non") == 1
    assert shown("event", "quand=avenir") + shown("event", "quand=passees") == 3  # and that of 2020
    assert shown("eventinvitation", "reponse=non") == 1
    assert shown("eventinvitation", "reponse=oui") == 0
    assert shown("question", "reponse=sans") == 1
