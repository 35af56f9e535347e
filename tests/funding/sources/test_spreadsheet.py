"""A région's own list: remembered columns, places that are told or named by one place only."""

import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from funding.enums import LineOutcome
from funding.national_schema.drafts import CallDraft, RoundDraft
from funding.sources.kinds import kind_of
from funding.sources.reading import UnreadableSource
from funding.sources.spreadsheet.columns import COLUMNS, USUAL
from tests.funding.sources.makers import source

UNTIMED = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

pytestmark = pytest.mark.django_db

HEADERS = ["Réf.", "Intitulé", "Pour qui", "Où", "Type", "Fin", "Début", "Lien", "Texte", "Règles", "Qui paie"]
MAPPING = {
    "key": "Réf.", "name": "intitulé", "audiences": "Pour qui", "places": "Où", "help_kinds": "Type", "closes": "Fin",
    "opens": "Début", "page": "Lien", "description": "Texte", "eligibility": "Règles", "funders": "Qui paie",
}  # fmt: skip
ROW = ["A1", "Aide aux sites", "entreprises; communes", "Gard", "subvention, prêt", "31/03/2027", "05/01/2027",
       "https://exemple.fr/a", "Un texte.\n- un point", "Avoir un projet", "Région des essais"]  # fmt: skip


def csv(*rows: list[str], headers=HEADERS) -> bytes:
    return "\n".join(";".join(f'"{cell}"' for cell in row) for row in (headers, *rows)).encode()


def row(**cells: str) -> list[str]:
    named = dict(zip(HEADERS, ROW, strict=True)) | {MAPPING[name].capitalize(): value for name, value in cells.items()}
    return [named[header] for header in HEADERS]


def read(data: bytes, mapping=MAPPING, **options):
    held = source("spreadsheet", mapping=mapping, options=options)
    return kind_of(held).read(data, held)


def test_a_row_becomes_a_draft():
    (entry,) = read(csv(ROW)).entries
    draft = entry.draft
    assert (entry.position, draft.key, draft.name, draft.summary) == (2, "A1", "Aide aux sites", "Un texte. • un point")
    assert draft.included_codes == ("DEP-30",)
    assert draft.help_kinds == ("grant", "loan")
    assert draft.call == CallDraft(
        (RoundDraft(datetime(2027, 1, 4, 23, tzinfo=UTC), datetime(2027, 3, 31, 21, 59, 59, tzinfo=UTC)),)
    )
    audience, words = draft.criteria
    assert (audience.values, audience.is_hard, words.text) == (("commune", "firm"), True, "Avoir un projet")
    assert [(body.name, role) for body, role in draft.roles] == [("Région des essais", "funder")]
    assert [link.url for link in draft.links] == ["https://exemple.fr/a"]
    assert draft.given == {
        "name", "summary", "description", "eligibility_text", "help_kinds", "included_codes", "criteria", "roles",
        "links", "calls",
    }  # fmt: skip
    assert entry.remarks == ()


def test_a_workbook_reads_the_same():
    book = Workbook()
    book.active.append(HEADERS)
    dated = [*ROW]
    dated[5], dated[6] = date(2027, 3, 31), datetime(2027, 1, 5)  # noqa: DTZ001 - as a spreadsheet holds it
    book.active.append(dated)
    kept = io.BytesIO()
    book.save(kept)
    assert read(kept.getvalue()).entries[0].draft == read(csv(ROW)).entries[0].draft


@pytest.mark.parametrize(
    ("words", "codes", "why"),
    [
        ("Gard", ("DEP-30",), ""),
        ("occitanie; DEP-58", ("DEP-58", "REG-76"), ""),
        ("com-30007", ("COM-30007",), ""),
        ("Vallée des essais", ("EPCI-200066918", "COM-76540"), ""),
        ("Sainte-Colombe", (), "plusieurs lieux"),
        ("Nulle-Part", (), "n’est le nom d’aucun lieu"),
        ("DEP-999", (), "aucun lieu n’a le code DEP-999"),
        ("Gard; Nulle-Part", (), "Nulle-Part"),
        ("", ("REG-76",), ""),
    ],
)
def test_places_are_told_or_named_by_one_place(words, codes, why):
    labels = {"Vallée des essais": "EPCI-200066918, COM-76540"}
    (item,) = read(csv(row(places=words)), places="REG-76", labels=labels).items
    if codes:
        assert set(item.draft.included_codes) == set(codes)
    else:
        assert item.outcome == LineOutcome.UNPLACED
        assert why in item.reasons[0]


def test_a_row_without_any_place_is_listed():
    (lost,) = read(csv(row(places=""))).items
    assert (lost.outcome, lost.key) == (LineOutcome.UNPLACED, "A1")


def test_empty_and_bad_cells_leave_what_is_there():
    (entry,) = read(
        csv(row(closes="bientôt", audiences="", page="ici", help_kinds="troc", description="", funders=""))
    ).entries
    assert entry.draft.given == {"name", "included_codes", "eligibility_text"}
    assert len(entry.remarks) == 3
    (dateless,) = read(csv(row(closes="", opens=""))).entries
    assert dateless.draft.call.is_permanent
    assert any("ni ouverture ni clôture" in rule.text for rule in dateless.draft.criteria)
    (backwards,) = read(csv(row(opens="01/04/2027"))).entries
    assert "calls" not in backwards.draft.given
    (hour,) = read(csv(row(closes="31/03/2027 12h00"))).entries
    assert hour.draft.call.rounds[0].closes_at == datetime(2027, 3, 31, 10, tzinfo=UTC)


def test_a_narrower_audience_is_to_check_and_an_unknown_one_rejects_nobody():
    (sized,) = read(csv(row(audiences="PME"))).entries
    assert (sized.draft.criteria[0].values, sized.draft.criteria[1].text) == (
        ("firm",),
        "Publics que la source vise : PME.",
    )
    (strange,) = read(csv(row(audiences="communes, lutins"))).entries
    assert strange.draft.criteria[0].is_hard is False
    assert "lutins" in strange.remarks[0]
    (common,) = read(csv(row(audiences="")), audiences=["firm", "martian"]).entries
    assert common.draft.criteria[0].values == ("firm",)


def test_rows_without_name_and_twins_are_refused():
    found = read(csv(ROW, row(key="A2", name=""), row(name="Autre"), row(key="A3")))
    assert [(problem.position, problem.outcome) for problem in found.problems] == [
        (2, "refused"), (3, "refused"), (4, "refused"),
    ]  # fmt: skip
    assert "ligne 4" in found.problems[0].reasons[0]
    assert [entry.key for entry in found.entries] == ["A3"]
    bare = {name: title for name, title in MAPPING.items() if name != "key"}
    assert read(csv(ROW), mapping=bare).entries[0].key == "nom:aide aux sites"


def test_a_column_that_is_gone_stops_the_reading():
    with pytest.raises(UnreadableSource) as caught:
        read(csv(ROW), mapping=MAPPING | {"summary": "Résumé"})
    assert (caught.value.code, "« Résumé »" in caught.value.message) == ("missing_column", True)
    for bad in (b"", b"<html>", b"PK\x03\x04rien", b"\xd0\xcf\x11\xe0"):
        with pytest.raises(UnreadableSource):
            read(bad)


def test_usual_titles_are_proposed_until_a_person_says():
    usual = csv(["Aide", "76", "31/03/2027"], headers=["Nom du dispositif", "Code", "Date limite"])
    found = read(usual, mapping={}, places="REG-76")
    assert found.entries[0].draft.call.rounds[0].closes_at is not None
    assert "« Date limite »" in found.warnings[0]
    with pytest.raises(UnreadableSource):
        read(csv(["x"], headers=["Sans rapport"]), mapping={})
    assert set(USUAL) == set(COLUMNS)


def test_the_form_remembers_columns():
    kind = kind_of(source("spreadsheet"))
    form = kind.form_class(
        {
            "column_name": "Intitulé",
            "column_closes": "Fin",
            "places": "reg-76 , DEP-30",
            "labels": "Vallée = DEP-30",
            "audiences": ["firm"],
        }
    )
    assert not form.is_valid()
    form = kind.form_class(
        {
            "column_name": "Intitulé",
            "column_closes": "Fin",
            "places": "REG-76 , DEP-30",
            "labels": "Vallée = DEP-30",
            "audiences": ["firm"],
        }
    )
    assert form.is_valid(), form.errors
    options, mapping = kind.settings(form.cleaned_data)
    assert mapping == {"name": "Intitulé", "closes": "Fin"}
    assert options == {"places": "REG-76 , DEP-30", "funder": "", "audiences": ["firm"], "labels": {"Vallée": "DEP-30"}}
    shown = str(kind.form_class(initial=kind.initial(source("spreadsheet", options=options, mapping=mapping))))
    assert 'value="Intitulé"' in shown
    assert "Vallée = DEP-30" in shown


@UNTIMED
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters='";\n\r'), max_size=30),
        min_size=11,
        max_size=11,
    )
)
def test_any_row_is_read_or_refused(cells):
    try:
        found = read(csv(cells))
    except UnreadableSource:
        return
    assert len(found.items) <= 1
