"""Documents in words: their nature once, what a file is and weighs."""

import pytest
from django.core.files.base import ContentFile

from events.models import Document
from events.presenters.documents import documents_of, shown, titled, weight
from tests.events.people import event

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("kind", "label", "words"),
    [
        ("Note", "Note n° 3 de l’AdCF", "Note n° 3 de l’AdCF"),
        ("Dossier de presse", "DOSSIER DE PRESSE de l’assemblée", "DOSSIER DE PRESSE de l’assemblée"),
        ("Note", "Notes de séance", f"Note{NBSP}: Notes de séance"),
        ("Lien", "La page du programme", f"Lien{NBSP}: La page du programme"),
        ("", "La page du programme", "La page du programme"),
    ],
)
def test_the_nature_is_said_once(kind, label, words):
    assert titled(kind, label) == words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (None, ""),
        (1, "1 ko"),
        (340 * 1024 + 1, "341 ko"),
        (1024 * 1024 - 1, "1 Mo"),
        (1_258_291, "1,2 Mo"),
        (300 * 1024 * 1024, "300 Mo"),
    ],
)
def test_the_weight_of_a_file(size, words):
    assert weight(size) == words.replace(" ", NBSP)


@pytest.mark.django_db
def test_a_file_is_named_by_the_address_that_hands_it_out_and_one_that_is_gone_by_none(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    where = event()
    made = Document(event=where, label="Dossier", position=1)
    made.file.save("dossier.pdf", ContentFile(b"%PDF-1.7 dossier"))
    Document.objects.create(event=where, label="Page", kind="link", url="https://exemple.test/", position=2)
    first, second = shown(documents_of(where))
    assert (first["label"], first["url"], first["file"]) == (
        "Document : Dossier".replace(" :", f"{NBSP}:"),
        made.file.url,
        f"PDF, 1{NBSP}ko",
    )
    assert (second["url"], second["file"]) == ("https://exemple.test/", "")
    made.file.storage.delete(made.file.name)
    gone = shown(documents_of(where))[0]
    assert (gone["url"], gone["file"]) == ("", "")


def test_rows_of_reports_of_before_are_shown_as_they_were():
    assert shown([{"label": "Note n° 3", "url": "", "remark": "2020"}]) == [
        {"label": "Note n° 3", "url": "", "remark": "2020", "file": ""}
    ]
