"""The official list: what is read, what is refused, what it changes, what is written."""

import io
import struct
import threading
import zipfile
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from territories.models import ListEdition, Membership, Place, PlaceName, Territory
from territories.official_list import (
    ClosuresNotConfirmedError,
    Known,
    KnownTerritory,
    ListedMember,
    Listing,
    ListingError,
    NotYetInForceError,
    StalePlanError,
    apply,
    known_for,
    plan,
    read,
    wording,
)
from tests.territories.published_list import HEADER, as_csv, as_xlsx, rows

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
TODAY = date(2026, 11, 24)
ROW = ("ti-2707", "Nevers Val de Loire", "245804406", "CA de Nevers", "epci")


def problems(content, **options):
    with pytest.raises(ListingError) as refused:
        read(content, **options)
    return [(problem.code, problem.line) for problem in refused.value.problems]


# Reading


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_list_is_read_whatever_its_encoding_and_separator(encoding, separator):
    table = [row for row in rows("2024-07") if all(sign.encode("cp1252", "ignore") for text in row for sign in text)]

    listing = read(as_csv(table, separator=separator, encoding=encoding), name="C:\\liste\\juillet.csv")

    assert [(f"ti-{row.number}", row.territory, row.siren, row.name) for row in listing.members] == [
        row[:4] for row in table
    ]
    assert listing.label == "juillet.csv"


def test_the_same_list_has_the_same_digest_in_any_form_and_order():
    table = rows("2024-07")

    assert read(as_csv(table)).digest == read(as_xlsx(reversed(table))).digest
    assert read(as_csv(table)).digest != read(as_csv(table[1:])).digest


def test_columns_are_found_by_their_title_and_blank_lines_are_skipped():
    content = b"\n\nsiren_membre;population_2026;LIB_TI ;id_ti\n\n245804406;1;Nevers;TI-2707\n;;;\n"

    assert read(content).members == (ListedMember(5, "2707", "Nevers", "245804406"),)


def test_a_spreadsheet_that_took_siren_for_numbers_is_understood():
    content = as_xlsx([("ti-2707", "Nevers\u00a0Val de Loire", 245804406.0, "x", "epci")])

    assert read(content).members[0] == ListedMember(2, "2707", "Nevers Val de Loire", "245804406", "x")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", [("empty", None)]),
        (b"\n\n  \n", [("empty", None)]),
        (as_csv([]), [("empty", None)]),
        (b"un;fichier;quelconque\n1;2;3\n", [("missing_columns", 1)]),
        (as_csv([ROW], header=("id_ti", "lib_ti", "siren_membre", "siren_membre", "x")), [("duplicate_header", 1)]),
        (as_csv([ROW, ("ti-27O7", *ROW[1:])]), [("bad_number", 3)]),
        (as_csv([("ti-27071", *ROW[1:])]), [("bad_number", 2)]),
        (as_csv([("ti-2707", "", *ROW[2:])]), [("no_name", 2)]),
        (as_csv([(*ROW[:2], "24580440X", *ROW[3:])]), [("bad_siren", 2)]),
        (as_csv([(*ROW[:2], "245804407", *ROW[3:])]), [("bad_siren", 2)]),
        (as_csv([(*ROW[:2], "2458044061", *ROW[3:])]), [("bad_siren", 2)]),
        (as_csv([(*ROW[:2], "", *ROW[3:])]), [("bad_siren", 2)]),
        (as_csv([("ti-2707", "N" * 201, *ROW[2:])]), [("too_long", 2)]),
        (as_csv([("ti-2707", "Nevers\x07", *ROW[2:])]), [("control_character", 2)]),
        (as_csv([("bad", "", "x", "", "")]), [("bad_number", 2), ("no_name", 2), ("bad_siren", 2)]),
        (as_csv([ROW, ("ti-2707", "Ne\0vers", *ROW[2:])]), [("control_character", 3)]),
        (b'id_ti,lib_ti,siren_membre\nti-2707,"Nevers,245804406\n', [("quotes", 2)]),
        (b"id_ti,lib_ti,siren_membre\nti-2707,Nevers\x81,245804406\n", [("encoding", None)]),
        (b"\xd0\xcf\x11\xe0" + b"\1" * 600, [("old_workbook", None)]),
        (b"x" * (5 * 1024 * 1024 + 1), [("too_big", None)]),
        (as_csv([ROW] * 20_001), [("too_many_rows", None)]),
        (b"\xff\xfe" + b"\x00\xd8" * 9, [("encoding", None)]),
    ],
)
def test_a_bad_file_is_refused_by_line(content, expected):
    assert problems(content) == expected


def test_faults_are_told_in_french_and_counted():
    with pytest.raises(ListingError) as refused:
        read(as_csv([("ti-27", "Nevers", "12", "", "")] * 40))

    sentences = refused.value.sentences()
    assert sentences[0] == "Ligne 2 : l’identifiant « ti-27 » n’a pas la forme ti-2707."
    assert sentences[-1] == "Et 60 autres erreurs."


def zipped(parts, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_workbook_cut_short_is_refused():
    content = as_xlsx(rows("2024-07"))

    for length in (5, 100, len(content) // 2, len(content) - 30):
        assert problems(content[:length]) == [("damaged", None)]


def test_a_workbook_with_a_broken_part_is_refused():
    sound = as_xlsx([ROW])
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"):
        assert problems(zipped({**parts, name: b"<broken"})) == [("damaged", None)]


def test_an_archive_that_is_no_workbook_is_refused():
    assert problems(zipped({"liste.csv": as_csv([ROW])})) == [("not_a_table", None)]


def test_a_zip_bomb_is_not_read():
    bomb = zipped({"xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b"0" * 60_000_000})
    many = zipped({f"part{index}": b"" for index in range(300)})

    assert len(bomb) < 100_000
    assert problems(bomb) == [("zip_bomb", None)]
    assert problems(many) == [("zip_bomb", None)]


def test_a_zip_bomb_that_lies_about_its_size_is_not_read():
    bomb = bytearray(zipped({"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": b"0" * 60_000_000}))
    # The size said in the central directory, 24 bytes after the start of each entry.
    entry = bomb.rindex(b"PK\x01\x02")
    bomb[entry + 24 : entry + 28] = struct.pack("<I", 1000)

    assert problems(bytes(bomb)) == [("damaged", None)]


def test_entities_that_multiply_are_not_read():
    sound = as_xlsx([ROW])
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    laughs = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a0 "ha">{levels}]><worksheet>&a11;</worksheet>'

    assert problems(zipped({**parts, "xl/worksheets/sheet1.xml": laughs})) == [("zip_bomb", None)]


@given(st.one_of(st.binary(max_size=400), st.binary(max_size=60).map(lambda end: b"PK\x03\x04" + end)))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(content):
    with suppress(ListingError):
        read(content)


@given(st.lists(st.lists(st.text(max_size=15), max_size=6), max_size=6))
@settings(max_examples=100, deadline=None)
def test_any_table_under_the_right_titles_is_read_or_refused(table):
    with suppress(ListingError, UnicodeEncodeError):
        read(as_csv(table, encoding="utf-8"))


# Planning


def listing(*members):
    return Listing(
        tuple(ListedMember(line, number, name, siren) for line, (number, name, siren) in enumerate(members, start=2)),
        "liste.csv",
    )


KNOWN = Known(
    territories={
        "2701": KnownTerritory("2701", "Morvan", frozenset({"EPCI-A", "EPCI-B"})),
        "2702": KnownTerritory("2702", "Bresse", frozenset({"EPCI-C"})),
        "2703": KnownTerritory("2703", "Ancien", frozenset({"EPCI-D"}), is_open=False),
    },
    members={letter * 9: f"EPCI-{letter}" for letter in "ABCDE"},
    regions=frozenset({"27"}),
    newest=date(2024, 7, 4),
    newest_digest="there",
    basis="basis",
)
SAME = (("2701", "Morvan", "A" * 9), ("2701", "Morvan", "B" * 9), ("2702", "Bresse", "C" * 9))


def planned(*members, known=KNOWN, wave=2023, as_of=TODAY):
    return plan(listing(*members), known, wave=wave, as_of=as_of)


def test_the_same_list_changes_nothing():
    found = planned(*SAME)

    assert found.counts == {
        "new": 0,
        "renamed": 0,
        "changed": 0,
        "closed": 0,
        "unchanged": 2,
        "members_added": 0,
        "members_removed": 0,
    }


def test_a_plan_tells_new_renamed_changed_closed_and_reopened():
    found = planned(
        ("2701", "Morvan Industrie", "A" * 9),
        ("2701", "Morvan Industrie", "E" * 9),
        ("2703", "Ancien", "D" * 9),
        ("2704", "Neuf", "C" * 9),
    )

    assert [(new.number, new.is_reopened, new.members) for new in found.new] == [
        ("2703", True, ("EPCI-D",)),
        ("2704", False, ("EPCI-C",)),
    ]
    assert [(rename.before, rename.after) for rename in found.renamed] == [("Morvan", "Morvan Industrie")]
    assert [(change.added, change.removed) for change in found.changed] == [(("EPCI-E",), ("EPCI-B",))]
    assert [closure.number for closure in found.closed] == ["2702"]
    assert found.unchanged == 0
    assert found.closed_share == pytest.approx(2 / 3)
    assert found.needs_confirmation


def test_a_list_that_is_in_force_already_is_empty():
    same = listing(*SAME)
    known = Known(
        territories=KNOWN.territories,
        members=KNOWN.members,
        regions=KNOWN.regions,
        newest=TODAY,
        newest_digest=same.digest,
    )

    assert plan(same, known, wave=2023, as_of=TODAY).is_empty
    assert not planned(*SAME).is_empty


@pytest.mark.parametrize(
    ("members", "options", "expected"),
    [
        (SAME, {"wave": 2028}, [("unknown_wave", None)]),
        (SAME, {"as_of": date(2023, 1, 1)}, [("outside_wave", None)]),
        (SAME, {"wave": 2018, "as_of": date(2023, 1, 1)}, [("outside_wave", None)]),
        (SAME, {"as_of": date(2024, 7, 3)}, [("older_than_current", None)]),
        ((), {}, [("empty", None)]),
        ((*SAME, ("2701", "Morvan", "Z" * 9)), {}, [("unknown_siren", 5)]),
        ((*SAME, ("9901", "Ailleurs", "D" * 9)), {}, [("unknown_region", 5)]),
        ((*SAME, SAME[0]), {}, [("duplicate", 5)]),
        ((*SAME, ("2702", "Bresse bis", "D" * 9)), {}, [("two_names", 5)]),
    ],
)
def test_a_list_that_cannot_be_applied_is_refused(members, options, expected):
    with pytest.raises(ListingError) as refused:
        planned(*members, **options)

    assert [(problem.code, problem.line) for problem in refused.value.problems] == expected


def test_the_list_of_a_finished_wave_no_longer_changes():
    closed = Known(
        territories={"2701": KnownTerritory("2701", "Morvan", frozenset({"EPCI-A"}), is_open=False)},
        members=KNOWN.members,
        regions=KNOWN.regions,
    )
    with pytest.raises(ListingError) as refused:
        planned(*SAME, known=closed, wave=2018, as_of=date(2020, 1, 1))

    assert refused.value.problems[0].code == "closed_wave"


# Writing


def proposal(table, *, as_of=TODAY, wave=2023):
    found = read(as_csv(table), name="liste.csv")
    return plan(found, known_for(found, wave=wave), wave=wave, as_of=as_of)


def state():
    """All that a list may touch."""
    return (
        set(Place.objects.values_list("code", "name", "population", "valid_from", "valid_until")),
        set(Membership.objects.values_list("pk", "member", "container", "valid_from", "valid_until")),
        set(PlaceName.objects.values_list("place", "kind", "folded", "code", "rank")),
        set(ListEdition.objects.values_list("pk", flat=True)),
        Territory.objects.count(),
    )


def test_november_to_july_is_one_rename_and_three_changes_of_members(db):
    """As if July's list had not been read yet: November's is put back, then July's is planned."""
    back = proposal(rows("2023-11"))
    apply(back, at=AT)

    forth = proposal(rows("2024-07"))

    for found in (back, forth):
        assert (len(found.renamed), len(found.changed), len(found.new), len(found.closed)) == (1, 3, 0, 0)
        assert found.unchanged == 179
        assert not found.needs_confirmation
    assert forth.renamed[0].after == "Pays de Gex – Genevois – Terre Valserhône"
    assert [change.number for change in forth.changed] == ["2707", "7506", "7613"]
    assert (forth.counts["members_added"], forth.counts["members_removed"]) == (13, 2)


def test_the_list_in_force_changes_nothing_however_often_it_is_read(db):
    before = state()

    for _ in range(2):
        found = proposal(rows("2024-07"), as_of=date(2024, 7, 4))
        assert found.is_empty
        assert apply(found, at=AT) is None

    assert state() == before


def test_applying_writes_the_edition_the_dates_the_ancestors_and_the_names(db):
    table = [row for row in rows("2024-07") if row[2] != "215800467"]  # Cercy-la-Tour leaves
    table = [(row[0], "Nevers Loire Industrie", *row[2:]) if row[0] == "ti-2707" else row for row in table]
    table.append(("ti-1199", "Paris Industrie", "217500016", "Paris", "commune"))

    edition = apply(proposal(table), at=AT)

    assert (edition.wave, edition.as_of, edition.label, edition.applied_at) == (2023, TODAY, "liste.csv", AT)
    assert edition.counts["new"] == edition.counts["renamed"] == edition.counts["changed"] == 1
    left = Membership.objects.get(member__code="COM-58046", container__code="TI-2023-2707")
    assert (left.valid_from, left.valid_until) == (date(2024, 7, 4), date(2026, 11, 23))
    assert "TI-2023-2707" not in Place.objects.get(code="COM-58046").ancestor_codes
    new = Place.objects.get(code="TI-2023-1199")
    assert new.population == Place.objects.get(code="COM-75056").population
    assert new.ancestor_codes == ["TI-2023-1199", "DEP-75", "REG-11", "PAYS-99100", "ZON-TI-2023", "ZON-METROPOLE"]
    assert new.territory.main_region.code == "REG-11"
    assert Place.objects.get(code="COM-75056").ancestor_codes[2] == "TI-2023-1199"
    renamed = Place.objects.get(code="TI-2023-2707")
    assert (renamed.name, renamed.slug) == ("Nevers Loire Industrie", "nevers-loire-industrie")
    kinds = dict(renamed.names.filter(folded="nevers val de loire").values_list("folded", "kind"))
    assert kinds == {"nevers val de loire": "renamed"}


def test_a_territory_that_left_the_list_is_closed_then_reopened_nothing_is_deleted(db):
    count = Membership.objects.count()
    table = [row for row in rows("2024-07") if row[0] != "ti-2707"]

    apply(proposal(table), at=AT)

    closed = Place.objects.get(code="TI-2023-2707")
    assert closed.valid_until == date(2026, 11, 23)
    assert not closed.members.in_force().exists()
    assert Membership.objects.count() == count
    assert closed.territory not in Territory.objects.current()

    again = proposal(rows("2024-07"))
    assert [new.is_reopened for new in again.new] == [True]
    apply(again, at=AT)

    reopened = Place.objects.get(code="TI-2023-2707")
    assert reopened.valid_until is None
    assert reopened.population == 143_315
    assert Membership.objects.count() == count
    assert "TI-2023-2707" in Place.objects.get(code="COM-58194").ancestor_codes


def test_closing_more_than_five_percent_must_be_confirmed(db):
    before = state()
    found = proposal(rows("2024-07")[:600])

    with pytest.raises(ClosuresNotConfirmedError) as refused:
        apply(found, at=AT)

    assert state() == before
    assert wording.refusal(refused.value).startswith("Ce plan ferme 6,")
    assert apply(found, at=AT, confirm_closures=True) is not None


def test_a_plan_made_before_another_list_is_refused(db):
    stale = proposal(rows("2023-11"))
    apply(proposal([row for row in rows("2024-07") if row[2] != "215800467"]), at=AT)
    before = state()

    with pytest.raises(StalePlanError):
        apply(stale, at=AT)

    assert state() == before


def test_a_list_to_come_is_refused_until_its_day(db):
    with pytest.raises(NotYetInForceError):
        apply(proposal(rows("2023-11"), as_of=date(2026, 11, 25)), at=AT)

    # 23:30 in UTC is already the next day in Paris.
    assert apply(proposal(rows("2023-11"), as_of=date(2026, 11, 25)), at=datetime(2026, 11, 24, 23, 30, tzinfo=UTC))


def test_a_correction_of_the_same_day_leaves_no_overlap(db):
    apply(proposal(rows("2023-11")), at=AT)
    apply(proposal(rows("2024-07")), at=AT)

    periods = Membership.objects.filter(member__code="COM-58046", container__code="TI-2023-2707")
    assert list(periods.values_list("valid_from", "valid_until")) == [(date(2024, 7, 4), None)]
    assert ListEdition.objects.filter(wave=2023, as_of=TODAY).count() == 2


def test_two_people_apply_the_same_plan_at_once(committed_db):
    found = proposal(rows("2023-11"))
    barrier = threading.Barrier(2)
    results = []

    def work():
        try:
            barrier.wait(timeout=10)
            results.append(apply(found, at=AT))
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            results.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(type(result).__name__ for result in results) == ["ListEdition", "NoneType"]
    assert ListEdition.objects.filter(wave=2023, as_of=TODAY).count() == 1
    opened = Membership.objects.filter(valid_from=TODAY)
    assert opened.count() == found.counts["members_added"]


# The command


@pytest.fixture
def november(tmp_path):
    path = tmp_path / "novembre.csv"
    path.write_bytes(as_csv(rows("2023-11")))
    return path


def run(path, *options):
    output = io.StringIO()
    call_command("import_territories", str(path), *options, stdout=output)
    return output.getvalue()


def test_the_command_shows_the_plan_and_writes_only_when_told_to(db, november):
    before = state()

    shown = run(november)

    assert "Territoires : 1 renommé, 3 dont les membres changent, 179 inchangés." in shown
    assert "ti-8412 Pays de Gex – Genevois – Terre Valserhône : devient" in shown
    assert "- Cercy-la-Tour (COM-58046)" in shown
    assert "Rien n’est écrit" in shown
    assert state() == before

    assert "Liste appliquée." in run(november, "--write")
    assert ListEdition.objects.filter(label="novembre.csv").count() == 1
    assert "il n’y a rien à écrire" in run(november, "--write")


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (as_csv([(*ROW[:2], "245804407", *ROW[3:])]), [], "Ligne 2 : le SIREN 245804407 n’est pas valide"),
        (as_csv([(*ROW[:2], "732829320", *ROW[3:])]), [], "Ligne 2 : le SIREN 732829320 n’est celui d’aucune"),
        (as_csv([ROW]), ["--wave", "2028"], "La vague 2028 est inconnue"),
        (as_csv([ROW]), ["--wave", "2018"], "La vague 2018-2022 a commencé le 22/11/2018"),
        (as_csv([ROW]), ["--wave", "2018", "--as-of", "2020-01-01"], "sa liste ne change plus"),
        (as_csv([ROW]), ["--write"], "confirmez les fermetures"),
        (
            as_csv([ROW]),
            ["--as-of", "2030-01-01", "--write", "--confirm-closures"],
            "La date de cette liste est à venir",
        ),
        (as_csv([ROW]), ["--as-of", "demain"], "n’est pas une date"),
    ],
)
def test_the_command_refuses_in_french_and_writes_nothing(db, tmp_path, content, options, sentence):
    path = tmp_path / "liste.csv"
    path.write_bytes(content)
    before = state()

    with pytest.raises(CommandError, match=sentence):
        run(path, *options)

    assert state() == before


def test_the_command_says_when_there_is_no_file(db, tmp_path):
    with pytest.raises(CommandError, match="ne s’ouvre pas"):
        run(tmp_path / "absent.csv")


def test_the_published_form_is_the_one_of_the_list(db):
    assert HEADER[:3] == ("id_ti", "lib_ti", "siren_membre")
    assert len(rows("2024-07")) == 641
    assert len(rows("2023-11")) == 630
    assert len(rows("2018")) == 588
