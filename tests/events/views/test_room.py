"""The room, its console and its screen, as plain pages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events import live, polls, rooms, testimonies
from events.models import Ballot, Event, Poll, Question, Sequence, Testimony, WithheldWord
from events.rooms import room_of
from tests.events.people import event, poll, registration
from tests.territories.people import delegation, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def where():
    starts = timezone.now() - timedelta(minutes=10)
    made = event(starts_at=starts, ends_at=starts + timedelta(hours=2))
    Sequence.objects.bulk_create(
        Sequence(event=made, position=rank, title=title) for rank, title in enumerate(("Ouverture", "Échanges"))
    )
    return made


@pytest.fixture
def someone(where, client):
    """A participant who entered by their own page."""
    who = registration(where)
    client.post(f"/rencontres/inscriptions/{who.secret}/", {"action": "enter"})
    return who


def address(where, path="salle/") -> str:
    return f"{where.get_absolute_url()}{path}"


def live_room(where, **changes):
    return rooms.open_room(event_id=where.pk, at=timezone.now(), **changes)


class TestDoors:
    def test_a_closed_room_says_so(self, client, where, someone):
        assert "La salle n’est pas ouverte." in client.get(address(where)).content.decode()

    def test_without_a_place_one_is_led_to_register(self, client, where):
        live_room(where)
        page = client.get(address(where)).content.decode()
        assert "La salle est pour les personnes inscrites." in page
        assert "Ouverture" not in page

    @pytest.mark.parametrize("path", ["salle/questions/", "salle/temoigner/"])
    def test_its_other_pages_lead_back_to_it(self, client, where, path):
        live_room(where)
        assert client.get(address(where, path)).url == address(where)

    def test_whoever_was_in_before_a_rehearsal_sees_a_closed_room(self, client, where):
        live_room(where)
        rooms.close_room(event_id=where.pk, at=timezone.now())
        live_room(where, is_rehearsal=True)
        for kind in ("salles", "ecrans"):
            seen = client.get(f"/rencontres/{kind}/{where.pk}/{live.key_of(where.pk)}/").content.decode()
            assert "La salle est fermée" in seen
            assert "Ouverture" not in seen
            key = live.key_of(where.pk, rehearses=True)
            assert "Ouverture" in client.get(f"/rencontres/{kind}/{where.pk}/{key}/").content.decode()

    def test_a_rehearsal_is_for_the_organisers(self, client, where, someone):
        live_room(where, is_rehearsal=True)
        assert "La salle n’est pas ouverte." in client.get(address(where)).content.decode()
        client.force_login(delegation())
        assert "Répétition" in client.get(address(where)).content.decode()

    def test_an_organiser_without_a_place_takes_part_in_a_rehearsal_and_only_looks_once_it_is_live(self, client, where):
        client.force_login(delegation())
        live_room(where, is_rehearsal=True)
        made = poll(where)
        rooms.open_poll(event_id=where.pk, poll_id=made.pk, at=timezone.now())
        page = client.post(address(where, f"salle/sondages/{made.pk}/"), {"choix": "1"}, follow=True).content.decode()
        assert "Votre réponse est comptée" in page
        assert f'data-answered="{made.pk}"' in page
        client.post(address(where, "salle/questions/"), {"texte": "Ça marche ?"})
        question = Question.objects.get(event=where)
        Question.objects.filter(pk=question.pk).update(moderation="accepted")
        client.post(address(where, f"salle/questions/{question.pk}/"))
        assert "1 soutien" in client.get(address(where, "salle/questions/")).content.decode()
        client.post(address(where, "salle/temoigner/"), {"texte": "Un essai"})
        assert Testimony.objects.get(event=where).is_rehearsal
        live_room(where)
        rooms.open_poll(event_id=where.pk, poll_id=made.pk, at=timezone.now())
        client.post(address(where, f"salle/sondages/{made.pk}/"), {"choix": "1"})
        for path in ("salle/questions/", "salle/temoigner/"):
            assert "Seules les personnes inscrites" in client.get(address(where, path)).content.decode()
            client.post(address(where, path), {"texte": "Encore ?"})
        assert not where.questions.exists()
        assert not where.testimonies.exists()
        assert not Ballot.objects.filter(poll=made).exists()

    def test_the_page_of_the_event_leads_to_it_once_it_is_open(self, client, where, someone):
        link = f'action="/rencontres/inscriptions/{someone.secret}/"'
        assert link not in client.get(where.get_absolute_url()).content.decode()
        live_room(where)
        assert link in client.get(where.get_absolute_url()).content.decode()

    def test_a_place_given_back_no_longer_opens_it(self, client, where, someone):
        live_room(where)
        assert "Ouverture" in client.get(address(where)).content.decode()
        client.post(f"/rencontres/inscriptions/{someone.secret}/", {"action": "cancel"})
        assert "Ouverture" not in client.get(address(where)).content.decode()

    def test_an_account_with_a_place_enters_without_the_link(self, client, where):
        who = person()
        registration(where, user=who, email=who.email)
        live_room(where)
        client.force_login(who)
        assert "Ouverture" in client.get(address(where)).content.decode()


class TestFragment:
    def test_it_is_conditional_shared_and_sets_no_cookie(self, client, where):
        live_room(where)
        path = f"/rencontres/salles/{where.pk}/{live.key_of(where.pk)}/"
        answer = client.get(path)
        assert "Ouverture" in answer.content.decode()
        assert answer["Cache-Control"] == "public, max-age=1"
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")
        assert client.get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304

    @pytest.mark.parametrize("kind", ["salles", "ecrans"])
    def test_a_wrong_key_opens_nothing(self, client, where, kind):
        neighbour = event()
        for key in ("x", live.key_of(neighbour.pk)):
            assert client.get(f"/rencontres/{kind}/{where.pk}/{key}/").status_code == 404


class TestVoting:
    def test_one_answer_then_the_page_says_it_counted(self, client, where, someone):
        live_room(where)
        made = poll(where)
        rooms.open_poll(event_id=where.pk, poll_id=made.pk, at=timezone.now())
        path = address(where, f"salle/sondages/{made.pk}/")
        assert f'href="{path}"' in client.get(address(where)).content.decode()
        assert client.get(path).status_code == 200
        page = client.post(path, {"choix": "1"}, follow=True).content.decode()
        assert "Votre réponse est comptée" in page
        assert f'data-answered="{made.pk}"' in page
        assert "Une seule compte" in client.get(path).content.decode()
        again = client.post(path, {"choix": "0"}, follow=True).content.decode()
        assert "Vous avez déjà répondu" in again
        assert list(Ballot.objects.filter(poll=made).values_list("choices", flat=True)) == [[1]]

    @pytest.mark.parametrize("sent", [None, "7", "x", "²", "--1", "9" * 40])
    def test_a_bad_answer_is_told_and_costs_nothing(self, client, where, someone, sent):
        data = {} if sent is None else {"choix": sent}
        live_room(where)
        made = poll(where)
        rooms.open_poll(event_id=where.pk, poll_id=made.pk, at=timezone.now())
        assert client.post(address(where, f"salle/sondages/{made.pk}/"), data).status_code == 422
        assert not Ballot.objects.filter(poll=made).exists()

    @pytest.mark.parametrize("sent", [None, "", "  ", "\u200b", "…", "x" * 141])
    def test_an_empty_or_too_long_free_answer_is_told_at_the_field_and_costs_nothing(
        self, client, where, someone, sent
    ):
        live_room(where)
        made = poll(where, labels=(), kind="text")
        rooms.open_poll(event_id=where.pk, poll_id=made.pk, at=timezone.now())
        path = address(where, f"salle/sondages/{made.pk}/")
        answer = client.post(path, {} if sent is None else {"texte": sent})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert 'aria-invalid="true" aria-describedby="texte-hint vote-error"' in page
        assert ("141 signes" if sent and len(sent) > 140 else "Écrivez votre réponse") in page
        assert not Ballot.objects.filter(poll=made).exists()
        said = client.post(path, {"texte": "Le foncier"}, follow=True).content.decode()
        assert "Votre réponse est comptée" in said

    def test_a_scale_of_years_is_answered(self, client, where, someone):
        live_room(where)
        made = poll(where, labels=(), kind="scale", scale_low=2018, scale_high=2027)
        rooms.open_poll(event_id=where.pk, poll_id=made.pk, at=timezone.now())
        client.post(address(where, f"salle/sondages/{made.pk}/"), {"choix": "2020"})
        assert list(Ballot.objects.filter(poll=made).values_list("choices", flat=True)) == [[2020]]

    def test_a_poll_of_another_event_or_a_draft_does_not_exist(self, client, where, someone):
        live_room(where)
        other = poll(event(), state="open")
        for made in (other, poll(where)):
            assert client.post(address(where, f"salle/sondages/{made.pk}/"), {"choix": "0"}).status_code == 404

    def test_hidden_results_show_to_nobody_before_they_are_published(self, client, where, someone):
        live_room(where)
        made = poll(where, labels=("Oui", "Non"))
        now = timezone.now()
        rooms.open_poll(event_id=where.pk, poll_id=made.pk, at=now)
        client.post(address(where, f"salle/sondages/{made.pk}/"), {"choix": "1"})
        rooms.close_poll(event_id=where.pk, poll_id=made.pk, at=now)
        for path in ("salle/", f"salle/sondages/{made.pk}/"):
            assert "100 %" not in client.get(address(where, path)).content.decode()
        rooms.publish_poll(event_id=where.pk, poll_id=made.pk, at=now)
        for path in ("salle/", f"salle/sondages/{made.pk}/"):
            assert "100 %" in client.get(address(where, path)).content.decode()


class TestAskingAndTelling:
    def test_asking_supporting_and_taking_back(self, client, where, someone):
        live_room(where)
        path = address(where, "salle/questions/")
        client.post(path, {"texte": "Quels délais ?"})
        question = Question.objects.get(event=where)
        assert "Quels délais" not in client.get(path).content.decode()
        Question.objects.filter(pk=question.pk).update(moderation="accepted")
        client.post(f"{path}{question.pk}/")
        assert "1 soutien" in client.get(path).content.decode()
        client.post(f"{path}{question.pk}/", {"retirer": "1"})
        assert "0 soutien" in client.get(path).content.decode()

    def test_what_was_typed_is_kept_when_it_is_refused(self, client, where, someone):
        live_room(where)
        for number in range(5):
            client.post(address(where, "salle/questions/"), {"texte": f"Question {number} ?"})
        answer = client.post(address(where, "salle/questions/"), {"texte": "Une de trop ?"})
        assert answer.status_code == 422
        assert "Une de trop ?" in answer.content.decode()

    @pytest.mark.parametrize(
        ("path", "words"), [("questions", "question n’est pas partie"), ("temoigner", "témoignage n’est pas parti")]
    )
    def test_what_was_being_written_when_the_room_closed_is_given_back(self, client, where, someone, path, words):
        live_room(where)
        rooms.close_room(event_id=where.pk, at=timezone.now())
        answer = client.post(address(where, f"salle/{path}/"), {"texte": "Trois phrases <b>tapées</b>."})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert words in page
        assert "Trois phrases &lt;b&gt;tapées&lt;/b&gt;." in page
        assert "Elle ouvre avec la rencontre" not in page
        assert not where.questions.exists()

    def test_a_question_of_another_event_is_not_supported(self, client, where, someone):
        live_room(where)
        other = Question.objects.create(event=event(), text="Ailleurs ?", moderation="accepted")
        assert client.post(address(where, f"salle/questions/{other.pk}/")).status_code == 404

    def test_a_testimony_waits_to_be_read(self, client, where, someone):
        live_room(where)
        client.post(address(where, "salle/temoigner/"), {"texte": "Chez nous…", "sujet": "Foncier"})
        assert Testimony.objects.get(event=where).moderation == "queued"
        assert client.post(address(where, "salle/temoigner/"), {"texte": " "}).status_code == 422

    @pytest.mark.parametrize("number", [1, 30])
    def test_the_same_questions_to_the_database(self, client, where, someone, number, django_assert_num_queries):
        live_room(where)
        Question.objects.bulk_create(Question(event=where, text=f"Q{n}", moderation="accepted") for n in range(number))
        client.get(address(where, "salle/questions/"))
        with django_assert_num_queries(5):
            client.get(address(where, "salle/questions/"))


class TestConsole:
    @pytest.fixture
    def organiser(self, client):
        who = delegation()
        client.force_login(who)
        return who

    def act(self, client, where, action, **data):
        return client.post(address(where, "console/"), {"action": action, **data})

    def test_it_is_for_organisers_only(self, client, where):
        client.force_login(person())
        for path in ("console/", "ecran/", "console/questions/1/"):
            assert client.get(address(where, path)).status_code == 404
            assert client.post(address(where, path), {"action": "open"}).status_code == 404

    def test_a_whole_meeting_with_buttons_alone(self, client, where, organiser):
        made = poll(where)
        self.act(client, where, "open")
        self.act(client, where, "next")
        assert room_of(where).sequence.title == "Échanges"
        for action in ("open_poll", "close_poll", "publish_poll"):
            answer = self.act(client, where, action, id=made.pk)
            assert answer.url.endswith(f"#p-{made.pk}")  # the next Tab reaches the buttons of this very poll
        assert Poll.objects.get(pk=made.pk).state == "published"
        question = Question.objects.create(event=where, text="Quels délais ?", asked_at=timezone.now())
        self.act(client, where, "accept_question", id=question.pk)
        self.act(client, where, "show_question", id=question.pk)
        assert "Quels délais ?" in client.get(address(where, "ecran/")).content.decode()
        self.act(client, where, "show_message", message="Pause jusqu’à 11 h")
        assert "Pause jusqu’à 11 h" in client.get(address(where, "ecran/")).content.decode()
        self.act(client, where, "close")
        assert room_of(where).mode == "closed"

    def test_what_is_refused_is_said(self, client, where, organiser):
        made = poll(where)
        page = client.get(self.act(client, where, "open_poll", id=made.pk).url).content.decode()
        assert "Ouvrez d’abord la salle." in page

    def test_what_belongs_to_another_event_is_left_alone(self, client, where, organiser):
        other = event()
        question = Question.objects.create(event=other, text="Ailleurs ?")
        self.act(client, where, "open")
        assert self.act(client, where, "accept_question", id=question.pk).status_code == 404
        question.refresh_from_db()
        assert question.moderation == "queued"
        assert client.get(address(where, f"console/questions/{question.pk}/")).status_code == 404

    @pytest.mark.parametrize("number", ["", "²", "-1", "9" * 30, "1x"])
    def test_a_number_that_is_none_is_refused_and_changes_nothing(self, client, where, organiser, number):
        self.act(client, where, "open")
        version = room_of(where).version
        assert self.act(client, where, "go_to", id=number).status_code == 404
        assert room_of(where).version == version

    @pytest.mark.parametrize("action", ["open", "rehearse", None])
    def test_the_screen_always_says_where_to_go(self, client, where, organiser, settings, action):
        settings.SITE_URL = "https://portail.exemple"
        if action:
            self.act(client, where, action)
        typed = f"portail.exemple/rencontres/{where.slug}/salle"
        assert f"<strong>{typed}</strong>" in client.get(address(where, "ecran/")).content.decode()
        answer = client.get(f"/{typed.partition('/')[2]}", follow=True)  # as it is typed, without its last sign
        assert answer.redirect_chain[-1][0] == address(where)
        assert answer.status_code == 200

    def test_what_is_put_aside_leaves_the_screen(self, client, where, organiser):
        self.act(client, where, "open")
        question = Question.objects.create(event=where, text="Une injure", moderation="accepted")
        testimony = Testimony.objects.create(event=where, text="Une autre", moderation="accepted")
        for kind, row in (("question", question), ("testimony", testimony)):
            self.act(client, where, f"show_{kind}", id=row.pk)
            assert row.text in client.get(address(where, "ecran/")).content.decode()
            self.act(client, where, f"refuse_{kind}", id=row.pk)
            assert row.text not in client.get(address(where, "ecran/")).content.decode()

    def test_a_rehearsal_touches_nothing_that_was_really_asked(self, client, where, organiser):
        question = Question.objects.create(event=where, text="Une vraie question")
        testimony = Testimony.objects.create(event=where, text="Un vrai témoignage")
        self.act(client, where, "rehearse")
        assert "Une vraie question" not in client.get(address(where, "console/")).content.decode()
        for action, row in (("refuse_question", question), ("accept_practice", testimony)):
            assert self.act(client, where, action, id=row.pk).status_code == 404
        assert client.get(address(where, f"console/questions/{question.pk}/")).status_code == 404
        self.act(client, where, "close")
        assert set(where.questions.values_list("moderation", flat=True)) == {"queued"}
        assert set(where.testimonies.values_list("moderation", flat=True)) == {"queued"}

    @pytest.mark.parametrize(("action", "is_practice"), [("accept_testimony", False), ("accept_practice", True)])
    def test_who_organises_decides_what_is_a_good_practice(self, client, where, organiser, action, is_practice):
        self.act(client, where, "open")
        told = testimonies.tell(
            event_id=where.pk, who=registration(where), text="Chez nous…", topic="", at=timezone.now()
        )
        self.act(client, where, action, id=told.pk)
        told.refresh_from_db()
        assert (told.moderation, told.is_practice) == ("accepted", is_practice)

    def test_the_room_of_what_is_over_is_not_offered(self, client, where, organiser):
        Event.objects.filter(pk=where.pk).update(state="finished")
        page = client.get(address(where, "console/")).content.decode()
        assert "Ouvrir la salle au public" not in page
        assert "sa salle ne s’ouvre plus" in page

    def test_the_last_sequence_has_no_next_one(self, client, where, organiser):
        self.act(client, where, "open")
        assert "Séquence suivante" in client.get(address(where, "console/")).content.decode()
        self.act(client, where, "next")
        assert "Séquence suivante" not in client.get(address(where, "console/")).content.decode()

    def test_an_unknown_action_does_not_exist(self, client, where, organiser):
        assert self.act(client, where, "destroy").status_code == 404

    def test_answering_with_a_link_and_a_wrong_one_keeps_what_was_typed(self, client, where, organiser):
        question = Question.objects.create(event=where, text="Quels délais ?")
        path = address(where, f"console/questions/{question.pk}/")
        values = {"answer": "Trois mois.", "answered_by": "La délégation", "answer_state": "written", "theme": "Délais"}
        bad = client.post(path, {**values, "link_label": "La page"})
        assert bad.status_code == 422
        assert "Trois mois." in bad.content.decode()
        client.post(path, {**values, "link_label": "La page", "link_url": "https://exemple.test/"})
        question.refresh_from_db()
        assert (question.answer, question.moderation) == ("<p>Trois mois.</p>", "accepted")
        assert [link.url for link in question.links.all()] == ["https://exemple.test/"]

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"answer": ""}, "Écrivez la réponse"),
            ({"answer": " \u200b ", "answer_state": "none"}, "Écrivez la réponse"),
            ({"answer": "", "answer_state": "to_come", "in_faq": "on"}, "ne publie que des réponses écrites"),
            ({"review_on": "2020-12-15"}, "Cette date est passée"),
        ],
    )
    def test_an_empty_answer_or_a_date_gone_by_is_told_at_its_field(self, client, where, organiser, changes, words):
        question = Question.objects.create(event=where, text="Quels délais ?")
        values = {"answer": "Trois mois.", "answered_by": "La délégation", "answer_state": "written", **changes}
        answer = client.post(address(where, f"console/questions/{question.pk}/"), values)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        question.refresh_from_db()
        assert (question.answer, question.answer_state, question.review_on) == ("", "none", None)

    def test_an_answer_given_live_or_to_come_needs_no_text_and_one_can_be_taken_back(self, client, where, organiser):
        question = Question.objects.create(event=where, text="Quels délais ?", moderation="accepted")
        path = address(where, f"console/questions/{question.pk}/")
        said = client.post(path, {"answer": "", "answer_state": "to_come"}, follow=True).content.decode()
        assert "C’est noté : réponse à venir." in said
        client.post(path, {"answer": "Trois mois.", "answered_by": "La délégation", "answer_state": "written"})
        said = client.post(path, {"answer": "", "answer_state": "none"}, follow=True).content.decode()
        assert "La réponse est retirée." in said
        question.refresh_from_db()
        assert (question.answer, question.answer_state) == ("", "none")

    def test_a_date_that_has_passed_since_it_was_chosen_does_not_hold_up_a_correction(self, client, where, organiser):
        past = timezone.localdate() - timedelta(days=1)
        question = Question.objects.create(event=where, text="Quels délais ?", review_on=past)
        values = {"answer": "Trois mois.", "answered_by": "La délégation", "answer_state": "written"}
        path = address(where, f"console/questions/{question.pk}/")
        assert client.post(path, {**values, "review_on": past.isoformat()}).status_code == 302

    def test_free_answers_are_shown_or_put_aside_and_publication_adds_none(self, client, where, organiser):
        made = poll(where, labels=(), kind="text")
        self.act(client, where, "open")
        self.act(client, where, "open_poll", id=made.pk)
        WithheldWord.objects.create(word="vilain", folded="vilain")
        for text in ("Le foncier", "Un vilain mot", "Le logement"):
            polls.vote(poll_id=made.pk, registration_id=registration(where).pk, text=text)
        assert "1 texte mis de côté" in client.get(address(where, "console/")).content.decode()
        self.act(client, where, "close_poll", id=made.pk)
        path = address(where, f"console/sondages/{made.pk}/")
        assert client.get(path).content.decode().count("Mise de côté") == 1

        def decide(text, action):
            return client.post(path, {"id": made.ballots.get(text=text).pk, "action": action}, follow=True)

        decide("Un vilain mot", "show")
        decide("Le foncier", "hide")
        made.refresh_from_db()
        assert made.results["texts"] == ["Le logement", "Un vilain mot"]
        self.act(client, where, "publish_poll", id=made.pk)
        assert "plus en ajouter" in decide("Le foncier", "show").content.decode()
        decide("Un vilain mot", "hide")
        made.refresh_from_db()
        assert (made.results["texts"], made.results["respondents"]) == (["Le logement"], 3)
        room = client.get(address(where)).content.decode()
        assert "Le logement" in room
        assert "vilain" not in room

    @pytest.mark.parametrize(("given", "status"), [({"action": "x"}, 404), ({"action": "show", "id": "12"}, 302)])
    def test_a_free_answer_that_is_not_there_changes_nothing(self, client, where, organiser, given, status):
        made = poll(where, labels=(), kind="text", state="open")
        path = address(where, f"console/sondages/{made.pk}/")
        assert client.post(path, given).status_code == status
        other = poll(event(), labels=(), kind="text", state="open")
        for missing in (other.pk, poll(where).pk):
            assert client.get(address(where, f"console/sondages/{missing}/")).status_code == 404
        client.force_login(person())
        assert client.get(path).status_code == 404

    @pytest.mark.parametrize("number", [1, 30])
    def test_the_same_questions_to_the_database(self, client, where, organiser, number, django_assert_num_queries):
        for rank in range(number):
            poll(where, question=f"P{rank} ?")
            Question.objects.create(event=where, text=f"Q{rank} ?", moderation="accepted")
            Testimony.objects.create(event=where, text=f"T{rank}")
        client.get(address(where, "console/"))
        with django_assert_num_queries(8):
            client.get(address(where, "console/"))
