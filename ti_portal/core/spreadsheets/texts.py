"""CSV: encoding and separator are found out, never guessed past a doubt."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from ti_portal.core.spreadsheets.tables import NOT_TEXT, UnreadableTable

SAMPLE = 4000
ENOUGH_SIGNS = 2  # one stray sign is a fault to name by its cell, several are another kind of file
_SEPARATORS = (";", ",", "\t")
# Accented letters of one encoding read in another: « Ã© » (UTF-8 read twice), « ‚ » inside a word (MS-DOS, Macintosh).
_MANGLED = re.compile(r"Ã[\u00a0©¨ª«´§®¯¹¢»¼\u20ac\u2030]|\ufffd|[‚„ˆ‡][a-z]|[A-Za-z][ŠŽ‰][a-z]")


def text_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content)
    if text.lstrip()[:200].lower().startswith(("<!doctype", "<html", "<?xml", "<table", "%pdf", "{")):
        raise UnreadableTable("not_a_table", "Ce fichier n’est pas un tableau : envoyez un fichier .xlsx ou .csv.")
    first, _, rest = text.partition("\n")
    skipped = 0
    if first.strip().lower() in {f"sep={sign}" for sign in _SEPARATORS}:  # Excel's own hint
        separator, text, skipped = first.strip()[4:] or "\t", rest, 1
    else:
        separator = _separator_of(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = skipped
    try:
        for number, cells in enumerate(reader, skipped + 1):
            yield number, [cell.strip() for cell in cells]
    except csv.Error as error:
        if "field larger" in str(error):
            raise UnreadableTable("cell_too_long", "une cellule est trop longue.", number + 1) from error
        raise UnreadableTable("quotes", "un guillemet est mal placé ou jamais refermé.", number + 1) from error


def _decoded(content: bytes) -> str:
    text = _decoded_or_none(content)
    if text is None:
        raise UnreadableTable(
            "encoding", "Les lettres de ce fichier sont illisibles : enregistrez-le en « CSV UTF-8 » ou en .xlsx."
        )
    if "\x00" in text:
        row = text.count("\n", 0, text.index("\x00")) + 1
        raise UnreadableTable("control_character", "ce fichier contient des octets nuls, ce n’est pas un tableau.", row)
    if len(NOT_TEXT.findall(text, 0, SAMPLE)) > ENOUGH_SIGNS or not _is_latin(text[:SAMPLE]):
        raise UnreadableTable("not_a_table", "Ce fichier n’est pas un texte : envoyez un fichier .xlsx ou .csv.")
    if _MANGLED.search(text):
        raise UnreadableTable(
            "encoding",
            "Les lettres accentuées de ce fichier ont été abîmées par un changement d’encodage : "
            "repartez de l’original et enregistrez-le en « CSV UTF-8 » ou en .xlsx.",
        )
    return text


def _is_latin(sample: str) -> bool:
    """Whether most signs are those of a French table: bytes of a picture read as UTF-16 give Chinese."""
    return sum(ord(sign) < 0x250 or 0x2000 <= ord(sign) <= 0x20CF for sign in sample) >= 0.6 * len(sample)


def _decoded_or_none(content: bytes) -> str | None:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif (wide := _wide_encoding(content)) is not None:
        encodings = [wide]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _wide_encoding(content: bytes) -> str | None:
    """UTF-16 without its mark: most French letters then have a zero byte beside them, always on the same side."""
    sample = content[:2000]
    half = max(1, len(sample) // 2)
    low, high = sample[0::2].count(0), sample[1::2].count(0)
    if high > 0.7 * half and low == 0:
        return "utf-16-le"
    if low > 0.7 * half and high == 0:
        return "utf-16-be"
    return None


def _separator_of(text: str) -> str:
    header = next((line for line in text.splitlines() if line.strip()), "")
    best = max(_SEPARATORS, key=lambda sign: len(next(csv.reader([header], delimiter=sign), [])))
    if best not in header and "|" in header:
        raise UnreadableTable(
            "separator", "Les colonnes doivent être séparées par des points-virgules, des virgules ou des tabulations."
        )
    return best
