"""Pages of events: who sees what, in how many questions, and nothing of the access link."""

from datetime import timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from events.meetings import cancel_event
from events.models import EventInvitation, Question, Sequence, Series, Speaker
from events.registrations import new_secret
from tests.events.people import event, registration
from tests.territories.people import delegation, mandate, member, person, territory

pytestmark = pytest.mark.django_db
SECRET = "https://visio.example/entrer-8d2c"
ASSEMBLY = "/rencontres/assemblee-generale-15-decembre-2020/"


def coming(**changes):
    starts = timezone.now() + timedelta(days=7)
    return event(**{"starts_at": starts, "ends_at": starts + timedelta(hours=2), "access_url": SECRET, **changes})


class TestList:
    def test_what_is_to_come_then_what_took_place(self, client):
        soon = coming()
        page = client.get("/rencontres/").content.decode()
        upcoming, past = page.split('id="passees"')
        assert soon.title in upcoming
        assert "Troisième assemblée générale" in past
        assert "Séminaire de l’Observatoire" in upcoming

    @pytest.mark.parametrize(
        ("changes", "is_shown"),
        [
            ({}, True),
            ({"state": "draft"}, False),
            ({"state": "cancelled"}, True),
            ({"visibility": "community"}, False),
            ({"visibility": "invitation"}, False),
        ],
    )
    def test_a_visitor_sees_public_events_only(self, client, changes, is_shown):
        made = coming(**changes)
        assert (made.title in client.get("/rencontres/").content.decode()) is is_shown

    def test_it_gives_the_calendar_to_subscribe_to_with_its_own_filters(self, client):
        page = client.get("/rencontres/").content.decode()
        assert 'href="webcal://testserver/rencontres/agenda.ics"' in page
        page = client.get("/rencontres/?nature=webinar&lieu=REG-53").content.decode()
        assert 'href="webcal://testserver/rencontres/agenda.ics?nature=webinar&amp;lieu=REG-53"' in page
        assert client.get("/rencontres/agenda.ics?nature=webinar&lieu=REG-53").status_code == 200
        assert "webcal:" not in client.get("/rencontres/?nature=fete").content.decode()

    def test_those_who_organise_find_how_to_prepare_one(self, client):
        add = 'href="/administration/events/event/add/"'
        assert add not in client.get("/rencontres/").content.decode()
        client.force_login(delegation())
        assert add in client.get("/rencontres/").content.decode()

    def test_filters_by_kind_and_place_and_a_bad_one_lists_nothing(self, client):
        made = coming(kind="regional")
        assert made.title in client.get("/rencontres/?nature=regional").content.decode()
        assert made.title not in client.get("/rencontres/?nature=seminar").content.decode()
        bad = client.get("/rencontres/?nature=fete").content.decode()
        assert "Cette nature de rencontre n’existe pas" in bad
        assert made.title not in bad

    @pytest.mark.parametrize("number", [1, 30])
    def test_the_same_questions_whatever_the_number(self, client, number, django_assert_num_queries):
        for _ in range(number):
            coming()
        client.get("/rencontres/")
        with django_assert_num_queries(6):
            client.get("/rencontres/")


class TestPage:
    def test_agenda_hours_speakers_and_documents(self, client):
        made = coming(zone="Europe/Paris")
        first = Sequence.objects.create(event=made, position=1, title="Ouverture", minutes=45)
        Sequence.objects.create(event=made, position=2, title="Échanges")
        Speaker.objects.create(event=made, sequence=first, name="Ana Ba", role="Présidente", organisation="CC du Test")
        made.documents.create(label="La note", url="https://exemple.test/note.pdf", kind="note")
        page = client.get(made.get_absolute_url()).content.decode()
        for words in ("Ouverture", "(45 min)", "Échanges", "Ana Ba", "Présidente, CC du Test", "La note", "S’inscrire"):
            assert words in page

    def test_the_assembly_of_2020_is_there_to_read(self, client):
        page = client.get(ASSEMBLY).content.decode()
        for words in ("mardi 15 décembre 2020, de 9 h 30 à 12 h 30", "Jean Dumonteil", "Anaïs Voy-Gillis"):
            assert words.lower() in page.replace("\N{NO-BREAK SPACE}", " ").lower()
        assert "S’inscrire</a>" not in page.replace("\N{NO-BREAK SPACE}", " ")

    @pytest.mark.parametrize(
        ("changes", "visitor", "account", "of_community", "staff"),
        [
            ({}, 200, 200, 200, 200),
            ({"state": "draft"}, 404, 404, 404, 200),
            ({"visibility": "community"}, 404, 404, 200, 200),
            ({"visibility": "invitation"}, 404, 404, 404, 200),
            ({"state": "cancelled"}, 200, 200, 200, 200),
        ],
    )
    def test_outside_ones_perimeter_it_does_not_exist(self, client, changes, visitor, account, of_community, staff):
        made = coming(**changes)
        neighbour = coming()
        address = made.get_absolute_url()
        assert client.get(address).status_code == visitor
        for who, status in ((person(), account), (member(), of_community), (delegation(), staff)):
            client.force_login(who)
            assert client.get(address).status_code == status
            assert client.get(neighbour.get_absolute_url()).status_code == 200
        assert client.get(f"{address}inscription/").status_code == staff

    def test_a_mandate_that_ended_is_not_of_the_community_any_more(self, client):
        made, who = coming(visibility="community"), person()
        mandate(who, territory(), until=timezone.localdate() - timedelta(days=1))
        client.force_login(who)
        assert client.get(made.get_absolute_url()).status_code == 404
        assert made.title not in client.get("/rencontres/").content.decode()

    def test_lists_tell_events_of_the_community_to_its_members(self, client):
        made = coming(visibility="community")
        for who, is_told in ((person(), False), (member(), True), (delegation(), True)):
            client.force_login(who)
            assert (made.title in client.get("/rencontres/").content.decode()) is is_told

    def test_the_invited_see_an_event_on_invitation(self, client):
        made, who = coming(visibility="invitation"), person()
        EventInvitation.objects.create(event=made, email=who.email, secret=new_secret(), created_at=timezone.now())
        client.force_login(who)
        assert client.get(made.get_absolute_url()).status_code == 200

    @pytest.mark.parametrize("number", [1, 30])
    def test_the_same_questions_whatever_the_length(self, client, number, django_assert_num_queries):
        made = coming()
        for position in range(number):
            one = Sequence.objects.create(event=made, position=position, title=f"S{position}")
            Speaker.objects.create(event=made, sequence=one, name="Ana Ba")
            made.documents.create(label=f"D{position}")
        client.get(made.get_absolute_url())
        with django_assert_num_queries(7):
            client.get(made.get_absolute_url())

    @pytest.mark.parametrize(
        ("changes", "is_told"),
        [({}, True), ({"state": "cancelled"}, False), ({"takes_registrations": False}, False)],
    )
    def test_who_has_a_place_already_is_told_where_it_is(self, client, changes, is_told):
        page = client.get(coming(**changes).get_absolute_url()).content.decode()
        assert ("Déjà une place ?" in page) is is_told

    def test_a_series_tells_its_editions(self, client):
        series = Series.objects.get()
        made = coming(series=series)
        page = client.get(series.get_absolute_url()).content.decode()
        assert made.title in page
        assert "La Fabrique de l’industrie" in page


class TestFrequentQuestions:
    FAQ = 'href="/questions-reponses/"'

    def answered(self, where, **changes):
        values = {"text": "Quels délais ?", "answer": "<p>Trois mois.</p>", "in_faq": True, "moderation": "accepted"}
        return Question.objects.create(event=where, **{**values, **changes})

    def test_the_list_and_the_page_lead_to_the_answers(self, client):
        made = coming()
        self.answered(made)
        for path in ("/rencontres/", made.get_absolute_url(), ASSEMBLY):
            assert self.FAQ in client.get(path).content.decode().split('id="footer"')[0], path

    @pytest.mark.parametrize("changes", [{"in_faq": False}, {"moderation": "refused"}, {"is_rehearsal": True}])
    def test_what_is_not_published_is_not_announced(self, client, changes):
        Question.objects.filter(in_faq=True).update(in_faq=False)
        made = coming()
        self.answered(made, **changes)
        self.answered(coming(visibility="community"))
        for path in ("/rencontres/", made.get_absolute_url()):
            assert self.FAQ not in client.get(path).content.decode().split('id="footer"')[0], path

    def test_another_event_says_nothing_of_them(self, client):
        self.answered(coming())
        assert self.FAQ not in client.get(coming().get_absolute_url()).content.decode()


class TestCalendars:
    def test_one_event_has_a_stable_uid_its_zone_and_its_revision(self, client):
        made = coming(zone="America/Cayenne", calendar_sequence=3)
        answer = client.get(f"{made.get_absolute_url()}agenda.ics")
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        calendar = Calendar.from_ical(answer.content)
        (entry,) = calendar.walk("VEVENT")
        assert entry["UID"] == f"rencontre-{made.pk}@rencontres.territoires-industrie"
        assert (entry["SEQUENCE"], entry["STATUS"]) == (3, "CONFIRMED")
        assert entry.decoded("DTSTART") == made.starts_at.replace(microsecond=0)
        assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["America/Cayenne"]
        assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))

    def test_a_cancelled_event_stays_in_the_feed_as_cancelled(self, client):
        made = coming(state="cancelled", cancelled_because="Salle fermée")
        entries = Calendar.from_ical(client.get("/rencontres/agenda.ics").content).walk("VEVENT")
        found = next(entry for entry in entries if entry["UID"].startswith(f"rencontre-{made.pk}@"))
        assert found["STATUS"] == "CANCELLED"

    def test_a_cancelled_event_has_a_file_that_says_so_to_calendars_that_hold_it(self, client):
        made = coming()
        before = Calendar.from_ical(client.get(f"{made.get_absolute_url()}agenda.ics").content).walk("VEVENT")[0]
        cancel_event(event_id=made.pk, reason="Salle fermée", actor=None, at=timezone.now())
        page = client.get(made.get_absolute_url()).content.decode()
        assert "Marquer annulée dans mon agenda" in page
        assert "Ajouter à mon agenda" not in page
        (entry,) = Calendar.from_ical(client.get(f"{made.get_absolute_url()}agenda.ics").content).walk("VEVENT")
        assert (entry["UID"], entry["STATUS"]) == (before["UID"], "CANCELLED")
        assert entry["SEQUENCE"] > before["SEQUENCE"]
        assert entry["SUMMARY"].startswith("Annulé")

    def test_a_feed_without_event_is_still_a_calendar(self, client):
        calendar = Calendar.from_ical(client.get("/rencontres/agenda.ics?nature=regional").content)
        assert [part.name for part in calendar.subcomponents] == ["VTIMEZONE"]

    def test_the_feed_holds_public_events_only_and_is_conditional(self, client):
        shown, hidden, draft = coming(), coming(visibility="community"), coming(state="draft")
        answer = client.get("/rencontres/agenda.ics")
        text = answer.content.decode()
        assert shown.title in text
        assert hidden.title not in text
        assert draft.title not in text
        assert client.get("/rencontres/agenda.ics", headers={"If-None-Match": answer["ETag"]}).status_code == 304
        assert client.get("/rencontres/agenda.ics?lieu=REG-99").status_code == 404


def test_no_page_nor_calendar_of_an_event_tells_its_access_link_or_who_comes(client):
    made = coming()
    starts = timezone.now() + timedelta(minutes=5)
    type(made).objects.filter(pk=made.pk).update(starts_at=starts, ends_at=starts + timedelta(hours=1))
    who = registration(made, last_name="Introuvable")
    address = made.get_absolute_url()
    for path in ("/rencontres/", address, f"{address}agenda.ics", f"{address}inscription/", "/rencontres/agenda.ics"):
        text = client.get(path).content.decode()
        assert made.title[:9] in text.replace("\r\n ", "")
        for secret in (SECRET, who.email, who.secret, "Introuvable"):
            assert secret not in text.replace("\r\n ", ""), path
