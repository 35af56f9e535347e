"""Accounts in and out by spreadsheet, and what every import refuses."""

import io
import zipfile

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from tests.administration.uploads import as_csv, as_xlsx, confirm, exported, preview, problems
from tests.territories.people import delegation, person
from ti_portal.accounts.models import User
from ti_portal.core.spreadsheets import read_table

TABLE = "accounts_user"
HEADERS = ["Adresse électronique", "Prénom", "Nom"]


def test_a_file_is_previewed_then_imported_and_journalled(office, member):
    known = person("alice.durand@ales.test")
    file = as_xlsx(HEADERS, ["Alice.Durand@ales.test", "Alice", "Durand-Roux"], ["bob@nevers.test", "Bob", "Petit"])

    response = preview(office, TABLE, file)

    report = response.context["report"]
    assert (report.new, report.updated, report.problems) == (1, 1, [])
    assert [(number, effect) for number, effect, _ in report.rows] == [(2, "Modifié"), (3, "Nouveau")]
    assert "<del>Durand</del> <ins>Durand-Roux</ins>" in response.content.decode()
    assert not User.objects.filter(email="bob@nevers.test").exists(), "a preview writes nothing"

    done = confirm(office, TABLE, response)

    assert "1 ligne nouvelle, 1 ligne modifiée, 0 ligne inchangée" in done.content.decode()
    known.refresh_from_db()
    assert known.last_name == "Durand-Roux"
    bob = User.objects.get(email="bob@nevers.test")
    assert (bob.first_name, bob.is_active, bob.is_staff, bob.is_superuser) == ("Bob", True, False, False)
    assert not bob.has_usable_password()
    entries = LogEntry.objects.filter(user=member).order_by("action_flag")
    assert [(entry.object_repr, entry.change_message) for entry in entries] == [
        ("bob@nevers.test", "Par import du fichier « essai.xlsx »."),
        ("alice.durand@ales.test", "Par import du fichier « essai.xlsx »."),
    ]


def test_a_second_confirmation_imports_nothing(office):
    response = preview(office, TABLE, as_csv(HEADERS, ["bob@nevers.test", "Bob", "Petit"]))
    confirm(office, TABLE, response)

    again = confirm(office, TABLE, response)

    assert "déjà été fait" in again.content.decode()
    assert LogEntry.objects.count() == 1


def test_an_import_of_what_is_known_changes_nothing(office):
    person("alice.durand@ales.test")

    response = preview(office, TABLE, as_csv(HEADERS, ["alice.durand@ales.test", "Alice", "Durand"]))

    assert response.context["report"].is_empty
    assert "confirm_form" not in response.context
    assert "ne change rien" in response.content.decode()


def test_one_bad_row_blocks_the_whole_file_and_is_named(office):
    file = as_csv(
        HEADERS, ["bob@nevers.test", "Bob", "Petit"], ["pas une adresse", "X", "Y"], ["c@d.test", "Z" * 101, ""]
    )

    response = preview(office, TABLE, file)

    assert problems(response) == [
        (3, "Adresse électronique", "« pas une adresse » n’est pas une adresse électronique."),
        (4, "Prénom", "100 signes au plus."),
    ]
    assert "confirm_form" not in response.context
    assert not User.objects.filter(email="bob@nevers.test").exists()


def test_a_row_that_repeats_another_is_said_with_all_other_faults(office):
    file = as_csv(HEADERS, ["a@b.test", "A", "B"], ["A@B.test", "A", "B"], ["pas une adresse", "X", "Y"])

    assert problems(preview(office, TABLE, file)) == [
        (3, "Adresse électronique", "Cette ligne répète la ligne 2."),
        (4, "Adresse électronique", "« pas une adresse » n’est pas une adresse électronique."),
    ]


def test_what_became_wrong_after_the_preview_writes_nothing(office):
    response = preview(office, TABLE, as_csv(HEADERS, ["a@b.test", "A", "B"], ["paul.chef@ales.test", "Paul", "Grand"]))
    delegation("paul.chef@ales.test")

    done = confirm(office, TABLE, response)

    assert "Rien n’a été importé" in done.content.decode()
    assert problems(done) == [(3, "", "Le compte d’un membre de la délégation ne se modifie pas par import.")]
    assert not User.objects.filter(email="a@b.test").exists()
    assert not LogEntry.objects.exists()


def test_a_file_gives_no_right_and_no_password(office):
    headers = [*HEADERS, "Membre de la délégation", "Compte ouvert"]
    response = preview(office, TABLE, as_csv(headers, ["bob@nevers.test", "Bob", "Petit", "oui", "non"]))
    confirm(office, TABLE, response)

    bob = User.objects.get(email="bob@nevers.test")
    assert (bob.is_staff, bob.is_active, bob.has_usable_password()) == (False, True, False)
    refused = preview(office, TABLE, as_csv([*HEADERS, "password"], ["bob@nevers.test", "Bob", "Petit", "secret"]))
    assert "Colonne inconnue : « password »" in refused.content.decode()


def test_an_export_can_be_imported_again_without_a_change(office):
    person("alice.durand@ales.test", first_name="=cmd()", last_name="-Dupont")

    for index in (0, 1):
        content = exported(office, TABLE, index)
        table = read_table(content)
        names = {record[HEADERS[0]]: record[HEADERS[1]] for _, record in table.records()}
        assert names["alice.durand@ales.test"] == "=cmd()"
        assert b";=cmd" not in content
        report = preview(office, TABLE, SimpleUploadedFile("export", content)).context["report"]
        assert (report.problems, report.new, report.updated) == ([], 0, 0)


def test_an_export_follows_the_search(office):
    person("alice.durand@ales.test")

    table = read_table(exported(office, TABLE, 1, "?q=alice"))

    assert [record[HEADERS[0]] for _, record in table.records()] == ["alice.durand@ales.test"]


def bomb() -> bytes:
    stream = io.BytesIO()
    Workbook().save(stream)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * 70_000_000)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("Adresse électronique;Nom\nà@b;é\n".encode("cp850"), "accentuées"),
        ("Adresse électronique|Nom\na@b.test|B\n", "points-virgules"),
        ("Adresse électronique;Nom\na@b.test;=1+1\n", "formule"),
        ("Adresse électronique;Nom\na@b.test;x\x00y\n", "octets nuls"),
        ("Nom\nx\n", "Colonne absente : « Adresse électronique »"),
        ("", "vide"),
    ],
)
def test_a_bad_file_is_refused_at_its_field_and_nothing_is_written(office, content, sentence):
    before = User.objects.count()

    response = preview(office, TABLE, content if isinstance(content, bytes) else content.encode())

    assert response.status_code == 200
    (message,) = response.context["form"].errors["import_file"]
    assert sentence in message
    assert "confirm_form" not in response.context
    assert User.objects.count() == before


def test_a_big_or_broken_file_is_refused_at_its_field(office):
    truncated = as_xlsx(HEADERS, ["a@b.test", "A", "B"]).read()[:900]
    too_long = ("Adresse électronique\n" + "a@b.test\n" * 10_001).encode()
    too_big = b"a" * (5 * 1024 * 1024 + 1)

    for content, sentence in [
        (bomb(), "contenu démesuré"),
        (truncated, "tronqué ou abîmé"),
        (too_long, "plus de 10\u202f000 lignes"),
        (too_big, "dépasse 5 Mo"),
    ]:
        (message,) = preview(office, TABLE, content).context["form"].errors["import_file"]
        assert sentence in message


def test_no_file_at_all_is_said_at_the_field(office):
    response = office.post(reverse("admin:accounts_user_import"), {"format": "0", "resource": "0"})

    assert response.context["form"].errors["import_file"] == ["Ce champ est obligatoire."]


def test_a_preview_of_someone_else_or_of_nothing_is_refused(office):
    response = office.post(
        reverse("admin:accounts_user_process_import"),
        {"import_file_name": "../../etc/passwd", "original_file_name": "x", "format": "0", "resource": "0"},
        follow=True,
    )

    assert "envoyez le fichier de nouveau" in response.content.decode()


def test_a_cell_is_shown_as_text_and_runs_nothing(office):
    page = preview(office, TABLE, as_csv(HEADERS, ["a@b.test", "<script>alert(1)</script>", "x"])).content.decode()

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page


@pytest.mark.slow
def test_thousands_of_rows_are_previewed_and_the_page_stays_short(office):
    rows = [[f"p{number}@essai.test", "P", f"N{number}"] for number in range(2_000)]

    report = preview(office, TABLE, as_xlsx(HEADERS, *rows)).context["report"]

    assert (report.new, len(report.rows), report.hidden) == (2_000, 200, 1_800)
