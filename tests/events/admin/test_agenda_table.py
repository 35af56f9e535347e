"""Agendas as a table: what is exported changes nothing when it comes back; only drafts are filled."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.events.people import event
from ti_portal.core.spreadsheets import read_table, write_csv


def exported(office) -> list[dict]:
    url = reverse("admin:events_sequence_export")
    form = office.get(url).context["form"]
    data = {field.html_name: field.value() for field in form if field.name != "format" and field.value()}
    table = read_table(office.post(url, {"format": "1", **data}).content)
    return [dict(zip(table.headers, row.cells, strict=True)) for row in table.rows]


def sent(office, rows: list[dict]):
    file = SimpleUploadedFile("table.csv", write_csv(list(rows[0]), [list(row.values()) for row in rows]))
    return office.post(reverse("admin:events_sequence_import"), {"import_file": file, "format": "0", "resource": ""})


def confirmed(office, preview):
    form = preview.context["confirm_form"]
    data = {field.html_name: field.value() or "" for field in form}
    return office.post(reverse("admin:events_sequence_process_import"), data)


def test_what_is_exported_changes_nothing_when_it_is_imported(office):
    where = event(state="draft")
    sequence = where.sequences.create(title="=Ouverture", position=1, minutes=20, text="<p>Deux mots.</p>")
    where.speakers.create(name="Ana Ba", position=1, sequence=sequence)
    rows = exported(office)
    assert {row["Rencontre"] for row in rows} >= {where.slug, "assemblee-generale-15-decembre-2020"}
    assert next(row for row in rows if row["Rencontre"] == where.slug)["Qui parle"] == "Ana Ba"
    preview = sent(office, rows)
    assert [vars(problem) for problem in preview.context["report"].problems] == []
    assert preview.context["report"].is_empty


def test_a_draft_is_filled_after_a_preview(office):
    where = event(state="draft")
    where.sequences.create(title="Ouverture", position=1)
    rows = [
        {"Rencontre": where.slug, "Rang": "1", "Titre": "Accueil", "Durée (minutes)": "15"},
        {"Rencontre": where.slug, "Rang": "2", "Titre": "Échanges", "Durée (minutes)": ""},
    ]
    preview = sent(office, rows)
    assert (preview.context["report"].new, preview.context["report"].updated) == (1, 1)
    assert where.sequences.count() == 1
    assert confirmed(office, preview).status_code == 302
    found = list(where.sequences.order_by("position").values_list("title", "minutes"))
    assert found == [("Accueil", 15), ("Échanges", None)]


@pytest.mark.parametrize(
    ("state", "row", "words"),
    [
        ("draft", {"Rencontre": "absente", "Rang": "1", "Titre": "A"}, "Aucune rencontre"),
        ("draft", {"Rang": "3", "Titre": "A"}, "prochain rang libre est 1"),
        ("draft", {"Rang": "zéro", "Titre": "A"}, "pas un rang"),
        ("draft", {"Rang": "1", "Titre": " "}, "a un titre"),
        ("draft", {"Rang": "1", "Titre": "A", "Durée (minutes)": "vingt"}, "pas un nombre entier"),
        ("published", {"Rang": "1", "Titre": "A"}, "se change sur sa page"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason(office, state, row, words):
    where = event(state=state)
    problems = sent(office, [{"Rencontre": where.slug, **row}]).context["report"].problems
    assert words in " ".join(problem.message for problem in problems)
    assert not where.sequences.exists()
