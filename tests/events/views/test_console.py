"""The console and the screen of the room, as plain pages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events import polls, testimonies
from events.models import Event, Poll, Question, Testimony, WithheldWord
from events.rooms import room_of
from tests.events.people import address, event, poll, registration
from tests.territories.people import delegation, person

pytestmark = pytest.mark.django_db


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
