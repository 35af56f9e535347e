"""« Bonnes pratiques » and « Prochaines rencontres » on the page of a territory."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from events import territory_sections
from events.models import Event, Testimony
from funding.catalogue import loading
from territories.models import Place, Territory
from tests.events.people import event

pytestmark = pytest.mark.django_db
ALES = "/territoires/ti-2023-7601-ales/"
COMING, PRACTICES = "Prochaines rencontres", "Bonnes pratiques"


@pytest.fixture(autouse=True)
def _nothing_announced_nor_kept(db):
    Event.objects.filter(state="published").delete()
    loading.forget()
    territory_sections.forget()
    yield
    loading.forget()
    territory_sections.forget()


def coming(**changes) -> Event:
    starts = timezone.now() + timedelta(days=7)
    return event(**{"starts_at": starts, "ends_at": starts + timedelta(hours=2), **changes})


def shown(client, path: str = ALES) -> str:
    return client.get(path).content.decode().replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("changes", "place", "is_shown"),
    [
        ({}, None, True),
        ({}, "REG-76", True),
        ({}, "REG-28", False),
        ({"visibility": "community"}, None, False),
        ({"visibility": "invitation"}, None, False),
        ({"state": "draft"}, None, False),
        ({"state": "cancelled"}, None, False),
    ],
)
def test_public_events_to_come_here_are_told(client, changes, place, is_shown):
    made = coming(place=place and Place.objects.get(code=place), **changes)
    page = shown(client)
    assert (made.title in page) is is_shown
    assert (COMING in page) is is_shown


def test_what_a_first_wave_territory_told_is_on_the_page_of_its_successor(client):
    page = shown(client)
    assert PRACTICES in page
    assert "Alès : une méthode qui fédère" in page
    assert "2018-2022" in page
    assert "mardi 15 décembre 2020" in page
    before = Place.objects.get(code="TI-2018-7602").get_absolute_url()
    old = shown(client, before)
    assert "Alès : une méthode qui fédère" in old
    assert COMING not in old


def test_the_day_is_that_of_where_it_took_place_and_a_name_is_said_once(client):
    told = event(title="Le séminaire", zone="America/Cayenne", starts_at=datetime(2026, 3, 2, 1, tzinfo=UTC))
    here = Territory.objects.get(place__code="TI-2023-7601")
    for organisations in ("Usine Exemple", "Lycée Exemple"):
        Testimony.objects.create(
            event=told,
            territory=here,
            text="Un atelier.",
            author="Usine Exemple",
            organisations=organisations,
            moderation="accepted",
        )
    page = shown(client)
    assert "Raconté le dimanche 1er mars 2026 à la rencontre" in page
    assert "Usine Exemple. Raconté" in page
    assert "Usine Exemple – Lycée Exemple. Raconté" in page


@pytest.mark.parametrize("change", [{"moderation": "queued"}, {"is_practice": False}, {"is_rehearsal": True}])
def test_only_accepted_practices_are_shown(client, change):
    Testimony.objects.update(**change)
    assert PRACTICES not in shown(client)


def test_sections_follow_what_they_are_made_of_and_cost_one_query(client, django_assert_num_queries):
    made = coming()
    here = Territory.objects.get(place__code="TI-2023-7601")
    assert made.title in shown(client)
    with django_assert_num_queries(1):  # as tests/territories/test_views_territory.py counts
        shown(client)
    Event.objects.filter(pk=made.pk).update(title="Un autre titre")
    assert "Un autre titre" in shown(client)
    Testimony.objects.create(event=made, territory=here, text="Un atelier <b>partagé</b>.", moderation="accepted")
    page = shown(client)
    assert "Un atelier partagé." in page
    Event.objects.filter(pk=made.pk).update(visibility="invitation")
    page = shown(client)
    assert "Un atelier partagé." not in page
    assert "Un autre titre" not in page
