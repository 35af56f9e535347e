"""What events hold about a person: told to them, and forgotten with their account."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import EventInvitation, Question, Registration, Testimony
from events.registrations import new_secret
from tests.accounts.people import account
from tests.accounts.test_personal_data import written_anywhere
from tests.events.people import event, registration
from ti_portal.accounts.erasure import delete_account
from ti_portal.accounts.personal_data import export_of

pytestmark = pytest.mark.django_db
WHO = "andrea.personnelle@exemple.test"
NAME = "Personnelle"


def full_person():
    at = timezone.now()
    coming = event(starts_at=at + timedelta(days=7), ends_at=at + timedelta(days=7, hours=2), capacity=1)
    over = event(starts_at=at - timedelta(days=7), ends_at=at - timedelta(days=7, hours=-2))
    who = account(WHO, first_name="Andrea", last_name=NAME)
    seat = registration(coming, user=who, email=WHO, last_name=NAME, organisation="Usine")
    queued = registration(coming, state="waiting")
    # Registered before the account existed, by the address alone.
    by_address = registration(over, email=WHO.upper(), last_name=NAME, attended_at=at)
    Question.objects.create(event=coming, registration=seat, text="Quand ?", author=f"Andrea {NAME}")
    told = Testimony(event=over, registration=by_address, text="Un atelier.", author=f"Andrea {NAME}")
    told.save()
    EventInvitation.objects.create(event=over, email=WHO, secret=new_secret(), created_at=at, invited_by=who)
    return who, queued


def test_everything_is_told_to_the_person():
    who, _ = full_person()
    told = export_of(who, at=timezone.now())["rencontres"]
    assert [len(told[name]) for name in ("inscriptions", "invitations", "questions", "témoignages")] == [2, 1, 1, 1]
    assert told["inscriptions"][0]["organisme"] == "Usine"


def test_nothing_of_them_stays_their_seat_goes_on_and_what_they_said_is_anonymous():
    who, queued = full_person()
    delete_account(user_id=who.pk, at=timezone.now())
    assert written_anywhere(NAME) == []
    assert written_anywhere(WHO) == []
    queued.refresh_from_db()
    assert queued.state == "registered"
    assert (Question.objects.get(text="Quand ?").author, Testimony.objects.get(text="Un atelier.").author) == ("", "")
    kept = Registration.objects.filter(purged_at__isnull=False)
    assert [(row.attended_at is not None, row.organisation) for row in kept.order_by("pk")] == [
        (False, "Usine"), (True, ""),
    ]  # fmt: skip


def test_a_neighbour_s_data_stays():
    who, _ = full_person()
    other = registration(event(), email="andrea.autre@exemple.test", last_name="Autre")
    delete_account(user_id=who.pk, at=timezone.now())
    other.refresh_from_db()
    assert other.last_name == "Autre"
