"""A line of the catalogue as it is kept in memory."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class Phase(NamedTuple):
    """From an instant (seconds since 1970, minus infinity for the first) a row is in a state, closing then.

    `call` is the slug of the call that decides, empty without any.
    """

    since: float
    state: str
    closes_at: float | None
    call: str


@dataclass(frozen=True, slots=True)
class Row:
    """A `Listing`, for the places of `included`, also in `within` when it says any, and not in `excluded`.

    `stamp` changes whenever the row of the database is written again, whoever writes it.
    """

    listing_id: int
    stamp: int
    scheme_id: int
    call_id: int | None
    is_main: bool
    included: tuple[str, ...]
    excluded: tuple[str, ...]
    within: tuple[str, ...]
    audiences: tuple[str, ...]
    help_kinds: tuple[str, ...]
    project_natures: tuple[str, ...]
    expense_natures: tuple[str, ...]
    funders: tuple[int, ...]
    highest_amount: Decimal | None
    phases: tuple[Phase, ...]

    def phase_number(self, at: float) -> int:
        """Which of its phases a row is in at an instant."""
        number = len(self.phases) - 1
        while number and self.phases[number].since > at:
            number -= 1
        return number
