"""Polls, questions, testimonies and words of the administration."""

import pytest
from django.urls import reverse

from events.models import Event, Poll, Question, ReportText, Testimony, WithheldWord
from events.polls import open_poll, vote
from tests.events.people import NOW, event, poll, registration
from tests.funding.admin.pages import filled
from tests.funding.drafts import published

ADD_POLL = "/administration/events/poll/add/"


class TestPolls:
    def sent(self, office, where, **changes) -> dict:
        page = f"{ADD_POLL}?rencontre={where.pk}"
        return {**filled(office, page), "question": "Quel sujet ?", "labels": "Fonds\n\nFriches\n", **changes}

    def test_a_poll_is_prepared_with_its_answers(self, office):
        where = event()
        sequence = where.sequences.create(title="Échanges", position=1)
        office.post(ADD_POLL, self.sent(office, where, sequence_chosen=sequence.pk))
        made = Poll.objects.get(event=where)
        labels = list(made.options.order_by("position").values_list("position", "label"))
        assert (made.state, made.sequence_id, labels) == ("draft", sequence.pk, [(0, "Fonds"), (1, "Friches")])

        url = reverse("admin:events_poll_change", args=[made.pk])
        office.post(url, filled(office, url, labels="Friches\nFonds\nEau"))
        assert list(made.options.order_by("position").values_list("label", flat=True)) == ["Friches", "Fonds", "Eau"]

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"labels": "Une seule"}, "au moins deux"),
            ({"labels": "A\nA"}, "les mêmes"),
            ({"kind": "text"}, "toutes faites"),
            ({"kind": "scale", "labels": ""}, "Une échelle a un bas et un haut"),
            ({"kind": "scale", "labels": "", "scale_low": "1", "scale_high": "500"}, "20 degrés"),
            ({"question": ""}, "obligatoire"),
        ],
    )
    def test_a_bad_poll_is_refused_as_it_was_typed(self, office, changes, words):
        where = event()
        page = office.post(ADD_POLL, self.sent(office, where, **changes)).content.decode()
        assert words in page
        assert not Poll.objects.filter(event=where).exists()

    def test_a_poll_that_opened_is_read_only_and_stays(self, office):
        made = poll(event())
        open_poll(poll_id=made.pk, at=NOW)
        url = reverse("admin:events_poll_change", args=[made.pk])
        assert 'name="question"' not in office.get(url).content.decode()
        assert office.post(url, {"question": "Autre"}).status_code == 403
        assert office.post(reverse("admin:events_poll_delete", args=[made.pk]), {"post": "yes"}).status_code == 403
        assert Poll.objects.get(pk=made.pk).question == made.question

    @pytest.mark.parametrize(
        ("kind", "people", "words"),
        [
            ("single", 1, "1\xa0personne a répondu.<"),
            ("single", 1200, "1\xa0200\xa0personnes ont répondu.<"),
            ("multiple", 2, "2\xa0personnes ont répondu ; plusieurs réponses étaient possibles.<"),
        ],
    )
    def test_a_closed_poll_says_how_many_answered(self, office, kind, people, words):
        results = {"respondents": people, "options": [{"label": "Oui", "votes": 1, "percent": 50}], "texts": []}
        made = poll(event(), kind=kind, state="closed", results=results)
        assert words in office.get(reverse("admin:events_poll_change", args=[made.pk])).content.decode()

    def test_free_answers_are_read_in_one_place_where_the_list_and_the_page_lead(self, office):
        where = event()
        made = poll(where, labels=(), kind="text")
        url = reverse("events:texts", args=[where.slug, made.pk])
        change = reverse("admin:events_poll_change", args=[made.pk])
        assert url not in office.get(change).content.decode()
        open_poll(poll_id=made.pk, at=NOW)
        vote(poll_id=made.pk, registration_id=registration(where).pk, text="Quelle merde")
        for page in (reverse("admin:events_poll_changelist"), change):
            assert f'href="{url}"' in office.get(page).content.decode(), page
        read = office.get(url).content.decode()
        assert "Quelle merde" in read
        assert reverse("admin:events_withheldword_changelist") in read


def test_a_question_is_answered_with_links_and_schemes(office):
    scheme = published()
    made = Question.objects.create(event=event(), text="Quand ?", asked_at=NOW)
    url = reverse("admin:events_question_change", args=[made.pk])
    sent = {
        "answer": "Demain.\n\n<script>x</script>", "answered_by": "Délégation", "theme": "Dates", "in_faq": "on",
        "links": "Le calendrier | https://exemple.fr/dates", "scheme_slugs": scheme.slug,
    }  # fmt: skip

    bad = office.post(url, filled(office, url, **{**sent, "links": "sans adresse"})).content.decode()
    assert "écrivez un libellé, une barre, une adresse" in bad
    assert "Dites qui répond" in office.post(url, filled(office, url, **{**sent, "answered_by": ""})).content.decode()
    office.post(url, filled(office, url, **sent))

    made.refresh_from_db()
    assert (made.answer, made.moderation, made.answer_state, made.in_faq) == (
        "<p>Demain.</p>", "accepted", "written", True,
    )  # fmt: skip
    assert list(made.links.values_list("label", "url")) == [("Le calendrier", "https://exemple.fr/dates")]
    assert list(made.schemes.all()) == [scheme]


def test_lists_moderate_many_at_once(office):
    where = event()
    asked = Question.objects.create(event=where, text="Quand ?", asked_at=NOW)
    told = Testimony.objects.create(event=where, text="Ici.", told_at=NOW)
    assert "1 question à relire" in office.get("/administration/").content.decode()
    for name, row in (("question", asked), ("testimony", told)):
        url = reverse(f"admin:events_{name}_changelist")
        office.post(url, {"action": "accept", "_selected_action": [row.pk]})
        row.refresh_from_db()
        assert row.moderation == "accepted"
        office.post(url, {"action": "refuse", "_selected_action": [row.pk]})
        row.refresh_from_db()
        assert row.moderation == "refused"


def test_a_testimony_is_written_for_somebody_and_attached_to_a_territory(office):
    where = event()
    url = "/administration/events/testimony/add/"
    sent = {"event_chosen": where.pk, "text": "Un atelier.", "topic": "Formation", "territory": "TI-2023-7601"}
    assert "Aucun lieu" in office.post(url, filled(office, url, **{**sent, "territory": "TI-9"})).content.decode()
    office.post(url, filled(office, url, **sent))
    made = Testimony.objects.get(event=where)
    assert (made.territory.place.code, made.moderation) == ("TI-2023-7601", "accepted")


def test_a_word_is_listed_once_in_its_compared_form(office):
    url = "/administration/events/withheldword/add/"
    office.post(url, {"word": "Gros mot"})
    assert "déjà dans la liste" in office.post(url, {"word": "gros-mot"}).content.decode()
    assert "au moins une lettre" in office.post(url, {"word": "!!!"}).content.decode()
    assert WithheldWord.objects.filter(folded="gros mot").count() == 1


HARM = '<p onclick="x()">Un <b>mot</b>.<script>x()</script></p>'
CLEAN = "<p>Un <strong>mot</strong>.</p>"


def test_rich_texts_are_cleaned_at_every_door(office):
    where = event(summary="Une heure.")
    url = reverse("admin:events_event_change", args=[where.pk])
    rows = {
        "sequences-0-title": "Ouverture",
        "sequences-0-text": HARM,
        "speakers-0-name": "Ana",
        "speakers-0-text": HARM,
    }
    office.post(url, filled(office, url, description=HARM, **rows))
    add = "/administration/events/reporttext/add/"
    office.post(add, filled(office, add, event=where.pk, text=HARM))

    where = Event.objects.get(pk=where.pk)
    found = [where.description, where.sequences.get().text, where.speakers.get().text]
    assert [*found, ReportText.objects.get(event=where).text] == [CLEAN] * 4


def test_plain_text_is_kept_as_paragraphs_and_shown_again_as_it_was_typed(office):
    where = event(summary="Une heure.")
    url = reverse("admin:events_event_change", args=[where.pk])
    office.post(url, filled(office, url, description="Un mot.\n\nUn autre."))
    assert Event.objects.get(pk=where.pk).description == "<p>Un mot.</p><p>Un autre.</p>"
    assert filled(office, url)["description"] == "Un mot.\n\nUn autre."
    version = Event.objects.get(pk=where.pk).version
    office.post(url, filled(office, url))
    assert Event.objects.get(pk=where.pk).version == version
