"""What is refused: a bad rule, a bad call, a bad fact. Each carries a code and data, never a sentence."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why a row or a fact was not accepted. Worded in `refusals.refusal_text`."""

    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_OPERATOR = "unknown_operator"
    UNKNOWN_FIELD = "unknown_field"
    OPERATOR_NOT_FOR_KIND = "operator_not_for_kind"
    NO_VALUES = "no_values"
    VALUES_NOT_WANTED = "values_not_wanted"
    BAD_VALUE = "bad_value"
    CONTRADICTORY_VALUE = "contradictory_value"
    NO_BOUND = "no_bound"
    BAD_NUMBER = "bad_number"
    REVERSED_BOUNDS = "reversed_bounds"
    NO_TEXT = "no_text"
    BAD_LINK = "bad_link"
    BAD_FLAG = "bad_flag"
    BAD_INSTANT = "bad_instant"
    BAD_DATE = "bad_date"
    BAD_ZONE = "bad_zone"
    CLOSES_BEFORE_OPENING = "closes_before_opening"
    BAD_RATE = "bad_rate"
    DUPLICATE_KEY = "duplicate_key"


class RuleError(ValueError):
    """A rule, a call or an amount that cannot be used as written."""

    def __init__(self, code: Refusal, field: str = "", value: object = None):
        self.code = code
        self.field = field
        self.value = value
        super().__init__(f"{code}: {field}={value!r}")


class FactError(RuleError):
    """A fact of the situation that cannot be used as given."""
