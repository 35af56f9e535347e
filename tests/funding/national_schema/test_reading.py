import io
import zipfile

import pytest

from funding.national_schema import reading
from funding.national_schema.columns import NAMES
from tests.funding.national_schema.files import file, key, row
from ti_portal.core.spreadsheets import UnreadableTable, write_xlsx

OLD_COLUMNS = NAMES[:15]


def refused(content: bytes) -> str:
    with pytest.raises(UnreadableTable) as error:
        reading.read(content)
    return error.value.message


def test_rows_keep_their_numbers_and_their_new_lines():
    first, second = reading.read(file(row(1), row(2))).rows
    assert (first.number, second.number) == (2, 3)
    assert first.cells["description"] == row(1)["description"]


def test_a_file_of_an_earlier_version_is_read_and_its_missing_columns_are_said():
    sheet = reading.read(file(row(1), columns=OLD_COLUMNS))
    assert sheet.rows[0].cells["ciblage_naf"] == ""
    assert "de la version 0.2.0 du schéma" in sheet.remarks[0]


def test_columns_in_another_order_and_unknown_ones():
    columns = (*reversed(NAMES), "montant")
    sheet = reading.read(file({**row(1), "montant": "12"}, columns=columns))
    assert sheet.rows[0].cells["titre"] == "Aide aux essais n° 1"
    assert sheet.remarks == ("Le schéma ne connaît pas la colonne montant : elle n’est pas lue.",)


def test_a_workbook_and_windows_letters_are_read_too():
    cells = row(1)
    assert reading.read(write_xlsx(NAMES, [list(cells.values())])).rows[0].cells["titre"] == cells["titre"]
    assert reading.read(file(cells).decode().encode("cp1252")).rows[0].cells["eligibilite"] == cells["eligibilite"]


def bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<a/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "vide"),
        (file(), "aucune ligne"),
        (file(row(1))[:-120], "guillemet"),
        (file(row(1)) + b"\x00", "octets nuls"),
        (file(row(1)).decode().encode("utf-8").decode("cp1252", "ignore").encode(), "abîmées"),
        (bomb(), "démesuré"),
        (b"PK\x03\x04 rien", "abîmé"),
        (file(row(1, titre="=1+1")), "formule"),
        (file({"nom": "x"}, columns=("nom", "prix")), "n’en est pas un"),
        (file(row(1), columns=("titre", *NAMES)), "deux colonnes"),
        (b'{"dispositifs": []}', "pas un tableau"),
        (b"<!doctype html><p>Erreur 500</p>", "pas un tableau"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_french(content, sentence):
    assert sentence in refused(content)


def test_too_many_rows():
    light = row(1, description="x", eligibilite="x", promesse="")
    content = file(light)
    body = content.split(b"\n", 1)[1]
    assert refused(content + body * reading.MAX_ROWS) == "Le fichier compte plus de 10\u202f000 lignes."


def test_twins_are_told_with_the_rows_of_each_other():
    sheet = reading.read(file(row(1), row(2), row(3, id=key(1).upper())))
    assert reading.duplicates(sheet.rows) == {2: [4], 4: [2]}
