from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from funding.national_schema import plan as national
from funding.national_schema.drafts import FIELDS
from funding.national_schema.mapping import mapped
from funding.national_schema.reading import Sheet, SheetRow
from funding.sync.known import Known, KnownScheme
from funding.sync.plan import FOREIGN, PROTECTED
from funding.sync.rounds import KnownCall
from tests.funding.national_schema.files import key, row

PLACES = frozenset({"PAYS-99100", "REG-76"})
SOURCE = "Essai"
plan = partial(national.plan, at=datetime(2026, 11, 24, 10, tzinfo=UTC))


def sheet(*rows) -> Sheet:
    return Sheet(tuple(SheetRow(number, cells) for number, cells in enumerate(rows, start=2)))


def draft(**cells):
    return mapped(SheetRow(2, row(**cells)), PLACES).draft


def known(stored=None, **given) -> Known:
    values = {"pk": 7, "slug": "aide", "source_name": SOURCE, "protected": frozenset(), "stored": stored or draft()}
    values["calls"] = (KnownCall(9, "guichet", is_permanent=True, kind="counter", name="Dépôt des demandes"),)
    return Known({key(1): KnownScheme(**{**values, **given})}, PLACES)


def test_an_unknown_row_is_new_and_a_known_one_unchanged():
    assert plan(sheet(row()), Known(places=PLACES), source=SOURCE).counts["new"] == 1
    found = plan(sheet(row()), known(), source=SOURCE)
    assert {name: count for name, count in found.counts.items() if count} == {"unchanged": 1}
    assert found.is_empty


def test_a_change_names_its_fields_with_both_values():
    found = plan(sheet(row(titre="Autre nom", date_cloture="2027-01-05")), known(), source=SOURCE)
    (change,) = found.changed
    assert next((field.label, field.before, field.after) for field in change.fields) == (
        "nom", "Aide aux essais n° 1", "Autre nom",
    )  # fmt: skip
    assert {field.name for field in change.fields} == {"name", "calls", "criteria"}
    assert [field.after for field in change.fields if field.name == "calls"] == [
        "ferme le 5\u00a0janvier 2027 à 23\u00a0h\u00a059"
    ]


def test_a_protected_field_becomes_a_proposal_and_the_others_are_written():
    found = plan(
        sheet(row(titre="Autre nom", promesse="Autre promesse")), known(protected=frozenset({"name"})), source=SOURCE
    )
    assert [field.name for field in found.changed[0].fields] == ["summary"]
    assert [(item.reason, [field.name for field in item.fields]) for item in found.proposals] == [(PROTECTED, ["name"])]


def test_a_scheme_of_another_source_is_never_written():
    found = plan(sheet(row(titre="Autre nom")), known(source_name="Autre"), source=SOURCE)
    assert found.is_empty
    assert found.proposals[0].reason == FOREIGN


def test_what_the_portal_itself_exports_is_no_change():
    stored = replace(draft(), description="<p>Plus que le schéma ne dit</p>", programme="Bien plus long")
    found = plan(sheet(row()), known(stored, row=row()), source=SOURCE)
    assert found.counts["unchanged"] == 1


def test_twins_are_all_refused_and_every_row_is_in_one_group():
    found = plan(sheet(row(1), row(1), row(2), row(3, titre="")), known(), source=SOURCE)
    assert [item.number for item in found.refused] == [2, 3, 5]
    assert "ligne 3" in found.refused[0].reasons[0]
    assert [item.number for item in found.new] == [4]


@given(st.sets(st.sampled_from(sorted(FIELDS))), st.sampled_from(["Autre nom", ""]), st.booleans())
def test_protected_fields_are_never_written(protected, title, is_mine):
    cells = row(
        titre=title or "x", promesse="Autre", types_aides="prêt", porteurs='[{nom: "Autre", roles: ["financeur"]}]'
    )
    base = known(protected=frozenset(protected), source_name=SOURCE if is_mine else "Autre")
    found = plan(sheet(cells), base, source=SOURCE)
    written = {field.name for change in found.changed for field in change.fields}
    proposed = {field.name for item in found.proposals for field in item.fields}
    assert not written & protected
    assert is_mine or not written
    # The criteria differ by a link that is not shown: written where a machine may, no question to a person.
    told = {"name", "summary", "help_kinds", "roles", "criteria"}
    assert told - {"criteria"} <= written | proposed <= told


def test_the_fingerprint_is_that_of_the_file_and_of_the_base():
    first = plan(sheet(row()), known(), source=SOURCE)
    assert first.fingerprint == plan(sheet(row()), known(), source=SOURCE).fingerprint
    assert first.fingerprint != plan(sheet(row()), known(source_name="Autre"), source=SOURCE).fingerprint
    other = plan(sheet(row(titre="Autre")), known(), source=SOURCE)
    assert other.fingerprint != first.fingerprint
