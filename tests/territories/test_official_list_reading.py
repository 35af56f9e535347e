"""The official list: what is read, what is refused and how it is told."""

import io
import struct
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from territories.official_list import ListedMember, ListingError, read
from tests.territories.published_list import as_csv, as_xlsx, rows

ROW = ("ti-2707", "Nevers Val de Loire", "245804406", "CA de Nevers", "epci")


def problems(content, **options):
    with pytest.raises(ListingError) as refused:
        read(content, **options)
    return [(problem.code, problem.line) for problem in refused.value.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_list_is_read_whatever_its_encoding_and_separator(encoding, separator):
    table = [row for row in rows("2024-07") if all(sign.encode("cp1252", "ignore") for text in row for sign in text)]

    listing = read(as_csv(table, separator=separator, encoding=encoding))

    assert [(f"ti-{row.number}", row.territory, row.siren, row.name) for row in listing.members] == [
        row[:4] for row in table
    ]


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
