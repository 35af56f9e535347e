"""Registering: confirmed addresses only, one seat per place, the waiting list in order, nothing told to strangers."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from events import registrations
from events.enums import RegistrationState
from events.models import Event, EventInvitation, Registration
from events.registrations import Person, RegistrationRefused, new_secret
from tests.at_once import at_once
from tests.events.people import NOW, event, registration
from tests.territories.people import delegation, member
from tests.territories.people import person as account
from ti_portal.accounts.models import User
from ti_portal.core.models import OutboxMessage


def someone(name="camille", **changes) -> Person:
    return Person(email=f"{name}@exemple.test", first_name="Camille", last_name="Petit", **changes)


def ask(where: Event, who: Person, at=NOW) -> Registration | None:
    registrations.ask(event_id=where.pk, person=who, at=at)
    return Registration.objects.filter(event=where, email=who.address).first()


def ask_and_confirm(where: Event, who: Person, at=NOW) -> Registration:
    return registrations.confirm(secret=ask(where, who, at).secret, at=at)


def mails(who: Person) -> list[str]:
    return [one.subject.split(" : ")[0] for one in OutboxMessage.objects.filter(recipient=who.address).order_by("pk")]


@pytest.mark.django_db
class TestWithoutAccount:
    def test_nothing_is_kept_for_an_address_until_it_is_confirmed(self):
        where, who = event(capacity=1), someone(organisation="CC du Test", commune_code="COM-30007")
        asked = ask(where, who)
        assert (asked.state, registrations.free_seats(where)) == (RegistrationState.ASKED, 1)
        made = registrations.confirm(secret=asked.secret, at=NOW)
        assert (made.state, made.territory.place.code) == (RegistrationState.REGISTERED, "TI-2023-7601")
        assert registrations.free_seats(where) == 0
        assert registrations.confirm(secret=asked.secret, at=NOW + timedelta(days=9)) == made
        assert mails(who) == ["Confirmez votre inscription", "Votre inscription"]

    def test_a_link_that_nobody_opened_for_two_days_is_dead_and_purged(self):
        where, who = event(), someone()
        asked, later = ask(where, who), NOW + registrations.CONFIRM_WITHIN
        with pytest.raises(Registration.DoesNotExist):
            registrations.confirm(secret=asked.secret, at=later)
        assert registrations.purge_unconfirmed(at=later) == 0
        assert registrations.purge_unconfirmed(at=later + timedelta(seconds=1)) == 1
        assert registrations.purge_unconfirmed(at=later + timedelta(seconds=1)) == 0

    def test_asking_again_sends_another_link_and_the_first_is_dead(self):
        where, who = event(), someone()
        first = ask(where, who).secret
        second = ask(where, who).secret
        with pytest.raises(Registration.DoesNotExist):
            registrations.confirm(secret=first, at=NOW)
        assert registrations.confirm(secret=second, at=NOW).state == RegistrationState.REGISTERED

    def test_asking_with_an_address_that_is_registered_only_mails_its_owner(self):
        where, who = event(), someone()
        made = ask_and_confirm(where, who)
        other = Person(email=who.email.upper(), first_name="Autre", last_name="Nom")
        assert registrations.ask(event_id=where.pk, person=other, at=NOW) is None
        made.refresh_from_db()
        assert (made.first_name, made.state) == ("Camille", RegistrationState.REGISTERED)
        assert len(mails(who)) == 3

    def test_an_event_of_the_community_sends_to_sign_in(self):
        with pytest.raises(RegistrationRefused, match="connectez-vous"):
            ask(event(visibility="community"), someone())

    def test_an_event_on_invitation_answers_strangers_like_the_others_and_keeps_nothing(self):
        where, guest = event(visibility="invitation"), someone("invitee")
        EventInvitation.objects.create(event=where, email="Invitee@exemple.test", secret=new_secret(), created_at=NOW)
        assert ask(where, someone("inconnue")) is None
        assert mails(someone("inconnue")) == []
        assert ask_and_confirm(where, guest).state == RegistrationState.REGISTERED

    @pytest.mark.parametrize(
        ("visibility", "words"), [("invitation", "n’y est pas invitée"), ("community", "réservée à la communauté")]
    )
    def test_an_event_that_closed_its_doors_since_takes_nobody_by_an_older_link(self, visibility, words):
        where, who = event(), someone()
        asked = ask(where, who)
        Event.objects.filter(pk=where.pk).update(visibility=visibility)
        with pytest.raises(RegistrationRefused, match=words):
            registrations.confirm(secret=asked.secret, at=NOW)
        asked.refresh_from_db()
        assert asked.state == RegistrationState.ASKED

    @pytest.mark.parametrize(
        ("changes", "field"),
        [({"commune_code": "COM-99999"}, "commune_code"), ({"organisation": "x" * 201}, "organisation")],
    )
    def test_bad_input_is_refused_at_its_field(self, changes, field):
        with pytest.raises(ValidationError) as refused:
            ask(event(), someone(**changes))
        assert field in refused.value.message_dict


@pytest.mark.django_db
class TestWithAccount:
    def test_a_place_at_once_and_saying_it_again_changes_only_what_they_say(self):
        where, user = event(), account()
        who = Person(email=user.email, first_name="A", last_name="B")
        first = registrations.register_user(event_id=where.pk, person=who, user=user, at=NOW)
        again = Person(email=user.email, first_name="A", last_name="B", organisation="CC du Test")
        second = registrations.register_user(event_id=where.pk, person=again, user=user, at=NOW)
        assert (first.pk, first.state, second.organisation) == (second.pk, RegistrationState.REGISTERED, "CC du Test")
        assert Registration.objects.filter(event=where).count() == 1

    def registered(self, where: Event, user, **changes) -> Registration:
        who = Person(email=user.email, first_name="A", last_name="B", **changes)
        return registrations.register_user(event_id=where.pk, person=who, user=user, at=NOW)

    def test_an_account_whose_address_changed_keeps_its_one_place(self):
        where, user = event(capacity=2), account("avant@exemple.test")
        first = self.registered(where, user)
        User.objects.filter(pk=user.pk).update(email="apres@exemple.test")
        user.refresh_from_db()
        second = self.registered(where, user)
        assert (second.pk, second.email) == (first.pk, "apres@exemple.test")
        assert registrations.free_seats(where) == 1

    def test_a_place_asked_by_mail_before_and_one_of_the_account_are_one(self):
        """Three had asked: the account twice, once with the address it has since; the second place goes on."""
        where, user = event(capacity=2), account("avant@exemple.test")
        first = self.registered(where, user)
        by_mail = ask_and_confirm(where, someone("apres"))
        waits = ask_and_confirm(where, someone("suivante"))
        assert waits.state == RegistrationState.WAITING
        User.objects.filter(pk=user.pk).update(email="apres@exemple.test")
        user.refresh_from_db()
        kept = self.registered(where, user)
        assert (kept.pk, kept.state, kept.user) == (by_mail.pk, RegistrationState.REGISTERED, user)
        first.refresh_from_db()
        waits.refresh_from_db()
        assert (first.state, waits.state) == (RegistrationState.CANCELLED, RegistrationState.REGISTERED)
        assert "Inscription annulée" not in mails(someone("avant"))

    def test_a_request_that_was_never_confirmed_becomes_the_account_s(self):
        where, user = event(), account()
        asked = ask(where, Person(email=user.email))
        made = self.registered(where, user)
        assert (made.pk, made.state, made.user) == (asked.pk, RegistrationState.REGISTERED, user)

    def test_an_address_that_changed_hands_leaves_each_their_place(self):
        where, first_owner = event(), account("poste@exemple.test")
        first = self.registered(where, first_owner)
        User.objects.filter(pk=first_owner.pk).update(email="ailleurs@exemple.test")
        second = self.registered(where, account("poste@exemple.test"))
        first.refresh_from_db()
        assert (first.pk != second.pk, first.user, first.email) == (True, first_owner, "ailleurs@exemple.test")

    def test_two_places_for_one_account_are_refused_by_the_database(self):
        where, user = event(), account()
        registration(where, user=user)
        registration(where, user=user, state="cancelled")
        registration(event(), user=user)
        with pytest.raises(IntegrityError, match="registration_once_per_account"):
            registration(where, user=user, state="waiting")

    def test_an_event_of_the_community_is_for_those_with_a_mandate(self):
        where = event(visibility="community")
        with pytest.raises(RegistrationRefused, match="mandat en cours"):
            self.registered(where, account())
        assert self.registered(where, member()).state == RegistrationState.REGISTERED
        assert self.registered(where, delegation()).state == RegistrationState.REGISTERED

    def test_an_account_that_is_not_invited_is_refused(self):
        user = account()
        with pytest.raises(RegistrationRefused, match="sur invitation"):
            registrations.register_user(
                event_id=event(visibility="invitation").pk, person=Person(email=user.email), user=user, at=NOW
            )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": "cancelled"}, "annulée"),
        ({"state": "finished"}, "passée"),
        ({"state": "draft"}, "passée"),
        ({"starts_at": NOW - timedelta(hours=3), "ends_at": NOW}, "passée"),
        ({"takes_registrations": False}, "sur le portail"),
        ({"registration_closes_at": NOW}, "closes"),
    ],
)
def test_an_event_that_takes_nobody_any_more_says_why(changes, words):
    with pytest.raises(RegistrationRefused, match=words):
        ask(event(**changes), someone())


@pytest.mark.django_db
class TestWaitingList:
    def test_places_go_to_those_who_wait_in_the_order_they_confirmed(self):
        where = event(capacity=1)
        first = ask_and_confirm(where, someone("a"))
        third = ask_and_confirm(where, someone("c"), NOW + timedelta(minutes=2))
        second = ask_and_confirm(where, someone("b"), NOW + timedelta(minutes=1))
        assert (second.state, third.state) == (RegistrationState.WAITING, RegistrationState.WAITING)
        given_back = [registrations.cancel(registration_id=first.pk, at=NOW) for _ in range(2)]
        assert given_back == [True, False]
        second.refresh_from_db()
        third.refresh_from_db()
        assert (second.state, second.promoted_at, third.state) == ("registered", NOW, RegistrationState.WAITING)
        assert mails(someone("b"))[-1] == "Une place pour vous"
        assert mails(someone("a"))[-1] == "Inscription annulée"

    def test_nobody_jumps_the_queue_when_a_seat_is_free(self):
        where = event(capacity=2)
        registration(where)
        waiting = registration(where, state="waiting")
        assert ask_and_confirm(where, someone()).state == RegistrationState.WAITING
        assert [one.pk for one in registrations.promote(event=where, at=NOW)] == [waiting.pk]

    def test_someone_who_gave_their_place_back_goes_behind_those_who_wait(self):
        where, who = event(capacity=1), someone()
        ask_and_confirm(where, who)
        ask_and_confirm(where, someone("b"))
        registrations.cancel(registration_id=Registration.objects.get(email=who.address).pk, at=NOW)
        assert ask_and_confirm(where, who).state == RegistrationState.WAITING

    @pytest.mark.parametrize(
        "changes",
        [
            {"state": "cancelled"},
            {"state": "finished"},
            {"starts_at": NOW - timedelta(hours=2), "ends_at": NOW},
        ],
    )
    def test_no_place_is_given_back_once_it_is_over_or_cancelled(self, changes):
        seated = registration(event(**changes))
        with pytest.raises(RegistrationRefused, match="ne s’y annule plus"):
            registrations.cancel(registration_id=seated.pk, at=NOW)
        seated.refresh_from_db()
        assert (seated.state, OutboxMessage.objects.count()) == (RegistrationState.REGISTERED, 0)

    def test_a_cancelled_event_promotes_nobody(self):
        where = event(capacity=1, state="cancelled")
        registration(where, state="waiting")
        assert registrations.promote(event=where, at=NOW) == []


@pytest.mark.django_db
def test_the_database_refuses_an_event_with_no_place_at_all():
    with pytest.raises(IntegrityError, match="event_capacity_is_at_least_one"):
        event(capacity=0)


class TestAtTheSameTime:
    """Real threads, real commits."""

    def test_a_request_being_renewed_at_the_very_moment_of_the_purge_is_kept(self, committed_db):
        where, who = event(), someone()
        old, later = ask(where, who), NOW + registrations.CONFIRM_WITHIN + timedelta(seconds=1)
        with transaction.atomic():
            ask(where, who, later)
            assert at_once(lambda: registrations.purge_unconfirmed(at=later)) == [0]
        assert Registration.objects.get(pk=old.pk).asked_at == later

    def test_one_account_asking_several_times_at_once_has_one_place(self, committed_db):
        where, user = event(), account()
        who = Person(email=user.email, first_name="A", last_name="B")
        made = at_once(
            *[lambda: registrations.register_user(event_id=where.pk, person=who, user=user, at=NOW) for _ in range(6)]
        )
        assert len({one.pk for one in made}) == 1
        assert Registration.objects.filter(event=where).count() == 1

    def test_sixty_people_for_twenty_seats_and_cancellations_between(self, committed_db):
        where = event(capacity=20)
        asked = [ask(where, someone(f"p{number}")) for number in range(60)]
        shares = [asked[start::12] for start in range(12)]

        def confirm(rows):
            for row in rows:
                registrations.confirm(secret=row.secret, at=NOW + timedelta(seconds=row.pk))

        assert at_once(*[lambda rows=rows: confirm(rows) for rows in shares]) == [None] * 12
        registered = list(Registration.objects.registered().filter(event=where))
        assert (len(registered), Registration.objects.waiting().filter(event=where).count()) == (20, 40)

        # Ten give their place back at once, twice each: ten are promoted, once each, the first who waited.
        waiting = Registration.objects.waiting().filter(event=where).order_by("confirmed_at", "pk")
        expected = set(waiting.values_list("pk", flat=True)[:10])
        gone = [row.pk for row in registered[:10]] * 2
        at_once(*[lambda pk=pk: registrations.cancel(registration_id=pk, at=NOW) for pk in gone])
        assert Registration.objects.registered().filter(event=where).count() == 20
        promoted = Registration.objects.filter(event=where, promoted_at__isnull=False)
        assert set(promoted.values_list("pk", flat=True)) == expected
        assert OutboxMessage.objects.filter(subject__startswith="Une place pour vous").count() == 10

    def test_without_the_lock_the_same_crowd_is_oversold(self, committed_db, monkeypatch):
        """The control: what the lock prevents does happen without it."""
        where = event(capacity=1)
        asked = [ask(where, someone(f"p{number}")) for number in range(4)]
        counted = threading.Barrier(4)
        free_seats = registrations.free_seats

        def together(one):
            free = free_seats(one)
            counted.wait(30)
            return free

        monkeypatch.setattr(registrations, "locked_event", lambda pk: Event.objects.get(pk=pk))
        monkeypatch.setattr(registrations, "free_seats", together)
        at_once(*[lambda row=row: registrations.confirm(secret=row.secret, at=NOW) for row in asked])
        assert Registration.objects.registered().filter(event=where).count() == 4
