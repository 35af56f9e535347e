"""Values of an answer that nobody vouches for. None means « not told »: missing, null, empty or of the wrong type."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from funding.national_schema.cells import Fault, address, day_in_paris
from funding.national_schema.texts import one_line, shortened
from territories import rich_text

MAX_RAW = 200_000
MAX_ITEMS = 100
_is_address = URLValidator(schemes=["http", "https"])
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def text(value: object, length: int) -> str | None:
    """One line of at most `length` signs, cut at a word."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return shortened(one_line(str(value)[:MAX_RAW]), length).strip() or None


def rich(value: object) -> str | None:
    """Sanitised HTML of at most the length that the portal keeps; what is longer loses its formatting, then its end."""
    if not isinstance(value, str):
        return None
    html = rich_text.sanitise(value[:MAX_RAW])
    if len(html) > rich_text.MAX_LENGTH:
        words = "\n\n".join(rich_text.to_lines(html))
        # Escaping and tags make a text longer: a third of the room is kept for them, and checked.
        html = rich_text.sanitise(shortened(words, rich_text.MAX_LENGTH * 2 // 3))
        if len(html) > rich_text.MAX_LENGTH:
            html = rich_text.sanitise(shortened(words, rich_text.MAX_LENGTH // 6))
    return html or None


def texts(value: object, length: int) -> list[str] | None:
    """Texts of a list, each once. None when it is no list, or an empty one."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return None
    found = (text(item, length) for item in value[:MAX_ITEMS])
    return list(dict.fromkeys(item for item in found if item)) or None


def day(value: object) -> date | None:
    """A day written 2027-01-31, or an instant, whose day in Paris it is. Raises Fault for anything else but nothing."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not _DAY.match(value.strip()):
        raise Fault("ce n’est pas une date")
    return day_in_paris(value[:40])


def number(value: object, upper: Decimal) -> Decimal | None:
    """A number from 0 to `upper`, itself or written. Raises Fault for anything else but nothing."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Fault("ce n’est pas un nombre")
    try:
        found = Decimal(str(value)[:40].strip().replace(",", "."))
    except InvalidOperation as error:
        raise Fault("ce n’est pas un nombre") from error
    if not found.is_finite() or not 0 <= found <= upper:
        raise Fault("ce nombre est hors de propos")
    return found


def link(value: object) -> str | None:
    """A full http or https address, that the portal's own tables would take."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        found = address(value[:MAX_RAW])
        _is_address(found)
    except (Fault, ValidationError, ValueError):
        return None
    return found
