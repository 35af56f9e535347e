"""Importing a file in the national schema: a preview with reasons, then the very plan that was shown, once."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from funding.models import Scheme
from funding.schemes import save_scheme
from tests.funding.drafts import AT
from tests.funding.national_schema.files import file, key, row
from tests.territories.people import delegation, person

URL = reverse("admin:funding_scheme_national")
SOURCE = "Essai national"


def send(client, content: bytes):
    return client.post(URL, {"file": SimpleUploadedFile("aides.csv", content), "source": SOURCE}, follow=True)


def accept(client, preview, **more):
    url = preview.redirect_chain[-1][0]
    return client.post(url, {"plan": preview.context["plan"].fingerprint, **more}, follow=True)


@pytest.fixture
def preview(office):
    return send(office, file(row(1), row(2), row(3, titre="")))


def test_each_row_is_accepted_or_refused_with_its_reason_and_nothing_is_written(preview):
    content = preview.content.decode()

    assert "Ligne 4" in content
    assert "Aide aux essais n° 1" in content
    assert preview.context["plan"].counts["new"] == 2
    assert not Scheme.objects.filter(source_name=SOURCE).exists()


def test_the_plan_that_was_shown_is_applied_once(office, member, preview):
    response = accept(office, preview)

    assert "2 dispositifs créés" in response.content.decode()
    schemes = Scheme.objects.filter(source_name=SOURCE)
    assert {scheme.state for scheme in schemes} == {"to_validate"}
    assert schemes.first().history.order_by("pk").first().history_user == member
    assert LogEntry.objects.filter(change_message__contains="aides.csv").count() == 2
    assert "déjà importé" in accept(office, preview).content.decode()
    assert schemes.count() == 2


def test_a_second_file_that_says_the_same_changes_nothing(office, preview):
    accept(office, preview)

    again = send(office, file(row(1), row(2)))

    assert again.context["plan"].is_empty
    assert "Il n’y a rien à écrire" in again.content.decode()


def test_a_plan_that_is_no_longer_true_is_shown_again(office, preview):
    accept(office, preview)
    changed = send(office, file(row(1, promesse="Autre promesse")))
    scheme = Scheme.objects.get(source_key=key(1))
    save_scheme(scheme_id=scheme.pk, values={"summary": "Écrit entre-temps."}, actor=None, at=AT)

    response = accept(office, changed)

    assert "ont changé depuis cet aperçu" in response.content.decode()
    scheme.refresh_from_db()
    assert scheme.summary == "Écrit entre-temps."
    assert response.context["plan"].proposals[0].fields[0].after == "Autre promesse"


@pytest.mark.parametrize("content", [b"", b"a;b\n1;2\n", b"\x00\xff\xfe", b"PK\x03\x04 not a workbook"])
def test_a_file_that_cannot_be_read_is_refused(office, content):
    response = send(office, content)

    assert response.status_code == 200
    assert "Le fichier est refusé" in response.content.decode()


def test_a_preview_belongs_to_who_sent_it(office, client, preview):
    url = preview.redirect_chain[-1][0]
    client.force_login(delegation("autre.membre@delegation.test"))

    assert "n’existe plus" in client.get(url, follow=True).content.decode()
    client.force_login(person())
    assert client.get(URL).status_code in (302, 403)
