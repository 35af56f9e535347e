"""The room, as plain pages."""

import pytest
from django.utils import timezone

from events import live, rooms
from events.models import Ballot, Question, Testimony
from tests.events.people import address, event, live_room, poll, registration
from tests.territories.people import delegation, person

pytestmark = pytest.mark.django_db


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
