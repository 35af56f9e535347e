"""Sources: created, set by their kind, read on trial and for good; runs line by line."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from funding import tasks
from funding.enums import RunState
from funding.models import Scheme, Source, SyncRun
from funding.sync.runs import carry_out
from tests.funding.admin.pages import filled
from tests.funding.national_schema.files import file, row
from tests.funding.sync.makers import ADDRESS, AT, NAME, source
from tests.territories.people import person

ADD = reverse("admin:funding_source_add")
NEW = {"name": "Région X", "slug": "region-x", "kind": "spreadsheet", "rhythm": "manual", "is_active": "on"}


def change_url(given: Source) -> str:
    return reverse("admin:funding_source_change", args=[given.pk])


def send(client, given: Source, content: bytes, name="aides.csv"):
    url = reverse("admin:funding_source_upload", args=[given.pk])
    return client.post(url, {"upload-file": SimpleUploadedFile(name, content)}, follow=True)


def test_a_spreadsheet_is_created_then_its_columns_are_proposed_from_the_last_file(office):
    response = office.post(ADD, NEW, follow=True)
    given = Source.objects.get()
    assert response.redirect_chain[-1][0] == change_url(given)
    assert (given.kind, given.mapping) == ("spreadsheet", {})
    text = "Intitulé;Date limite;Financeur;Lieux\nAide X;31/01/2027;Région X;REG-76\n"
    run = send(office, given, text.encode()).context["run"]
    assert (run.state, run.is_dry_run) == (RunState.PLANNED, True)

    page = office.get(change_url(given))
    assert page.context["adminform"].form["option-column_name"].value() == "Intitulé"
    assert "Colonnes du dernier fichier lu" in page.content.decode()
    changes = {"option-column_closes": "Date limite", "option-audiences": ["firm"]}
    saved = office.post(change_url(given), filled(office, change_url(given), **changes))
    assert saved.status_code == 302
    given.refresh_from_db()
    assert given.mapping["name"] == "Intitulé"
    assert given.mapping["closes"] == "Date limite"
    assert given.options["audiences"] == ["firm"]


def test_what_the_kind_refuses_is_told_at_its_field(office):
    given = source(kind="aides_territoires", url=ADDRESS)
    data = filled(office, change_url(given), **{"option-query": "page=2", "option-mapping": "sans égal"})
    errors = office.post(change_url(given), data).context["adminform"].form.errors
    assert set(errors) == {"option-query", "option-mapping"}


def test_a_refusal_of_the_use_case_is_told_and_keeps_what_was_typed(office):
    response = office.post(ADD, NEW | {"rhythm": "daily"})
    assert response.status_code == 200
    assert "Sans adresse, une source ne se lit qu’à la demande." in response.content.decode()
    assert response.context["adminform"].form["name"].value() == "Région X"
    assert not Source.objects.exists()


def test_a_file_is_shown_then_written_from_the_page_of_its_run(office, member):
    given = source()
    shown = send(office, given, file(row(1), row(2), row(3, titre="")))
    content = shown.content.decode()
    assert "Aide aux essais n° 1" in content
    assert "la cellule est vide" in content
    assert not Scheme.objects.filter(source_name=NAME).exists()

    written = office.post(reverse("admin:funding_syncrun_write", args=[shown.context["run"].pk]), follow=True)
    assert "La lecture est en cours" in written.content.decode()
    run = carry_out(run_id=written.context["run"].pk, at=AT)
    assert (run.state, run.asked_by) == (RunState.APPLIED, member)
    assert Scheme.objects.filter(source_name=NAME).count() == 2
    assert "2 nouvelles" in office.get(reverse("admin:funding_syncrun_change", args=[run.pk])).content.decode()


def test_a_doubtful_answer_can_be_believed_after_a_look(office):
    given = source(last_count=10)
    run = send(office, given, file(row(1))).context["run"]
    page = office.get(reverse("admin:funding_syncrun_change", args=[run.pk])).content.decode()
    assert "Écrire en acceptant cette réponse plus courte" in page
    office.post(reverse("admin:funding_syncrun_write", args=[run.pk]), {"plus_courte": "oui"})
    asked = SyncRun.objects.get(state=RunState.RUNNING)
    tasks.sync_source_task(run_id=asked.pk, accept_shorter=True)
    asked.refresh_from_db()
    assert asked.state == RunState.APPLIED


def test_one_reading_at_a_time_is_asked_for(office):
    given = source(url=ADDRESS)
    url = reverse("admin:funding_source_read", args=[given.pk])
    first = office.post(url)
    again = office.post(url, follow=True)
    assert again.redirect_chain[0][0] == first.url
    assert "déjà en cours" in again.content.decode()
    assert SyncRun.objects.get().is_dry_run


def test_the_answer_can_be_taken_away_as_it_was(office):
    run = send(office, source(), file(row(1))).context["run"]
    answer = office.get(reverse("admin:funding_syncrun_raw", args=[run.pk]))
    assert answer.content == file(row(1))
    assert answer["Content-Disposition"] == 'attachment; filename="aides.csv"'
    SyncRun.objects.update(raw=None)
    assert office.get(reverse("admin:funding_syncrun_raw", args=[run.pk])).status_code == 404


def test_lines_are_filtered_and_paged(office):
    run = send(office, source(), file(*(row(number) for number in range(1, 103)), row(200, titre=""))).context["run"]
    url = reverse("admin:funding_syncrun_change", args=[run.pk])
    assert len(office.get(url).context["page"]) == 100
    assert len(office.get(url, {"page": 2}).context["page"]) == 3
    assert len(office.get(url, {"suite": "refused"}).context["page"]) == 1
    assert office.get(url, {"suite": "x", "page": "zut"}).status_code == 200


@pytest.mark.parametrize("name", ["read", "upload"])
def test_nobody_else_reads_a_source_and_a_get_reads_nothing(client, office, name):
    url = reverse(f"admin:funding_source_{name}", args=[source(url=ADDRESS).pk])
    assert office.get(url).status_code == 404
    client.force_login(person())
    assert client.post(url).status_code in (302, 403)
    assert not SyncRun.objects.exists()


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"<html>", b"PK\x03\x04", b"a;b\n"])
def test_a_file_that_cannot_be_read_is_said(office, content):
    response = send(office, source(), content)
    assert response.status_code == 200
    assert not Scheme.objects.filter(source_name=NAME).exists()
