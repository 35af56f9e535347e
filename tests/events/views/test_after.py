"""What an event leaves: the recording behind its code, the report and its versions, frequent questions (E7 to E12)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from events import meetings, replays, reports
from events.models import Event, Question, Report, ReportText
from events.views import after
from tests.events.people import NOW, event, poll, registration
from tests.territories.people import delegation

pytestmark = pytest.mark.django_db
ASSEMBLY = "/rencontres/assemblee-generale-15-decembre-2020/"
VIDEO = "https://video.example/ag"


@pytest.fixture
def assembly() -> Event:
    made = Event.objects.get(slug="assemblee-generale-15-decembre-2020")
    Event.objects.filter(pk=made.pk).update(recording_url=VIDEO)
    return made


def over(**changes) -> Event:
    return event(state="finished", starts_at=NOW - timedelta(days=2), ends_at=NOW - timedelta(days=1), **changes)


def change(where: Event, **values) -> Event:
    return meetings.save_event(actor=None, at=NOW, event_id=where.pk, values=values).event


def coded(code: str) -> Event:
    """An event that is over, whose recording opens with a code."""
    return change(over(recording_url=VIDEO), recording_code=code)


class TestRecording:
    def test_e10_the_code_opens_it_from_32_30_to_3_19_00(self, client, assembly):
        closed = client.get(f"{ASSEMBLY}enregistrement/").content.decode()
        assert VIDEO not in closed
        assert client.post(f"{ASSEMBLY}enregistrement/", {"code": " ag-ti-2020 "}).status_code == 302
        page = client.get(f"{ASSEMBLY}enregistrement/").content.decode()
        for words in (VIDEO, "32:30", "3:19:00"):
            assert words in page

    def test_without_the_code_one_reads_what_there_is_and_what_to_do(self, client, settings):
        where = over(recording_code="sésame", recording_url=VIDEO, transcript="Bonjour", takes_registrations=True)
        Report.objects.create(event=where, number=1, content={}, published_at=NOW)
        page = client.get(f"{where.get_absolute_url()}enregistrement/").content.decode()
        for words in ("sa transcription", "Code d’accès", "celle de votre inscription", settings.OPERATOR["contact"]):
            assert words in page
        assert f'href="{where.get_absolute_url()}compte-rendu/"' in page
        assert "Bonjour" not in page
        assert "n’est pas encore sur le portail" not in page

    def test_a_recording_that_is_not_here_is_said_before_and_after_the_code(self, client, assembly):
        Event.objects.filter(pk=assembly.pk).update(recording_url="")
        path = f"{ASSEMBLY}enregistrement/"
        closed = client.get(path).content.decode()
        for words in ("n’est pas encore sur le portail", "Code d’accès", "32:30", "3:19:00"):
            assert words in closed
        assert "Ouvrir l’enregistrement" not in closed
        assert "Voir l’enregistrement" not in closed
        client.post(path, {"code": "ag-ti-2020"})
        opened = client.get(path).content.decode()
        assert "n’est pas encore sur le portail" in opened
        assert "Vous n’avez pas le code" not in opened
        change_page = reverse("admin:events_event_change", args=[assembly.pk])
        assert change_page not in opened
        client.force_login(delegation())
        assert change_page in client.get(path).content.decode()

    @pytest.mark.parametrize("code", ["", "ag-ti-2021", "AG-TI-2020", "ag-ti-2020x"])
    def test_another_code_is_refused_at_its_field(self, client, assembly, code):
        answer = client.post(f"{ASSEMBLY}enregistrement/", {"code": code})
        assert answer.status_code == 422
        assert "Ce n’est pas le code d’accès." in answer.content.decode()
        assert VIDEO not in answer.content.decode()

    def test_codes_are_tried_only_so_often(self, client, assembly, monkeypatch):
        monkeypatch.setattr(after, "CODES_PER_HOUR", 3)
        answers = [client.post(f"{ASSEMBLY}enregistrement/", {"code": str(n)}).status_code for n in range(4)]
        assert answers == [422, 422, 422, 429]

    def test_the_code_of_one_event_opens_no_other(self, client, assembly):
        other = over(recording_code="autre", recording_url="https://video.example/autre")
        client.post(f"{ASSEMBLY}enregistrement/", {"code": "ag-ti-2020"})
        assert "video.example" not in client.get(f"{other.get_absolute_url()}enregistrement/").content.decode()

    def test_the_shared_link_opens_it_by_a_button_and_another_does_not(self, client, assembly):
        secret = replays.shared_secret_of(event_id=assembly.pk)
        assert replays.shared_secret_of(event_id=assembly.pk) == secret
        page = client.get(f"{ASSEMBLY}enregistrement/?partage={secret}").content.decode()
        assert VIDEO not in page
        assert client.post(f"{ASSEMBLY}enregistrement/", {"partage": secret[:-1]}).status_code == 422
        assert client.post(f"{ASSEMBLY}enregistrement/", {"partage": secret}).status_code == 302
        assert VIDEO in client.get(f"{ASSEMBLY}enregistrement/").content.decode()

    def test_another_code_closes_it_to_those_who_had_the_last_one(self, client):
        where = coded("premier")
        link = where.recording_secret
        path = f"{where.get_absolute_url()}enregistrement/"
        by_link = Client()
        client.post(path, {"code": "premier"})
        by_link.post(path, {"partage": link})
        assert VIDEO in client.get(path).content.decode()
        assert VIDEO in by_link.get(path).content.decode()
        change(where, recording_code="second")
        assert VIDEO not in client.get(path).content.decode()
        assert VIDEO not in by_link.get(path).content.decode()
        assert by_link.post(path, {"partage": link}).status_code == 422
        assert client.post(path, {"code": "premier"}).status_code == 422
        assert client.post(path, {"code": "second"}).status_code == 302
        assert VIDEO in client.get(path).content.decode()

    def test_a_code_that_comes_back_opens_no_old_session(self, client):
        where = coded("premier")
        path = f"{where.get_absolute_url()}enregistrement/"
        client.post(path, {"code": "premier"})
        change(where, recording_code="second")
        change(where, recording_code="premier")
        assert VIDEO not in client.get(path).content.decode()

    @pytest.mark.parametrize("changes", [{"title": "Autre titre"}, {"recording_code": "premier "}, {"source": "Film"}])
    def test_another_change_closes_nothing(self, client, changes):
        where = coded("premier")
        path = f"{where.get_absolute_url()}enregistrement/"
        client.post(path, {"code": "premier"})
        change(where, **changes)
        assert VIDEO in client.get(path).content.decode()
        assert Client().post(path, {"partage": where.recording_secret}).status_code == 302

    def test_a_code_without_its_secret_opens_and_sharing_it_then_closes_nothing(self, client):
        where = over(recording_code="ancien", recording_url=VIDEO)
        path = f"{where.get_absolute_url()}enregistrement/"
        client.post(path, {"code": "ancien"})
        where.refresh_from_db()
        assert replays.shared_secret_of(event_id=where.pk) == where.recording_secret != ""
        assert VIDEO in client.get(path).content.decode()

    def test_a_session_holds_no_code_and_one_of_before_opens_nothing(self, client):
        where = coded("premier")
        path = f"{where.get_absolute_url()}enregistrement/"
        session = client.session
        session["event_replays"] = [where.pk]
        session.save()
        assert VIDEO not in client.get(path).content.decode()
        client.post(path, {"code": "premier"})
        kept = str(dict(client.session.items()))
        assert "premier" not in kept
        assert where.recording_secret not in kept

    def test_those_who_had_a_place_need_no_code(self, client):
        where = over(recording_code="secret", recording_url=VIDEO)
        who = registration(where)
        mine = f"/rencontres/inscriptions/{who.secret}/"
        assert 'value="watch"' in client.get(mine).content.decode()
        answer = client.post(mine, {"action": "watch"})
        assert answer.url == f"{where.get_absolute_url()}enregistrement/"
        assert VIDEO in client.get(answer.url).content.decode()

    def test_those_who_had_a_place_share_a_link_and_nobody_else(self, client):
        where = over(recording_code="secret", recording_url=VIDEO)
        path = f"{where.get_absolute_url()}enregistrement/"
        with_code = Client()
        assert with_code.post(path, {"partager": "1"}).status_code == 422
        client.post(f"/rencontres/inscriptions/{registration(where).secret}/", {"action": "watch"})
        assert "Obtenir un lien à partager" in client.get(path).content.decode()
        client.post(path, {"partager": "1"})
        with_code.post(path, {"code": "secret"})
        assert "partager" not in with_code.get(path).content.decode()
        where.refresh_from_db()
        link = f"{path}?partage={where.recording_secret}"
        assert link in client.get(path).content.decode()
        assert VIDEO not in Client().get(path).content.decode()
        visitor = Client()
        visitor.post(path, {"partage": where.recording_secret})
        page = visitor.get(path).content.decode()
        assert VIDEO in page
        assert where.recording_secret not in page

    def test_a_place_on_invitation_opens_its_pages_on_another_device(self, client):
        where = over(visibility="invitation", recording_url=VIDEO)
        mine = f"/rencontres/inscriptions/{registration(where).secret}/"
        assert client.get(where.get_absolute_url()).status_code == 404
        assert where.get_absolute_url() + '"' not in client.get(mine).content.decode().partition("<main")[2]
        answer = client.post(mine, {"action": "read"})
        assert client.get(answer.url).status_code == 200

    def test_a_place_is_not_given_back_once_it_is_over(self, client):
        where = over()
        who = registration(where)
        page = client.post(f"/rencontres/inscriptions/{who.secret}/", {"action": "cancel"}, follow=True)
        assert "ne s’y annule plus" in page.content.decode()
        who.refresh_from_db()
        assert who.state == "registered"

    def test_an_event_without_recording_has_no_such_page(self, client):
        assert client.get(f"{over().get_absolute_url()}enregistrement/").status_code == 404

    @pytest.mark.parametrize(("seconds", "words"), [(None, ""), (0, "0:00"), (1950, "32:30"), (11940, "3:19:00")])
    def test_clock(self, seconds, words):
        assert replays.clock(seconds) == words


class TestReport:
    def test_e12_the_whole_page_of_2020_is_rebuilt(self, client, assembly):
        page = client.get(f"{ASSEMBLY}compte-rendu/").content.decode()
        for words in (
            "Version 1",
            "Plus de 500 personnes",
            "Jacqueline Gourault",
            "178 réponses",
            "59 %",
            "78 réponses",
            "64 %",
            "106 réponses",
            "87 %",
            "DSIL",
            "circ?id=45025",
            "/aides/dsil/",
            "Welcome in Nevers",
            "Pochet du Courval",
            "GPECT",
            "Wudo",
            "film",
            "32:30 à 3:19:00",
        ):
            assert words.lower() in page.lower(), words

    def test_the_pdf_has_its_pages(self, client, assembly):
        answer = client.get(f"{ASSEMBLY}compte-rendu.pdf")
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
        for number in ("7", "²", "x", "9" * 30):
            assert client.get(f"{ASSEMBLY}compte-rendu.pdf?version={number}").status_code == 404

    def test_a_version_never_changes(self, client, assembly):
        Question.objects.filter(event=assembly).update(answer="<p>Autre réponse</p>")
        second = reports.publish_report(event_id=assembly.pk, actor=None, at=NOW, reason="Réponses relues")
        assert second.number == 2
        assert "Autre réponse" in client.get(f"{ASSEMBLY}compte-rendu/").content.decode()
        old = client.get(f"{ASSEMBLY}compte-rendu/?version=1").content.decode()
        assert "Autre réponse" not in old
        assert "une version plus récente existe" in old
        assert "noindex" in old

    def test_it_leads_once_to_the_frequent_questions_when_they_have_answers(self, client, assembly):
        where = over()
        reports.publish_report(event_id=where.pk, actor=None, at=NOW)
        link = 'href="/questions-reponses/">questions fréquentes'
        for one in (assembly, where):
            assert client.get(f"{one.get_absolute_url()}compte-rendu/").content.decode().count(link) == 1
        Question.objects.update(in_faq=False)
        assert link not in client.get(f"{ASSEMBLY}compte-rendu/").content.decode()

    def test_nothing_new_is_refused_where_one_publishes(self, client, assembly):
        client.force_login(delegation())
        answer = client.post(f"{ASSEMBLY}compte-rendu/", {"motif": "Relu <b>"})
        assert answer.status_code == 422
        publishing = answer.content.decode().partition('id="publier"')[2].partition("</section>")[0]
        assert "Rien n’a changé depuis la version 1." in publishing
        assert 'value="Relu &lt;b&gt;"' in publishing
        assert Report.objects.filter(event=assembly).count() == 1
        ReportText.objects.create(event=assembly, after="start", text="<p>Merci.</p>")
        page = client.post(f"{ASSEMBLY}compte-rendu/", {"motif": "Merci"}, follow=True).content.decode()
        assert "La version 2 du compte rendu est publiée." in page
        preview = client.get(f"{ASSEMBLY}compte-rendu/?apercu=1").content.decode()
        assert reverse("admin:events_reporttext_changelist") in preview
        assert f'href="{ASSEMBLY}compte-rendu/">La version publiée' in preview

    def test_nothing_is_published_before_the_end_or_while_a_poll_is_open(self):
        with pytest.raises(ValidationError):
            reports.publish_report(event_id=event().pk, actor=None, at=NOW)
        where = over()
        poll(where, state="open")
        with pytest.raises(ValidationError):
            reports.publish_report(event_id=where.pk, actor=None, at=NOW)

    def test_only_what_is_public_is_in_it(self):
        where = over()
        poll(where, state="closed", results={"respondents": 3, "options": [], "texts": []})
        Question.objects.create(event=where, text="À relire ?", answer_state="live")
        Question.objects.create(event=where, text="Acceptée ?", moderation="accepted", answer_state="live")
        content = reports.content_of(where)
        assert content["polls"] == []
        assert [one["text"] for one in content["questions"]] == ["Acceptée ?"]

    def test_the_organisers_words_stand_between_the_blocks(self, client):
        where = over()
        ReportText.objects.create(event=where, after="start", title="Le mot d’accueil", text="<p>Bienvenue</p>")
        client.force_login(delegation())
        address = f"{where.get_absolute_url()}compte-rendu/"
        assert "Aperçu, pas encore publié" in client.get(address).content.decode()
        client.post(address, {"motif": ""})
        page = client.get(address).content.decode()
        assert "Le mot d’accueil" in page
        assert "Version 1" in page

    def test_a_report_that_is_not_published_does_not_exist_for_visitors_nor_can_they_publish(self, client):
        address = f"{over().get_absolute_url()}compte-rendu/"
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404


class TestFrequentQuestions:
    def test_e7_answers_by_theme_with_their_schemes_and_their_age(self, client):
        page = client.get("/questions-reponses/").content.decode()
        for words in ("Foncier et aménagement", "DSIL", "/aides/dsil/", "15 décembre 2020", "à relire depuis"):
            assert words in page

    def test_questions_of_a_private_event_stay_there(self, client):
        where = over(visibility="community")
        Question.objects.create(
            event=where, text="Entre nous ?", answer="<p>Oui</p>", moderation="accepted", in_faq=True, theme="T"
        )
        assert "Entre nous" not in client.get("/questions-reponses/").content.decode()

    def test_what_was_asked_to_rehearse_is_not_there(self, client):
        words = {"answer": "<p>Oui</p>", "moderation": "accepted", "in_faq": True, "theme": "T"}
        Question.objects.create(event=over(), text="Pour essayer ?", is_rehearsal=True, **words)
        Question.objects.create(event=over(), text="Pour de bon ?", **words)
        page = client.get("/questions-reponses/").content.decode()
        assert "Pour essayer" not in page
        assert "Pour de bon" in page

    @pytest.mark.parametrize("number", [1, 30])
    def test_the_same_questions_whatever_the_number(self, client, number, django_assert_num_queries):
        for rank in range(number):
            Question.objects.create(
                event=over(), text=f"Q{rank} ?", answer="<p>Oui</p>", moderation="accepted", in_faq=True, theme="T"
            )
        with django_assert_num_queries(3):
            client.get("/questions-reponses/")
