"""Kinds of values that addresses and bodies of the API take. Each refuses what its published schema refuses."""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from ninja import Query
from pydantic import AfterValidator, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from ti_portal.core.api.cursors import DEFAULT_LIMIT, HIGHEST_LIMIT, LONGEST_CURSOR

_ASCII_INT = re.compile(r"[0-9]{1,9}")
_DAY = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8])"
# Every day from 2015 to 2099, and nothing else, so that the published form says all.
DAY_PATTERN = f"^(20(1[5-9]|[2-9][0-9])-({_DAY})|20(16|[2468][048]|[3579][26])-02-29)$"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

# A day of an address: « 2020-12-15 ».
Day = Annotated[str, StringConstraints(pattern=DAY_PATTERN), AfterValidator(date.fromisoformat)]


def whole_number(lowest: int, highest: int) -> Any:
    """A whole number of a body. Texts and booleans are not numbers; 12.0 is 12, as JSON says."""

    def read(value: Any) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise PydanticCustomError("ti_not_a_whole_number", "Donnez un nombre entier.")
        if not lowest <= value <= highest:
            raise PydanticCustomError("ti_out_of_range", f"Donnez un nombre entre {lowest} et {highest}.")
        return value

    schema = {"type": "integer", "minimum": lowest, "maximum": highest}
    return Annotated[int, PlainValidator(read), WithJsonSchema(schema)]


def _read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise PydanticCustomError("ti_not_a_flag", "Répondez par true ou false.")
    return value


def _read_date(value: Any) -> date:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise PydanticCustomError("ti_not_a_date", "Écrivez la date ainsi : 2020-12-15.")


Flag = Annotated[bool, PlainValidator(_read_flag), WithJsonSchema({"type": "boolean"})]
# A date of a body.
PlainDate = Annotated[date, PlainValidator(_read_date), WithJsonSchema({"type": "string", "format": "date"})]


def _read_limit(value: Any) -> int:
    text = str(value)
    if not _ASCII_INT.fullmatch(text) or not 1 <= int(text) <= HIGHEST_LIMIT:
        raise PydanticCustomError("ti_bad_limit", f"Donnez un nombre entier entre 1 et {HIGHEST_LIMIT}.")
    return int(text)


_LIMIT_SCHEMA = {"type": "integer", "minimum": 1, "maximum": HIGHEST_LIMIT, "default": DEFAULT_LIMIT}
Limit = Annotated[
    Annotated[int, PlainValidator(_read_limit), WithJsonSchema(_LIMIT_SCHEMA)],
    Query(DEFAULT_LIMIT, description=f"Nombre d’éléments par page, {HIGHEST_LIMIT} au plus.", examples=[20]),
]
Cursor = Annotated[
    str | None,
    Query(
        max_length=LONGEST_CURSOR,
        description="Où reprendre la liste : la valeur donnée par « next ». Elle n’est lisible que par cette liste.",
    ),
]
Slug = Annotated[str, StringConstraints(pattern="^[-a-zA-Z0-9_]+$", max_length=200)]
Reader = Callable[[Any], Any]
