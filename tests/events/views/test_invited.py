"""The page of someone invited: the link is the proof of the address, and what they write is kept."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import EventInvitation, Registration
from events.registrations import new_secret
from events.rooms import open_room
from tests.events.people import event, registration

pytestmark = pytest.mark.django_db
WHO = {"first_name": "Ana", "last_name": "Petit", "organisation": "CC", "ou": "Alès"}


def invitation(**changes) -> EventInvitation:
    starts = timezone.now() + timedelta(days=7)
    where = event(
        **{"visibility": "invitation", "starts_at": starts, "ends_at": starts + timedelta(hours=1), **changes}
    )
    at = timezone.now()
    return EventInvitation.objects.create(event=where, email="ana@exemple.test", secret=new_secret(), created_at=at)


def path(made: EventInvitation) -> str:
    return f"/rencontres/invitations/{made.secret}/"


def test_the_link_leads_to_a_place_without_another_mail(client):
    made = invitation(summary="Une heure.")
    page = client.get(path(made))
    assert "Une heure." in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert "noindex" in page.content.decode()
    assert not Registration.objects.exists()

    answer = client.post(path(made), WHO)

    registered = Registration.objects.get()
    assert answer.url == f"/rencontres/inscriptions/{registered.secret}/"
    assert (registered.email, registered.state) == ("ana@exemple.test", "registered")
    assert registered.territory.place.code == "TI-2023-7601"
    assert client.get(made.event.get_absolute_url()).status_code == 200
    assert client.post(path(made), {**WHO, "organisation": "Autre"}).url == answer.url
    assert Registration.objects.get().organisation == "Autre"


def test_a_full_event_puts_the_invited_on_the_waiting_list(client):
    made = invitation(capacity=1)
    registration(made.event)
    client.post(path(made), WHO)
    assert Registration.objects.get(email=made.email).state == "waiting"
    assert client.get(made.event.get_absolute_url()).status_code == 200  # to read, not to enter
    open_room(event_id=made.event.pk, at=timezone.now())
    room = client.get(f"{made.event.get_absolute_url()}salle/")
    assert "events/room_closed.html" in [template.name for template in room.templates]


def test_bad_input_is_told_and_kept(client):
    answer = client.post(path(invitation()), {**WHO, "first_name": ""})
    assert answer.status_code == 422
    assert 'value="Petit"' in answer.content.decode()


@pytest.mark.parametrize(("changes", "status"), [({"state": "draft"}, 404), ({"state": "cancelled"}, 200)])
def test_an_event_that_is_not_there_or_no_longer(client, changes, status):
    made = invitation(**changes)
    answer = client.get(path(made))
    assert answer.status_code == status
    assert status == 404 or "annulée" in answer.content.decode()


def test_an_unknown_link_does_not_exist(client):
    assert client.get("/rencontres/invitations/inconnu/").status_code == 404
