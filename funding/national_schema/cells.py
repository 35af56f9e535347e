"""One cell at a time: lists, dates, numbers, addresses, place codes. A `Fault` says in French what is wrong."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from stdnum.exceptions import ValidationError
from stdnum.fr import siren as siren_number

from funding.eligibility.calls import first_instant, last_instant
from funding.national_schema.columns import LABELS
from funding.national_schema.texts import one_line, shortened

PARIS = ZoneInfo("Europe/Paris")
MAX_ADDRESS = 1_000
MAX_INTEGER = 10_000_000

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ACRONYM = re.compile(r"^(.{3,}?)\s*\(([A-ZÀ-Ý0-9][A-ZÀ-Ý0-9 .&’'-]{1,38})\)$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Fault(ValueError):
    """A cell that contradicts the schema; the message is a French end of sentence, without a full stop."""


class Notes:
    """What is to be said of a row: reasons that refuse it, remarks on what was not kept."""

    def __init__(self) -> None:
        self.reasons: list[str] = []
        self.remarks: list[str] = []

    def refuse(self, column: str, sentence: str) -> None:
        self._note(self.reasons, column, sentence)

    def remark(self, column: str, sentence: str) -> None:
        self._note(self.remarks, column, sentence)

    @contextmanager
    def faults(self, column: str) -> Iterator[None]:
        """Turn a Fault into a reason that refuses the row."""
        try:
            yield
        except Fault as fault:
            self.refuse(column, str(fault))

    def _note(self, kept: list[str], column: str, sentence: str) -> None:
        note = f"{LABELS[column]} ({column}) : {sentence}."
        if note not in kept:
            kept.append(note)


def listed(text: str) -> list[str]:
    """The values between `|`, each once, without blanks."""
    return list(dict.fromkeys(value for part in text.split("|") if (value := one_line(part))))


def check_uuid(text: str) -> None:
    if not _UUID.fullmatch(text):
        raise Fault(f"« {shortened(text, 60)} » n’est pas un identifiant UUID")
    UUID(text)


def siren(given: object) -> str:
    text = re.sub(r"\s", "", str(given))
    if not text:
        return ""
    try:
        return siren_number.validate(text)
    except ValidationError as error:
        raise Fault(f"« {shortened(text, 20)} » n’est pas un SIREN, il n’est pas repris") from error


def split_acronym(name: str) -> tuple[str, str]:
    """« CMA FRANCE (APCM) » gives « CMA FRANCE » and « APCM »."""
    found = _ACRONYM.match(name)
    return (found[1].strip(), found[2].strip()) if found else (name, "")


def address(text: str) -> str:
    text = text.strip()
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\s<>\"]", text)
    except ValueError:
        usable = False
    if not usable:
        raise Fault(f"« {shortened(text, 80)} » n’est pas une adresse http ou https")
    if len(text) > MAX_ADDRESS:
        raise Fault(f"l’adresse dépasse {MAX_ADDRESS} signes")
    return text


def integer(text: str) -> int | None:
    compact = re.sub(r"[\s\u202f\u00a0]", "", text)
    if not compact:
        return None
    if not re.fullmatch(r"\d{1,12}", compact) or int(compact) > MAX_INTEGER:
        raise Fault(f"« {shortened(text, 30)} » n’est pas un nombre entier positif")
    return int(compact)


def _moment(text: str) -> date | datetime | None:
    text = text.strip()
    if not text:
        return None
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else datetime.fromisoformat(text)
    except ValueError as error:
        raise Fault(f"« {shortened(text, 40)} » n’est pas une date au format ISO 8601 (2025-10-15)") from error
    if not 1950 <= found.year <= 2200:
        raise Fault(f"l’année de « {shortened(text, 40)} » est hors de propos")
    if not isinstance(found, datetime):
        return found
    local = found.astimezone(PARIS) if found.tzinfo else found.replace(tzinfo=PARIS)
    return local.date() if local.timetz().replace(tzinfo=None) == time.min else local


def opening(text: str) -> datetime | None:
    """An opening instant; a day opens at midnight in Paris."""
    found = _moment(text)
    return first_instant(found) if found is not None and not isinstance(found, datetime) else found


def closing(text: str) -> datetime | None:
    """A closing instant; a day, or a midnight in Paris, closes at the end of that day."""
    found = _moment(text)
    return last_instant(found) if found is not None and not isinstance(found, datetime) else found


def day_in_paris(text: str) -> date | None:
    found = _moment(text)
    return found.date() if isinstance(found, datetime) else found


def place_codes(text: str, places: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Codes of places that exist, sorted, and the others as they were written."""
    codes = [code.upper() if len(code) < 40 else code for code in listed(text)]
    known = sorted(code for code in codes if code in places)
    return tuple(known), tuple(shortened(code, 40) for code in codes if code not in places)
