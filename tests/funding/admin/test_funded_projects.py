"""Importing a file into its list from the administration: columns, plan, rows to look at, names, then writing it."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from funding.models import FundedProject, FundedProjectList
from tests.funding.funded_projects.files import line, load, national, project_list
from tests.territories.people import delegation, person
from ti_portal.core.spreadsheets import read_table

SOLE_TRADER = {"nom_beneficiaire_principal": "DURAND JEANNE", "siren": "552100554"}


@pytest.fixture
def row(db) -> FundedProjectList:
    return project_list()


def upload_url(row: FundedProjectList) -> str:
    return reverse("admin:funding_fundedprojectlist_projects", args=[row.pk])


def send(client, row: FundedProjectList, content: bytes):
    return client.post(upload_url(row), {"file": SimpleUploadedFile("projets.csv", content)}, follow=True)


def post(client, preview, **values):
    return client.post(preview.redirect_chain[-1][0], values, follow=True)


def accept(client, preview, **more):
    return post(client, preview, action="apply", plan=preview.context["plan"].fingerprint, **more)


def test_the_preview_counts_and_lists_what_does_not_find_its_place(office, row):
    preview = send(office, row, national(line("1"), line("2", code_commune="99999"), line("3", montant_engage="x")))
    html = preview.content.decode()
    assert preview.context["plan"].counts["new"] == 2
    assert "n’est ni une commune ni une ancienne commune connue" in html
    assert not FundedProject.objects.exists()
    notes = office.get(preview.context["notes_url"])
    assert [record["Suite"] for _, record in read_table(notes.content).records()] == ["Refusée", "Sans lieu reconnu"]


def test_the_plan_that_was_shown_is_applied_once(office, row):
    preview = send(office, row, national(line("1"), line("2")))
    assert "2 projets ajoutés" in accept(office, preview).content.decode()
    assert FundedProject.objects.count() == 2
    assert LogEntry.objects.filter(change_message__contains="projets.csv").count() == 1
    assert "déjà importé" in accept(office, preview).content.decode()
    assert office.get(preview.context["notes_url"]).status_code == 404
    again = send(office, row, national(line("2"), line("1")))
    assert "Il n’y a rien à écrire" in again.content.decode()


def test_a_plan_that_is_not_the_one_shown_is_shown_again(office, row):
    preview = send(office, row, national(line("1")))
    load(national(line("1"), line("2")), row)
    html = accept(office, preview).content.decode()
    assert "La liste a changé depuis cet aperçu" in html
    assert FundedProject.objects.listed().count() == 2


def test_a_column_is_chosen_and_remembered(office, row):
    content = national(line("1")).replace(b"nom_du_projet", b"quoi")
    preview = send(office, row, content)
    assert "Aucune colonne ne dit : Projet" in preview.content.decode()
    told = post(office, preview, action="columns", **{"column-title": "quoi", "column-amount": "montant_engage"})
    accept(office, told)
    row.refresh_from_db()
    assert row.mapping["title"] == "quoi"
    assert row.mapping["axis"] == ""
    assert send(office, row, content).context["plan"].is_empty


def test_a_name_is_kept_once_attested(office, row):
    preview = send(office, row, national(line("1", **SOLE_TRADER)))
    assert "Noms retenus (1)" in preview.content.decode()
    attested = post(office, preview, action="attest", attest=["552100554", "000000000"])
    row.refresh_from_db()
    assert row.attested == ["552100554"]
    accept(office, attested)
    assert FundedProject.objects.get().beneficiary == "DURAND JEANNE"


def test_a_much_shorter_file_asks(office, row):
    load(national(*(line(str(number)) for number in range(10))), row)
    short = national(line("0"))
    preview = send(office, row, short)
    assert "c’est peut-être un extrait" in preview.content.decode()
    accept(office, preview)
    assert FundedProject.objects.listed().count() == 10
    accept(office, send(office, row, short), confirm_gone="on")
    assert FundedProject.objects.listed().count() == 1


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"%PDF-1.7", b"a;b\n=1+1;2\n", b"PK\x03\x04nothing"])
def test_what_is_not_a_table_is_refused_at_the_field(office, row, content):
    html = send(office, row, content).content.decode()
    assert "Le fichier est refusé" in html
    assert "Ce que le fichier change" not in html


def test_a_list_is_made_and_corrected_by_hand(office, db):
    values = {"name": "Fonds vert 2023", "vintage": "2023", "publisher": "Ministère", "licence": "LO 2.0"}
    url = reverse("admin:funding_fundedprojectlist_add")
    office.post(url, {**values, "is_published": "on", "attested": "552 100 554\r\nAlto Solution"})
    row = FundedProjectList.objects.get()
    assert (row.slug, row.attested) == ("fonds-vert-2023", ["552100554", "alto solution"])
    change = reverse("admin:funding_fundedprojectlist_change", args=[row.pk])
    office.post(change, {**values, "slug": row.slug, "scheme_given": "zzz", "attested": ""})
    assert FundedProjectList.objects.get().is_published
    office.post(change, {**values, "slug": row.slug, "attested": ""})
    assert not FundedProjectList.objects.get().is_published


def test_the_projects_are_taken_away(office, row):
    load(national(line("1"), line("2", **SOLE_TRADER)), row)
    url = reverse("admin:funding_fundedproject_export")
    response = office.post(url, {"format": "1"})
    records = [record for _, record in read_table(response.content).records()]
    assert {record["Bénéficiaire"] for record in records} == {"ALES", "Bénéficiaire non nommé"}
    assert "DURAND" not in response.content.decode("utf-8-sig")
    assert office.get(reverse("admin:funding_fundedproject_import")).status_code == 403


@pytest.mark.parametrize("filters", ["lieu=inconnu", "lieu=departement", "absent=oui", "region=REG-76", "q=lampes"])
def test_filters(office, row, filters):
    load(national(line("1")), row)
    assert office.get(f"{reverse('admin:funding_fundedproject_changelist')}?{filters}").status_code == 200


def test_nobody_else(client, office, row):
    preview = send(office, row, national(line("1")))
    page = preview.redirect_chain[-1][0]
    colleague = delegation("anne.autre@delegation.test")
    office.force_login(colleague)
    assert "n’existe plus" in office.get(page, follow=True).content.decode()
    office.force_login(person())
    assert office.get(upload_url(row)).status_code in (302, 403, 404)
    assert office.get(page).status_code in (302, 403, 404)
