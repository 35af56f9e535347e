"""Events in the API: what is public, and nothing of who comes or how one enters."""

from datetime import timedelta

import pytest

from events.models import Question, Testimony
from events.results import declared
from tests.api.test_lists import walk
from tests.events.people import NOW, event, poll, registration

pytestmark = pytest.mark.django_db
ASSEMBLY = "assemblee-generale-15-decembre-2020"
SECRET = "https://visio.example/entrer-8d2c"


def slugs(client, query: str = "") -> list[str]:
    return [item["slug"] for item in walk(client, f"/api/v1/events?limit=2{query}")]


@pytest.mark.parametrize(
    ("changes", "is_told"),
    [
        ({}, True),
        ({"state": "cancelled"}, True),
        ({"state": "draft"}, False),
        ({"visibility": "community"}, False),
        ({"visibility": "invitation"}, False),
    ],
)
def test_only_public_events_are_told(client, changes, is_told):
    made = event(access_url=SECRET, **changes)
    registration(made)
    assert (made.slug in slugs(client)) is is_told
    answer = client.get(f"/api/v1/events/{made.slug}")
    assert answer.status_code == (200 if is_told else 404)
    text = answer.content.decode()
    assert SECRET not in text
    assert "Durand" not in text


def test_pages_come_by_date_and_filters_narrow(client):
    soon = [event(starts_at=NOW + timedelta(days=day), ends_at=NOW + timedelta(days=day, hours=1)) for day in (9, 3, 3)]
    assert slugs(client) == [ASSEMBLY, soon[1].slug, soon[2].slug, soon[0].slug]
    assert slugs(client, "&nature=assembly") == [ASSEMBLY]
    assert slugs(client, "&apres=2026-12-01") == [soon[0].slug]
    assert slugs(client, "&avant=2020-12-15") == [ASSEMBLY]
    assert client.get("/api/v1/events?nature=fete").status_code == 422
    assert client.get("/api/v1/events?lieu=COM-99999").status_code == 404


def test_the_assembly_of_2020_is_whole(client, django_assert_num_queries):
    with django_assert_num_queries(11):
        told = client.get(f"/api/v1/events/{ASSEMBLY}").json()
    assert told["polls"][0]["options"][0]["votes"] is None
    assert told["questions"]
    assert all(question["answer"] for question in told["questions"])
    assert "TI-2018-7602" in {testimony["territory"] for testimony in told["testimonies"]}
    assert "ag-ti-2020" not in str(told)


def test_what_is_not_published_is_left_out(client):
    made = event()
    poll(made)
    poll(made, state="closed", results=declared(["Oui"], [100], 3))
    Question.objects.create(event=made, text="Sans réponse", moderation="accepted")
    Question.objects.create(event=made, text="Écartée", moderation="refused", answer="Non.", answered_by="X")
    Testimony.objects.create(event=made, text="À relire")
    Testimony.objects.create(event=made, text="De répétition", moderation="accepted", is_rehearsal=True)
    told = client.get(f"/api/v1/events/{made.slug}").json()
    assert (told["polls"], told["questions"], told["testimonies"], told["report"]) == ([], [], [], None)
