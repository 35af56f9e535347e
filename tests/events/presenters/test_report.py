"""A report as a page and as a PDF, of today and of before."""

import json
import re

import pytest
from django.core.files.base import ContentFile

from events import reports
from events.models import Document, Event, Report
from events.presenters.report import document_content, document_data, sections
from events.results import frozen
from tests.events.people import NOW, event, poll

pytestmark = pytest.mark.django_db
# What the portal froze before reports named recordings, files and the nature of polls.
OF_BEFORE = {
    "title": "Assemblée",
    "kind": "Assemblée générale",
    "when": "mardi 15 décembre 2020, de 9 h 30 à 12 h 30",
    "where": "À distance",
    "summary": "Bilan.",
    "description": "",
    "moderator": "",
    "partners": [],
    "source": "",
    "figures": [["Témoignages", "1"]],
    "agenda": [{"title": "Ouverture", "text": "", "speakers": []}],
    "polls": [
        {
            "question": "Un mot ?",
            "sequence": "",
            "results": {"respondents": 2, "options": [], "texts": ["Relance"]},
            "source": "",
        },
        {
            "question": "Lesquels ?",
            "sequence": "",
            "results": {"respondents": 9, "options": [{"label": "A", "votes": None, "percent": 59}], "texts": []},
            "source": "",
        },
    ],
    "questions": [],
    "testimonies": [],
    "documents": [
        {"label": "Dossier de presse", "url": "", "remark": "Sans adresse."},
        {"label": "Film", "url": "https://exemple.test/film", "remark": ""},
    ],
    "texts": {},
}


@pytest.fixture
def assembly() -> Event:
    return Event.objects.get(slug="assemblee-generale-15-decembre-2020")


def over(**changes) -> Event:
    return event(state="finished", **changes)


def published(where: Event) -> Report:
    return reports.publish_report(event_id=where.pk, actor=None, at=NOW)


def rows_of(content: dict, key: str) -> list:
    return next(section["rows"] for section in sections(content) if section["key"] == key)


def addresses(document: bytes) -> set[str]:
    """What can be clicked in a PDF."""
    return {found.decode() for found in re.findall(rb"/URI ?\(([^)]*)\)", document)}


def pages_of(client, where: Event) -> str:
    return client.get(f"{where.get_absolute_url()}compte-rendu/").content.decode()


def test_a_version_of_before_is_still_a_page_and_a_document(client):
    where = over()
    made = Report.objects.create(event=where, number=1, content=OF_BEFORE, published_at=NOW)
    page = pages_of(client, where)
    for words in ("Dossier de presse", "Sans adresse.", "https://exemple.test/film", "Relance", "59 %"):
        assert words in page
    assert "enregistrement/" not in page
    assert addresses(document_data(made)) == {"https://exemple.test/film"}


def test_what_is_an_address_opens_from_the_pdf(assembly, settings):
    settings.SITE_URL = "https://portail.example"
    opened = addresses(document_data(Report.objects.get(event=assembly, number=1)))
    for address in (
        "https://youtu.be/qusv_JNgi3I",
        "https://wudo.io/",
        "https://www.lindustrie-recrute.fr",
        "https://www.vte-france.fr/",
        "https://portail.example/aides/dsil/",
        f"https://portail.example{assembly.get_absolute_url()}enregistrement/",
    ):
        assert address in opened, address
    territory = assembly.testimonies.exclude(territory=None).first().territory
    assert f"https://portail.example{territory.get_absolute_url()}" in opened


def test_an_address_in_a_testimony_opens_from_the_page(client, assembly):
    page = pages_of(client, assembly)
    assert '(<a href="https://wudo.io/" rel="noopener nofollow">https://wudo.io/</a>).' in page


def test_a_document_that_is_a_file_is_opened_from_the_page_and_from_the_pdf(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.SITE_URL = "https://portail.example"
    where = over()
    given = Document(event=where, label="Bilan", position=1)
    given.file.save("bilan.pdf", ContentFile(b"%PDF-1.7 " + b"x" * 1_258_291))
    made = published(where)
    page = pages_of(client, where)
    assert f'href="{given.file.url}" download' in page
    assert "(PDF, 1,2\N{NO-BREAK SPACE}Mo)" in page
    row = document_content(made)["blocks"][-1]["rows"][0]
    assert row["url"] == f"https://portail.example{given.file.url}"
    assert row["file"] == "PDF, 1,2\N{NO-BREAK SPACE}Mo"
    assert row["url"] in addresses(document_data(made))


def test_the_recording_is_named_with_its_code_and_its_marks_and_never_the_code_itself(client, settings):
    settings.SITE_URL = "https://portail.example"
    where = over(recording_code="sésame", recording_starts=1950, recording_ends=11940)
    made = published(where)
    path = f"{where.get_absolute_url()}enregistrement/"
    page = pages_of(client, where)
    row = document_content(made)["blocks"][-1]["rows"][0]
    for words in ("32:30", "3:19:00", "code d’accès"):
        assert words in page
        assert words in row["words"]
    assert f'href="{path}"' in page
    assert f"https://portail.example{path}" in addresses(document_data(made))
    assert "sésame" not in str(made.content)


def test_a_recording_open_to_all_asks_for_nothing_and_none_is_not_named():
    where = over(recording_url="https://video.example/ag")
    assert rows_of(published(where).content, "recording") == [
        {"url": f"{where.get_absolute_url()}enregistrement/", "words": ""}
    ]
    assert "recording" not in {section["key"] for section in sections(published(over()).content)}


def test_free_answers_are_a_list_and_no_empty_table(client):
    where = over()
    poll(
        where, labels=(), kind="text", question="Un mot ?", state="published", results=frozen("text", [], [], 3, ["A"])
    )
    poll(where, labels=(), kind="text", question="Rien ?", state="published", results=frozen("text", [], [], 2))
    made = published(where)
    page = pages_of(client, where)
    assert "<table" not in page
    assert "<li>A</li>" in page
    for words in ("3\N{NO-BREAK SPACE}réponses, dont 1 est affichée.", "2\N{NO-BREAK SPACE}réponses, dont aucune"):
        assert words in page
        assert words in json.dumps(document_content(made), ensure_ascii=False)
    assert document_data(made).startswith(b"%PDF")


def test_several_choices_are_said_on_the_page_and_in_the_pdf(client):
    where = over()
    results = frozen("multiple", ["Oui", "Non"], [3, 2], 3)
    poll(where, kind="multiple", state="published", results=results)
    made = published(where)
    assert "Plusieurs réponses possibles" in pages_of(client, where)
    assert "Plusieurs réponses possibles" in json.dumps(document_content(made), ensure_ascii=False)
