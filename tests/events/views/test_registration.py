"""Registering through the pages: what was typed is kept, GET changes nothing, strangers learn nothing."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events.meetings import cancel_event
from events.models import Registration
from events.rooms import open_room
from tests.events.people import event, registration
from tests.territories.people import person
from ti_portal.core.mail import is_personal
from ti_portal.core.models import OutboxMessage

pytestmark = pytest.mark.django_db
SECRET = "https://visio.example/entrer-8d2c"
WHO = {"first_name": "Camille", "last_name": "Petit", "email": "camille@exemple.test", "organisation": "CC", "ou": ""}


def coming(minutes=60 * 24 * 7, **changes):
    starts = timezone.now() + timedelta(minutes=minutes)
    return event(**{"starts_at": starts, "ends_at": starts + timedelta(hours=2), "access_url": SECRET, **changes})


def register(client, where, **changes):
    return client.post(f"{where.get_absolute_url()}inscription/", {**WHO, **changes})


def test_a_visitor_asks_confirms_sees_their_page_and_gives_the_place_back(client):
    where = coming()
    answer = register(client, where, ou="Alès")
    assert answer.url == f"{where.get_absolute_url()}inscription/demandee/"
    assert "Un courriel vous attend" in client.get(answer.url).content.decode()
    made = Registration.objects.get(event=where)
    assert made.territory.place.code == "TI-2023-7601"
    confirm = f"/rencontres/confirmer/{made.secret}/"
    assert confirm in OutboxMessage.objects.get().text_body
    assert client.get(confirm).status_code == 200
    made.refresh_from_db()
    assert made.state == "asked"  # opening the link changes nothing
    own = client.post(confirm).url
    page = client.get(own).content.decode()
    assert "Vous avez une place" in page
    assert client.get(confirm).url == own
    client.post(own, {"action": "cancel"})
    assert "La place est rendue" in client.get(own).content.decode()


def test_someone_signed_in_has_their_place_at_once(client):
    where, who = coming(), person()
    client.force_login(who)
    answer = client.post(f"{where.get_absolute_url()}inscription/", {"first_name": "A", "last_name": "B", "ou": ""})
    made = Registration.objects.get(event=where)
    assert (made.email, made.state, answer.url) == (who.email, "registered", f"/rencontres/inscriptions/{made.secret}/")
    assert "Mon inscription" in client.get(where.get_absolute_url()).content.decode()
    assert f"/rencontres/inscriptions/{made.secret}/" in client.get("/mon-espace/").content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "pas une adresse"}, "Saisissez une adresse"),
        ({"first_name": ""}, "Ce champ est obligatoire"),
        ({"ou": "Saint-Denis"}, "Choisissez votre commune ci-dessous"),
        ({"ou": "xyzxyz"}, "xyzxyz"),
        ({"ou": "xyzxyz"}, "Donnez une commune"),
        ({"ou": "Normandie", "lieu": "REG-28"}, "Vire Normandie"),
        ({"ou": "TI-2023-7601"}, "Donnez une commune"),
        ({"ou": "Normandie", "choix": "REG-28"}, "Choisissez votre commune ci-dessous"),
    ],
)
def test_bad_input_is_told_at_its_field_and_what_was_typed_is_kept(client, changes, words):
    answer = register(client, coming(), **changes)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert 'value="Petit"' in page
    assert not Registration.objects.exists()


def test_a_commune_is_found_though_a_region_or_an_intercommunality_has_its_name(client):
    where = coming()
    assert (
        f"{reverse('territories:suggest')}?nature=commune"
        in client.get(f"{where.get_absolute_url()}inscription/").content.decode()
    )
    for typed, code in (("Nevers", "COM-58194"), ("nevers", "COM-58194"), ("18000", "COM-18033")):
        register(client, where, ou=typed, email=f"{typed}@exemple.test")
        assert Registration.objects.get(email=f"{typed}@exemple.test".lower()).commune.code == code
        Registration.objects.all().delete()


def test_one_of_several_communes_is_chosen_without_a_script(client):
    where = coming()
    page = register(client, where, ou="Saint-Denis").content.decode()
    assert 'name="choix" value="COM-93066"' in page
    register(client, where, ou="Saint-Denis", choix="COM-93066")
    assert Registration.objects.get(event=where).commune.code == "COM-93066"


def test_the_answer_is_the_same_for_an_address_that_is_known(client):
    where = coming()
    first = register(client, where)
    Registration.objects.update(state="registered", confirmed_at=timezone.now())
    second = register(client, where)
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert Registration.objects.count() == 1


def test_a_mailbox_is_not_filled_by_strangers_and_nobody_is_told(client):
    where = coming()
    answers = {register(client, where).status_code for _ in range(8)}
    assert answers == {302}
    assert OutboxMessage.objects.filter(recipient=WHO["email"]).count() == 5
    register(client, where, email="autre@exemple.test")
    assert OutboxMessage.objects.filter(recipient="autre@exemple.test").count() == 1


def test_mails_that_open_ones_own_page_are_not_read_in_the_administration(client):
    register(client, coming())
    assert is_personal(OutboxMessage.objects.get())


def test_a_full_event_puts_on_the_waiting_list_and_tells_the_rank(client):
    where = coming(capacity=1)
    registration(where)
    registration(where, state="waiting", confirmed_at=timezone.now() - timedelta(days=1))
    register(client, where)
    made = Registration.objects.get(email=WHO["email"])
    own = client.post(f"/rencontres/confirmer/{made.secret}/").url
    page = client.get(own).content.decode()
    assert "Rang 2." in page
    assert SECRET not in page


@pytest.mark.parametrize(
    ("minutes", "state", "is_shown"),
    [(31, "registered", False), (29, "registered", True), (-60, "registered", True), (29, "waiting", False)],
)
def test_the_access_link_is_for_those_who_have_a_place_once_doors_are_open(client, minutes, state, is_shown):
    made = registration(coming(minutes), state=state)
    page = client.get(f"/rencontres/inscriptions/{made.secret}/").content.decode()
    assert (SECRET in page) is is_shown
    assert ("s’affichera ici" in page) is (state == "registered" and not is_shown)


def test_the_page_of_a_cancelled_place_gives_the_file_that_says_so(client):
    where = coming()
    made = registration(where)
    file = f'href="{where.get_absolute_url()}agenda.ics">Fichier d’annulation'
    assert file not in client.get(f"/rencontres/inscriptions/{made.secret}/").content.decode()
    cancel_event(event_id=where.pk, reason="Salle fermée", actor=None, at=timezone.now())
    assert file in client.get(f"/rencontres/inscriptions/{made.secret}/").content.decode()


def test_the_file_of_an_event_on_invitation_is_behind_ones_own_page(client):
    where = coming(visibility="invitation")
    made = registration(where)
    cancel_event(event_id=where.pk, reason="Salle fermée", actor=None, at=timezone.now())
    own = f"/rencontres/inscriptions/{made.secret}/"
    assert "Ouvrir la page de la rencontre, qui donne ce fichier" in client.get(own).content.decode()
    page = client.post(own, {"action": "read"}, follow=True).content.decode()
    assert "Marquer annulée dans mon agenda" in page
    assert client.get(f"{where.get_absolute_url()}agenda.ics").status_code == 200


def test_a_page_of_ones_own_is_neither_kept_nor_indexed(client):
    answer = client.get(f"/rencontres/inscriptions/{registration(coming()).secret}/")
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer.content.decode()


@pytest.mark.parametrize("path", ["inscriptions", "confirmer"])
def test_an_unknown_or_purged_link_does_not_exist(client, path):
    made = registration(coming())
    assert client.get(f"/rencontres/{path}/{made.secret}x/").status_code == 404
    Registration.objects.update(purged_at=timezone.now(), email="", first_name="", last_name="")
    assert client.get(f"/rencontres/{path}/{made.secret}/").status_code == 404


def test_a_full_event_says_so_before_one_registers(client):
    where = coming(capacity=1)
    registration(where)
    assert "S’inscrire sur la liste d’attente" in client.get(where.get_absolute_url()).content.decode()
    form = client.get(f"{where.get_absolute_url()}inscription/").content.decode()
    assert "vous irez sur la liste d’attente" in form


def test_the_room_is_entered_from_ones_page_once_it_is_open(client):
    where = coming(-10)
    who = registration(where)
    own = f"/rencontres/inscriptions/{who.secret}/"
    assert "Entrer dans la salle" not in client.get(own).content.decode()
    open_room(event_id=where.pk, at=timezone.now())
    assert "Entrer dans la salle" in client.get(own).content.decode()
    assert client.post(own, {"action": "enter"}).url == f"{where.get_absolute_url()}salle/"
    who.refresh_from_db()
    assert who.attended_at is not None
    first = who.attended_at
    client.post(own, {"action": "enter"})
    who.refresh_from_db()
    assert who.attended_at == first


def test_the_page_of_an_event_enters_by_the_same_door(client):
    where, user = coming(-10), person()
    who = registration(where, user=user)
    open_room(event_id=where.pk, at=timezone.now())
    page = client.get(where.get_absolute_url()).content.decode()
    assert "Entrer dans la salle" not in page
    client.force_login(user)
    page = client.get(where.get_absolute_url()).content.decode()
    assert f'action="/rencontres/inscriptions/{who.secret}/"' in page
    assert "Entrer dans la salle" in page


@pytest.mark.parametrize(
    ("action", "is_rehearsal"), [("enter", None), ("enter", True), ("watch", False), ("read", False)]
)
def test_presence_is_noted_by_entering_the_live_room_alone(client, action, is_rehearsal):
    where = coming(-10)
    who = registration(where)
    if is_rehearsal is not None:
        open_room(event_id=where.pk, at=timezone.now(), is_rehearsal=is_rehearsal)
    client.post(f"/rencontres/inscriptions/{who.secret}/", {"action": action})
    who.refresh_from_db()
    assert who.attended_at is None


def test_an_older_link_says_that_a_newer_one_replaces_it(client):
    where = coming()
    register(client, where)
    old = Registration.objects.get(event=where).secret
    register(client, where)
    answer = client.get(f"/rencontres/confirmer/{old}/")
    assert answer.status_code == 404
    assert "seul le lien du dernier courriel vaut" in answer.content.decode()


def test_closed_registrations_say_why(client):
    where = coming(registration_closes_at=timezone.now())
    assert "Les inscriptions sont closes" in client.get(f"{where.get_absolute_url()}inscription/").content.decode()
    assert register(client, where).status_code == 409


def test_a_dead_link_says_how_to_start_again(client):
    made = registration(coming(), state="asked", confirmed_at=None, asked_at=timezone.now() - timedelta(days=3))
    answer = client.post(f"/rencontres/confirmer/{made.secret}/")
    assert answer.status_code == 410
    assert "M’inscrire de nouveau" in answer.content.decode()
