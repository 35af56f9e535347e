"""States of all rows between two instants at which any of them changes."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from funding.catalogue.bits import mask_of
from funding.catalogue.rows import Row
from funding.eligibility.codes import CallState

# In the order of closing: what one can still use first, by what closes first; then what will come; then what is over.
_GROUPS = {
    CallState.OPEN: 0,
    CallState.CLOSING_SOON: 0,
    CallState.PERMANENT: 0,
    CallState.UPCOMING: 2,
    CallState.ANNOUNCED: 3,
    CallState.SUSPENDED: 4,
    CallState.EXHAUSTED: 5,
    CallState.CLOSED: 6,
    CallState.NO_CALL: 7,
}
_GROUP_OF = {str(state): group for state, group in _GROUPS.items()}
_UNDATED = 1


@dataclass(frozen=True)
class Moment:
    """Valid from `begins` to just before `ends`, in seconds since 1970.

    `closings`  instants of the rows that can be used and close, in the order of `by_closing`, which they begin
    """

    begins: float
    ends: float
    states: dict[str, int]
    by_closing: list[int]
    closings: list[float]

    @classmethod
    def of(cls, rows: Sequence[Row | None], at: float) -> "Moment":
        begins, ends = -inf, inf
        positions: dict[str, list[int]] = defaultdict(list)
        keyed = []
        for position, row in enumerate(rows):
            if row is None:
                continue
            phases = row.phases
            number = row.phase_number(at)
            since, state, closes_at, _ = phases[number]
            following = phases[number + 1].since if number + 1 < len(phases) else inf
            begins = max(begins, since)
            ends = min(ends, following)
            positions[state].append(position)
            group = _GROUP_OF[state]
            if group == 0:
                key = (0, closes_at) if closes_at is not None else (_UNDATED, 0.0)
            elif group == 2:
                key = (2, following)
            elif group == 6:
                key = (6, -(closes_at or 0.0))
            else:
                key = (group, 0.0)
            keyed.append((key, row.scheme_id, row.listing_id, position))
        keyed.sort()
        return cls(
            begins=begins,
            ends=ends,
            states={state: mask_of(where, len(rows)) for state, where in positions.items()},
            by_closing=[position for *_, position in keyed],
            closings=[key[1] for key, *_ in keyed if key[0] == 0],
        )

    @property
    def usable(self) -> int:
        """Rows where one can file at this moment."""
        mask = 0
        for state in CallState.usable:
            mask |= self.states.get(state, 0)
        return mask

    def closing_before(self, limit: float, size: int) -> int:
        """Usable rows that close before an instant."""
        return mask_of(self.by_closing[: bisect_left(self.closings, limit)], size)
