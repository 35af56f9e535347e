"""Files of two forms into their lists: places, names, what is new, changed, gone; all of it or nothing."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from funding.funded_projects import StalePlanError, apply, preview, wording
from funding.funded_projects.lists import attest, save_list
from funding.models import DataVersion, FundedProject
from tests.funding.funded_projects.files import line, load, national, project_list, regional
from ti_portal.core.spreadsheets import UnreadableTable

SOLE_TRADER = {"nom_beneficiaire_principal": "DURAND JEANNE", "siren": "552100554"}


@pytest.fixture
def row(db):
    return project_list()


def test_a_line_becomes_a_project_in_its_place(row):
    load(national(line()), row)
    project = FundedProject.objects.get()
    told = ("reference", "title", "beneficiary", "siren", "amount", "programme", "axis", "departement_code")
    assert [getattr(project, name) for name in told] == [
        "100", "Des lampes sobres", "ALES", "213000078", Decimal("1000.50"), "Éclairage public", "1", "30",
    ]  # fmt: skip
    assert project.commune.code == "COM-30007"
    row.refresh_from_db()
    assert row.mapping["amount"] == "montant_engage"
    assert row.loaded_at
    assert FundedProject.objects.of_territory("TI-2023-7601").get() == project
    assert not FundedProject.objects.of_territory("TI-2023-2707").exists()


def test_places_by_code_then_by_former_code_and_nothing_is_guessed(row):
    plan = load(
        national(
            line("1"),
            line("2", code_commune="01033", code_departement="01"),
            line("3", code_commune="69387", code_departement="69"),
            line("4", code_commune="22200", code_departement="22"),
            line("5", code_commune="NULL", nom_commune="ALES"),
            line("6", code_commune="99999"),
            line("7", code_commune="", code_departement=""),
        ),
        row,
    )
    places = {project.reference: project.commune for project in FundedProject.objects.select_related("commune")}
    assert {key: place.code if place else None for key, place in places.items()} == {
        "1": "COM-30007", "2": "COM-01033", "3": "COM-69123", "4": places["4"].code, "5": None, "6": None, "7": None,
    }  # fmt: skip
    assert plan.counts["communes"] == 4
    assert plan.counts["former_communes"] == 2
    assert plan.counts["departement_only"] == 1
    assert plan.counts["unplaced"] == 2
    assert [(note[0], note[1]) for note in wording.notes(plan)] == [(7, "Sans lieu reconnu"), (8, "Sans lieu reconnu")]
    assert FundedProject.objects.unresolved().get().commune_code == "99999"
    assert FundedProject.objects.without_commune().count() == 3


def test_lines_that_cannot_be_projects_are_refused_with_their_reason(row):
    plan = load(national(line("1"), line("2", montant_engage="beaucoup"), line("3", nom_du_projet="")), row)
    assert FundedProject.objects.count() == 1
    assert plan.counts["refused"] == 2
    assert [note[::3] for note in wording.notes(plan)] == [
        (3, "« beaucoup » n’est pas un montant."), (4, "Le nom du projet manque."),
    ]  # fmt: skip


def test_reading_again_changes_nothing_in_any_order(row):
    lines = [line("1"), line("1", montant_engage="7"), line("Non renseigné"), line("2", code_commune="30008")]
    load(national(*lines), row)
    before = list(FundedProject.objects.order_by("pk").values())
    version = DataVersion.objects.get().number
    plan = load(national(*reversed(lines)), row)
    assert plan.is_empty
    assert plan.counts["unchanged"] == 4
    assert list(FundedProject.objects.order_by("pk").values()) == before
    assert DataVersion.objects.get().number == version


def test_a_new_edition_adds_changes_and_marks_what_is_gone(row):
    load(national(*(line(str(number)) for number in range(10))), row)
    plan = load(national(line("0", montant_engage="5"), *(line(str(number)) for number in (*range(1, 9), 20))), row)
    assert [plan.counts[name] for name in ("new", "changed", "unchanged", "gone")] == [1, 1, 8, 1]
    assert FundedProject.objects.get(reference="0").amount == 5
    assert FundedProject.objects.listed().count() == 10
    assert FundedProject.objects.get(gone_at__isnull=False).reference == "9"
    back = load(national(*(line(str(number)) for number in range(10))), row)
    assert wording.changed_fields(back.changed[-1].fields) == "de retour dans la liste"
    assert FundedProject.objects.get(reference="9").gone_at is None


def test_a_much_shorter_file_closes_nothing_unless_confirmed(row):
    load(national(*(line(str(number)) for number in range(10))), row)
    short = national(line("0"), line("new"))
    load(short, row)
    assert FundedProject.objects.listed().count() == 11
    load(short, row, confirms_gone=True)
    assert FundedProject.objects.listed().count() == 2


def test_the_name_of_a_natural_person_is_nowhere(row):
    load(national(line(**SOLE_TRADER, nom_du_projet="Atelier de Jeanne Durand")), row)
    project = FundedProject.objects.get()
    assert (project.beneficiary, project.siren) == ("", "")
    assert project.beneficiary_shown == "Bénéficiaire non nommé"
    assert "durand" not in repr(list(FundedProject.objects.values())).lower()
    with pytest.raises(IntegrityError, match="names_legal_persons_only"), transaction.atomic():
        FundedProject.objects.update(beneficiary="DURAND JEANNE")


def test_an_attested_name_is_kept_at_the_next_reading_of_the_same_project(row):
    content = national(line("sans numéro", **SOLE_TRADER))
    withheld = load(content, row).withheld
    assert [who.word for who in withheld] == ["552100554"]
    assert attest(list_id=row.pk, words=[withheld[0].word]) == 1
    plan = load(content, row)
    assert [plan.counts[name] for name in ("new", "changed", "gone")] == [0, 1, 0]
    assert FundedProject.objects.get().beneficiary == "DURAND JEANNE"


def test_another_form_of_list_without_number_nor_siren(row):
    rows = [
        ("30007", "Alès", "Une presse neuve", "SARL PRESSE", "50000.0", "ti-7601"),
        ("30007", "Alès", "Un four", "Alto Solution", "10", "ti-7601"),
    ]
    load(regional(*rows), row)
    names = dict(FundedProject.objects.values_list("title", "beneficiary"))
    assert names == {"Une presse neuve": "SARL PRESSE", "Un four": ""}
    assert set(FundedProject.objects.values_list("departement_code", flat=True)) == {"30"}
    changed = load(regional(rows[0], (*rows[1][:4], "12", "")), row)
    assert [changed.counts[name] for name in ("new", "changed", "gone")] == [0, 1, 0]


def test_a_mapping_is_remembered_for_the_list(row):
    content = national(line()).replace(b"nom_du_projet", b"quoi")
    with pytest.raises(UnreadableTable, match="Aucune colonne ne dit : Projet"):
        preview(content, project_list=row)
    plan = preview(content, project_list=row, mapping={"title": "quoi", "axis": ""})
    apply(plan, project_list=row, at=timezone.now())
    row.refresh_from_db()
    assert preview(content, project_list=row).is_empty
    assert FundedProject.objects.get().axis == ""


def test_a_plan_that_is_stale_or_of_another_list_writes_nothing(row):
    plan = preview(national(line()), project_list=row)
    load(national(line("2")), row)
    with pytest.raises(StalePlanError):
        apply(plan, project_list=row, at=timezone.now())
    with pytest.raises(ValidationError):
        apply(plan, project_list=project_list("autre"), at=timezone.now())
    assert FundedProject.objects.get().reference == "2"


@pytest.mark.parametrize("cell", ["=2+2", "=cmd|'/C calc'!A0"])
def test_formulas_are_refused(row, cell):
    content = national(line()).replace(b"Des lampes sobres", cell.encode())
    with pytest.raises(UnreadableTable) as refused:
        preview(content, project_list=row)
    assert refused.value.code == "formula"


def test_totals(row):
    load(national(line("1"), line("2", montant_engage="9")), row)
    load(regional(("30007", "Alès", "Une presse", "SARL", "50000", "")), project_list("autre"))
    projects = FundedProject.objects.of_territory("TI-2023-7601")
    assert projects.totals() == {"count": 3, "total": Decimal("51009.50")}
    assert [(total["count"], total["total"]) for total in projects.totals_by_list()] == [
        (1, Decimal("50000.00")), (2, Decimal("1009.50")),
    ]  # fmt: skip
    assert FundedProject.objects.none().totals()["total"] is None


def test_saving_a_list(db):
    values = {"name": "Fonds vert 2023", "vintage": "2023", "publisher": "Ministère", "licence": "LO 2.0"}
    row = save_list(values={**values, "attested": ["552 100 554", "Alto Solution", "alto  solution"]})
    assert row.slug == "fonds-vert-2023"
    assert row.attested == ["552100554", "alto solution"]
    with pytest.raises(ValidationError):
        save_list(values=values)


def test_the_command_shows_then_writes(row, tmp_path, capsys):
    file = tmp_path / "liste.csv"
    file.write_bytes(national(line("1"), line("2", code_commune="99999", **SOLE_TRADER)))
    call_command("import_funded_projects", str(file), "--list", row.slug, "--dry-run")
    told = capsys.readouterr().out
    assert "Ligne 3, sans lieu reconnu : Des lampes sobres – « 99999 » n’est ni une commune" in told
    assert "Projets nouveaux : 2" in told
    assert "DURAND" not in told
    assert not FundedProject.objects.exists()
    call_command("import_funded_projects", str(file), "--list", row.slug)
    assert "2 projets ajoutés" in capsys.readouterr().out
    call_command("import_funded_projects", str(file), "--list", row.slug, "--column", "axis=")
    assert "2 projets modifiés" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--list", "rien"], "Pas de liste « rien ». Les listes sont : fonds-2023"),
        (["--list", "fonds-2023", "--column", "zut=a"], "Champ inconnu : zut"),
        (["--list", "fonds-2023"], "Le fichier est refusé, rien n’est écrit"),
    ],
)
def test_the_command_says_what_it_cannot_do(row, tmp_path, arguments, sentence):
    file = tmp_path / "liste.csv"
    file.write_bytes(b"\x00\x01")
    with pytest.raises(CommandError, match=sentence):
        call_command("import_funded_projects", str(file), *arguments)
