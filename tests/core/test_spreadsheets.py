# ruff: noqa: DTZ001 - a cell of a spreadsheet has no time zone
"""What people send is refused in a sentence or read exactly; what they take away runs nothing."""

import csv
import io
import struct
import zipfile
import zlib
from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from ti_portal.core.spreadsheets import (
    UnreadableTable,
    neutralised,
    read_table,
    unneutralised,
    write_csv,
    write_xlsx,
)

CSV = "Code;Nom\n2707;Nevers\n3012;Alès\n"
CELLS = (("2707", "Nevers"), ("3012", "Alès"))


def workbook(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(content: bytes, change) -> bytes:
    """The workbook with `change(name, data)` applied to each of its parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return stream.getvalue()


def refusal(content: bytes, **limits) -> UnreadableTable:
    with pytest.raises(UnreadableTable) as caught:
        read_table(content, **limits)
    assert caught.value.message[0].isupper()
    assert caught.value.message.endswith(".")
    return caught.value


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode("utf-8"),
        CSV.encode("utf-8-sig"),
        CSV.encode("cp1252"),
        CSV.encode("utf-16"),
        CSV.encode("utf-16-le"),
        CSV.encode("utf-16-be"),
        CSV.replace(";", ",").encode(),
        CSV.replace(";", "\t").encode(),
        b"sep=;\n" + CSV.encode(),
        CSV.replace("\n", "\r\n").encode(),
        ("\n\nCode;Nom;;\n2707;Nevers\n\n;;\n 3012 ; Alès ;;\n").replace("\n\nCode", "Code").encode(),
        workbook(["Code", "Nom"], [2707, "Nevers"], [3012.0, "Alès"]),
        workbook(["Code", "Nom", None], ["2707", " Nevers "], [None, None], ["3012", "Alès"]),
    ],
)
def test_the_same_table_is_read_from_all_that_spreadsheets_write(content):
    table = read_table(io.BytesIO(content))

    assert table.headers == ("Code", "Nom")
    assert tuple(row.cells for row in table.rows) == CELLS


def test_row_numbers_are_those_a_spreadsheet_shows():
    table = read_table('Code;Nom\n2707;"Nevers\net autour"\n\n3012;Alès\n'.encode())

    assert [(number, record["Code"]) for number, record in table.records()] == [(2, "2707"), (4, "3012")]


def test_workbook_cells_are_read_as_a_person_reads_them():
    table = read_table(
        workbook(
            ["Jour", "Instant", "Oui", "Nombre", "Vide"],
            [date(2026, 11, 24), datetime(2026, 11, 24, 9, 30), True, 0.25, None],
        )
    )

    assert table.rows[0].cells == ("2026-11-24", "2026-11-24 09:30", "oui", "0.25", "")


def test_the_headers_are_the_first_row_that_is_not_blank():
    table = read_table(("\n;;\n" + CSV).encode())

    assert (table.headers, table.header_row) == (("Code", "Nom"), 3)
    assert [row.number for row in table.rows] == [4, 5]


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        (b"", "empty", None),
        (b" \n\n", "empty", None),
        (b"Code;Nom\n", "empty", None),
        (b"\nCode;Nom\n", "empty", None),
        (b"Code;;Nom\n1;2;3\n", "no_header", 1),
        (b"Code;code\n1;2\n", "duplicate_header", 1),
        (b"Code|Nom\n2707|Nevers\n", "separator", None),
        (b"Code;Nom\n2707;Nevers;Cher\n", "extra_cells", 2),
        (b'Code;Nom\n2707;"Nevers\n', "quotes", 2),
        (b'Code;Nom\n2707;"Nev"ers\n', "quotes", 2),
        (b"Code;Nom\n2707;Ne\x00vers\n", "control_character", 2),
        (b"Code;Nom\n2707;Ne\x07vers\n", "control_character", 2),
        (b"Code;Nom\n1;a\n2;=1+1\n", "formula", 3),
        (b"Code;Nom\n2707;" + b"a" * 60_000, "cell_too_long", 2),
        (b"Code;Nom\n2707;" + b"a" * 200_000, "cell_too_long", 2),
        ("Code;Nom\n3012;Alès\n".encode().decode("cp1252").encode(), "encoding", None),
        ("Code;Nom\n3012;Cév\ufffdnnes\n".encode(), "encoding", None),
        ("Code;Nom\n3012;Cévennes\n".encode("cp850"), "encoding", None),
        (b"Code;Nom\n3012;C\x81vennes\n", "encoding", None),
        (b"<!DOCTYPE html><html><table></table></html>", "not_a_table", None),
        (b"%PDF-1.7 blah", "not_a_table", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_workbook", None),
        (";".join(f"c{n}" for n in range(101)).encode() + b"\n1\n", "too_many_columns", 1),
    ],
)
def test_a_bad_text_file_is_refused_with_its_reason(content, code, row):
    error = refusal(content)

    assert (error.code, error.row) == (code, row)


def test_size_and_rows_are_limited():
    assert refusal(CSV.encode(), max_bytes=10).code == "too_big"
    assert refusal(b"a" * (5 * 1024 * 1024 + 1)).code == "too_big"
    error = refusal(CSV.encode(), max_rows=1)
    assert (error.code, error.row) == ("too_many_rows", None)
    assert len(read_table(CSV.encode(), max_rows=2).rows) == 2
    assert "10\u202f000 lignes" in refusal(b"Code\n" + b"1\n" * 10_001).message
    assert refusal(workbook(["Code"], *([n] for n in range(10_001)))).code == "too_many_rows"


def test_a_truncated_workbook_is_refused():
    whole = workbook(["Code", "Nom"], *([n, "Nevers"] for n in range(500)))

    for part in (0.01, 0.2, 0.5, 0.9, 0.99):
        assert refusal(whole[: int(len(whole) * part)]).code == "damaged"


def test_a_workbook_with_broken_bytes_or_xml_is_refused():
    whole = workbook(["Code", "Nom"], [2707, "Nevers"])
    place = whole.index(b"xl/worksheets/sheet1.xml") + 60

    assert refusal(whole[:place] + b"\xff" * 40 + whole[place + 40 :]).code == "damaged"
    cut = repacked(whole, lambda name, data: data[: len(data) // 2] if "sheet1" in name else data)
    assert refusal(cut).code == "damaged"
    empty = repacked(whole, lambda name, data: b"" if "sheet1" in name else data)
    assert refusal(empty).code == "damaged"
    for part in ("xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        emptied = repacked(whole, lambda name, data, part=part: b"<a/>" if name == part else data)
        assert refusal(emptied).code == "damaged", part


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
def test_a_workbook_without_styles_is_read():
    bare = repacked(workbook(["Code"], [2707]), lambda name, data: b"<a/>" if name == "xl/styles.xml" else data)

    assert read_table(bare).rows[0].cells == ("2707",)


def test_a_zip_that_is_not_a_workbook_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")

    assert refusal(stream.getvalue()).code == "not_a_table"


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    whole = workbook(["Code"], [2707])
    by_size = repacked(whole, lambda name, data: b" " * 70_000_000 if "styles" in name else data)
    by_ratio = repacked(whole, lambda name, data: b" " * 5_000_000 if "styles" in name else data)
    assert len(by_size) < 100_000

    assert refusal(by_size).code == "zip_bomb"
    assert refusal(by_ratio).code == "zip_bomb"


def test_a_zip_bomb_that_lies_about_its_size_is_refused():
    whole = workbook(["Code"], [2707])
    data = b"<worksheet>" + b" " * 30_000_000
    bomb = repacked(whole, lambda name, old: data if "sheet1" in name else old)
    # The true size is written in the local header and in the directory: make both say 11 bytes.
    lying = bomb.replace(struct.pack("<L", len(data)), struct.pack("<L", 11)).replace(
        struct.pack("<L", zlib.crc32(data)), struct.pack("<L", zlib.crc32(data[:11]))
    )

    assert refusal(lying).code in ("damaged", "zip_bomb")


def test_a_workbook_with_thousands_of_parts_is_refused():
    stream = io.BytesIO(workbook(["Code"], [2707]))
    with zipfile.ZipFile(stream, "a") as archive:
        for number in range(600):
            archive.writestr(f"xl/extra{number}.xml", "<a/>")

    assert refusal(stream.getvalue()).code == "zip_bomb"


def test_entities_are_refused():
    doctype = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;&b;">]><worksheet>&c;</worksheet>'
    bomb = repacked(workbook(["Code"], [2707]), lambda name, old: doctype if "sheet1" in name else old)

    assert refusal(bomb).code == "zip_bomb"


def test_a_sheet_that_lies_about_its_dimension_costs_nothing():
    def lie(name, data):
        return data.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"') if "sheet1" in name else data

    table = read_table(repacked(workbook(["Code", "Nom"], [2707, "Nevers"]), lie))

    assert [row.cells for row in table.rows] == [("2707", "Nevers")]


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("http://a","b")'])
def test_formulas_in_a_workbook_are_refused_with_their_cell(formula):
    error = refusal(workbook(["Code", "Nom"], [2707, "Nevers"], [3012, formula]))

    assert (error.code, error.row) == ("formula", 3)
    assert error.message.startswith("Ligne 3 : la cellule de la colonne B contient une formule")


def test_duplicate_keys_are_refused_with_both_rows():
    table = read_table(b"Adresse;Nom\nA@b.fr;x\nc@b.fr;y\na@B.fr;z\n")

    with pytest.raises(UnreadableTable) as caught:
        table.refuse_duplicates("Adresse")
    assert (caught.value.code, caught.value.row) == ("duplicate_key", 4)
    assert "répète la ligne 2" in caught.value.message


def test_missing_columns_are_named():
    with pytest.raises(UnreadableTable, match="Colonne absente : « Région »"):
        read_table(CSV.encode()).require("Code", "Région")


@pytest.mark.parametrize("text", ["=1+1", "+33 1", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=1", "＝1"])
def test_no_export_begins_like_a_formula_and_undoing_gives_it_back(text):
    assert neutralised(text) == "'" + text
    assert unneutralised(neutralised(text)) == text


@pytest.mark.parametrize("value", ["Nevers", "L’Isle", "'tis", "", -5, None, 2.5])
def test_other_values_are_left_alone(value):
    assert neutralised(value) == value


def test_written_files_hold_no_formula():
    rows = [["=1+1", -5, None, True, date(2026, 11, 24), datetime(2026, 7, 1, 10, 0, tzinfo=UTC)]]

    sheet = load_workbook(io.BytesIO(write_xlsx(list("abcdef"), rows, title="a/b: c"))).active
    assert [cell.value for cell in sheet[2]] == [
        "'=1+1", -5, None, "oui", datetime(2026, 11, 24), datetime(2026, 7, 1, 12, 0),
    ]  # fmt: skip
    assert {cell.data_type for cell in sheet[2]} <= {"s", "n", "d", "inlineStr"}
    written = write_csv(["a", "b"], [["@x", "oui\x00"]])
    assert list(csv.reader(io.StringIO(written.decode("utf-8-sig")), delimiter=";")) == [
        ["a", "b"],
        ["'@x", "oui\ufffd"],
    ]


# Any letters, among enough of ours: a file of nothing but phonetic signs is rightly taken for something else.
readable = (
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffdÃ‚„ˆ‡ŠŽ‰"), max_size=14
    )
    .map(str.strip)
    .map(lambda text: text + "e" * (1 + 2 * len(text)))
)


@settings(deadline=None)
@given(st.lists(st.tuples(readable, readable), min_size=1, max_size=5))
def test_what_is_written_is_read_again_unchanged(rows):
    for written in (write_csv(["a", "b"], rows), write_xlsx(["a", "b"], rows)):
        assert [row.cells for row in read_table(written).rows] == rows


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    for sent in (content, b"PK\x03\x04" + content):
        with suppress(UnreadableTable):
            read_table(sent)


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\r\n\x01\x02\x03\x04\x05\x06\x07IHDR",
        b"\xff\xfe" + bytes(range(60, 200)) * 3,
        b"\xff\xd8\xff\xe0\x01\x02\x03\x04\x05\x06JFIF\xe9\xe8",
    ],
)
def test_a_file_that_is_no_text_is_called_so(content):
    with pytest.raises(UnreadableTable, match="n’est pas un"):
        read_table(content)
