"""The assembly of 15 December 2020, rebuilt from its rows (E1 to E13)."""

import pytest
from django.core.management import call_command

from events.models import Event, Poll, Question, Series, Testimony
from events.opening.loading import FOLDER, Outcome, load
from tests.events.people import NOW

pytestmark = pytest.mark.django_db
SLUG = "assemblee-generale-15-decembre-2020"


@pytest.fixture
def assembly() -> Event:
    load(at=NOW)
    return Event.objects.get(slug=SLUG)


def test_a_second_load_changes_nothing(assembly):
    Event.objects.filter(pk=assembly.pk).update(title="Changé à la main")
    assert load(at=NOW) == Outcome()
    call_command("load_events", verbosity=0)
    assert Event.objects.get(slug=SLUG).title == "Changé à la main"


def test_e1_the_event_its_hours_and_who_led_it(assembly):
    assert assembly.starts_at.isoformat() == "2020-12-15T08:30:00+00:00"
    assert assembly.ends_at.isoformat() == "2020-12-15T11:30:00+00:00"
    assert (assembly.kind, assembly.state, assembly.moderator) == (
        "assembly",
        "finished",
        "Jean Dumonteil, journaliste",
    )
    assert assembly.attendance.startswith("Plus de 500")


def test_e2_e3_five_sequences_and_ten_speakers_with_their_role_then(assembly):
    assert assembly.sequences.count() == 5
    speakers = {speaker.name: speaker for speaker in assembly.speakers.all()}
    assert len(speakers) == 10
    assert speakers["Bruno Lucas"].sequence.title.startswith("L’investissement dans les compétences")
    assert all(speaker.role for speaker in speakers.values())


@pytest.mark.parametrize(
    ("words", "respondents", "percents"),
    [
        ("fonds d’accélération", 178, [59, 41]),
        ("plan d’actions", 78, [64, 36]),
        ("prêt de main-d’œuvre", 106, [13, 87]),
    ],
)
def test_e4_e5_e6_percentages_as_published_without_a_count_that_was_not(assembly, words, respondents, percents):
    results = Poll.objects.get(event=assembly, question__contains=words).results
    assert results["respondents"] == respondents
    assert [option["percent"] for option in results["options"]] == percents
    assert {option["votes"] for option in results["options"]} == {None}


def test_e7_eight_questions_answered_and_tied_to_their_schemes(assembly):
    questions = Question.objects.filter(event=assembly).prefetch_related("schemes", "links")
    assert questions.count() == 8
    assert all(one.answer and one.answered_by and one.schemes.all() for one in questions)
    dsil = next(one for one in questions if "DSIL" in one.text)
    assert [scheme.slug for scheme in dsil.schemes.all()] == ["dsil"]
    assert [link.url for link in dsil.links.all()] == ["https://www.legifrance.gouv.fr/download/pdf/circ?id=45025"]


def test_e8_e9_testimonies_of_the_first_waves_territories_and_remarks_without_one(assembly):
    told = Testimony.objects.filter(event=assembly, territory__isnull=False).select_related("territory__place")
    assert {one.territory.place.code for one in told} == {
        "TI-2018-2801",
        "TI-2018-2807",
        "TI-2018-7602",
        "TI-2018-5209",
        "TI-2018-3213",
        "TI-2018-2706",
        "TI-2018-3207",
    }
    assert Testimony.objects.filter(event=assembly, territory=None).count() == 4


def test_e10_e11_e13_recording_documents_and_the_monthly_seminar(assembly):
    assert (assembly.recording_code, assembly.recording_starts, assembly.recording_ends) == ("ag-ti-2020", 1950, 11940)
    assert {document.kind for document in assembly.documents.all()} == {"press", "note", "film", "link"}
    assert Series.objects.get().organiser == "La Fabrique de l’industrie"


def test_e13_the_call_for_testimonies_says_where_to_write(assembly, client):
    series = Series.objects.get()
    assert f'href="{series.url}"' in series.call_for_testimonies
    page = client.get(series.get_absolute_url()).content.decode()
    call = page.split("Appel à témoignages")[1].split("Éditions")[0]
    assert f'href="{series.url}"' in call


def test_texts_of_a_series_are_cleaned_on_their_way_in(tmp_path):
    Series.objects.all().delete()
    text = (FOLDER / "assembly_2020.toml").read_text(encoding="utf-8")
    harmful = text.replace("<p>Chaque mois, un", "<p onclick=x()>Chaque mois, un<script>x()</script>", 1)
    assert harmful != text
    (tmp_path / "assembly_2020.toml").write_text(harmful, encoding="utf-8")
    assert load(at=NOW, folder=tmp_path).series == 1
    description = Series.objects.get().description
    assert description.startswith("<p>Chaque mois, un")
    assert "x()" not in description
