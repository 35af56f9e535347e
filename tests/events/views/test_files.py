"""Files of events: for those who may open the event, never run by a browser, a range at a time for a player."""

import pytest
from django.core.files.base import ContentFile

from events.models import Document
from tests.events.people import event, registration
from tests.territories.people import delegation, member, person

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 dossier"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def document(**changes) -> Document:
    made = Document(event=event(**changes), label="Dossier", position=1)
    made.file.save("dossier.pdf", ContentFile(PDF))
    return made


def fetched(client, url: str, **headers) -> tuple:
    """The answer and its content: reading it all closes the file."""
    answer = client.get(url, headers=headers)
    content = b"".join(answer)
    return answer, content


def test_a_document_of_a_public_event_is_saved_not_shown(client):
    made = document()
    page = client.get(made.event.get_absolute_url()).content.decode()
    assert f'href="{made.file.url}"' in page
    answer, content = fetched(client, made.file.url)
    assert content == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("changes", "statuses"),
    [
        ({}, (200, 200, 200, 200)),
        ({"visibility": "community"}, (404, 404, 200, 200)),
        ({"visibility": "invitation"}, (404, 404, 404, 200)),
        ({"state": "draft"}, (404, 404, 404, 200)),
    ],
)
def test_who_may_have_it_is_who_may_open_the_event(client, changes, statuses):
    made = document(**changes)
    found = []
    for who in (None, person(), member(), delegation()):
        client.logout()
        if who is not None:
            client.force_login(who)
        found.append(fetched(client, made.file.url)[0].status_code)
    assert tuple(found) == statuses


def test_what_is_not_a_document_of_an_event_is_not_there(client, tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "autre.pdf").write_bytes(PDF)
    for name in ("documents/autre.pdf", "documents/", "../secret", "recordings/x.mp4"):
        assert client.get(f"/rencontres/fichiers/{name}").status_code == 404, name


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("", 200, b"0123456789"),
        ("bytes=2-4", 206, b"234"),
        ("bytes=7-", 206, b"789"),
        ("bytes=-3", 206, b"789"),
        ("bytes=0-99", 200, b"0123456789"),
        ("bytes=4-2", 416, b""),
        ("bytes=10-", 416, b""),
        ("bytes=-0", 416, b""),
        ("lignes=1-2", 200, b"0123456789"),
    ],
)
def test_a_recording_opens_behind_its_code_and_a_player_moves_in_it(client, asked, status, content):
    where = event(state="finished", recording_code="sésame")
    where.recording_file.save("film.mp4", ContentFile(b"0123456789"))
    url = f"{where.get_absolute_url()}enregistrement/fichier/"
    assert client.get(url).status_code == 404
    assert client.get(where.recording_file.url).status_code == 404
    client.post(f"{where.get_absolute_url()}enregistrement/", {"code": "sésame"})
    answer, given = fetched(client, url, **({"Range": asked} if asked else {}))
    assert (answer.status_code, given) == (status, content)
    if status == 206:
        assert answer["Content-Length"] == str(len(content))
        assert answer["Content-Range"].endswith("/10")


def test_a_file_that_is_gone_is_not_there(client):
    made = document()
    made.file.storage.delete(made.file.name)
    assert client.get(made.file.url).status_code == 404


def test_an_invited_person_with_a_place_has_the_documents(client):
    made = document(visibility="invitation")
    someone = person()
    registration(made.event, user=someone, email=someone.email)
    client.force_login(someone)
    assert fetched(client, made.file.url)[0].status_code == 200
