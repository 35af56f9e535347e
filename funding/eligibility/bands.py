"""A figure that is known exactly or only between two bounds."""

from dataclasses import dataclass
from decimal import Decimal

from funding.eligibility.codes import Truth
from funding.eligibility.errors import FactError, Refusal

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Band:
    """From `lower` to `upper`, both counting; `upper` None means without limit."""

    lower: Number
    upper: Number | None

    def __post_init__(self):
        for bound in (self.lower, self.upper):
            if bound is not None:
                check_number(bound, "band")
        if self.upper is not None and self.upper < self.lower:
            raise FactError(Refusal.REVERSED_BOUNDS, "band", (self.lower, self.upper))

    @property
    def is_exact(self) -> bool:
        return self.lower == self.upper


def check_number(value: object, field: str) -> None:
    """Refuse what is not a whole or decimal number of zero or more; floats lose cents, booleans are not numbers."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise FactError(Refusal.BAD_NUMBER, field, value)
    if (isinstance(value, Decimal) and not value.is_finite()) or value < 0:
        raise FactError(Refusal.BAD_NUMBER, field, value)


def at_least(lower: Number) -> Band:
    """A figure of which only a lower bound is known, such as one firm's share of its group's staff."""
    return Band(lower, None)


def as_band(figure: Number | Band | None) -> Band:
    """The band of an exact figure, of a band, or of nothing known (zero or more)."""
    if figure is None:
        return Band(0, None)
    return figure if isinstance(figure, Band) else Band(figure, figure)


def within(figure: Band, lower: Number | None, upper: Number | None) -> Truth:
    """Whether every value of the figure (MET), none (NOT_MET) or only some (UNKNOWN) lie between the bounds."""
    if is_below(figure, lower) or is_above(figure, upper):
        return Truth.NOT_MET
    high_enough = lower is None or figure.lower >= lower
    low_enough = upper is None or (figure.upper is not None and figure.upper <= upper)
    return Truth.MET if high_enough and low_enough else Truth.UNKNOWN


def is_below(figure: Band, lower: Number | None) -> bool:
    return lower is not None and figure.upper is not None and figure.upper < lower


def is_above(figure: Band, upper: Number | None) -> bool:
    return upper is not None and figure.lower > upper
