"""Rows of the catalogue, numbered, and the set of rows of each value that a filter or a facet may ask for.

An `Index` never changes once made: threads share it. `updated` gives another one, from which some rows are gone and to
which others came, in a time that depends on how many.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

from funding.catalogue.bits import in_order, mask_of
from funding.catalogue.moments import Moment
from funding.catalogue.rows import Row

KEPT_MOMENTS = 16

Value = str | int
# Name of a facet → the field of a row that holds its values.
FACETS = {
    "public": "audiences",
    "aide": "help_kinds",
    "projet": "project_natures",
    "depense": "expense_natures",
    "financeur": "funders",
}
_KEYS = (*FACETS, "included", "excluded", "within", "is_nested", "is_main", "is_for_all")


@dataclass
class Index:
    """`rows[position]` is None where a row was removed. `masks[key][value]` is the set of rows that have the value."""

    rows: list[Row | None] = field(default_factory=list)
    masks: dict[str, dict[Value, int]] = field(default_factory=lambda: {key: {} for key in _KEYS})
    positions: dict[int, int] = field(default_factory=dict)
    _moments: dict[tuple[float, float], Moment] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def size(self) -> int:
        return len(self.rows)

    def updated(self, *, gone: Collection[int], come: Iterable[Row]) -> "Index":
        """The index without the rows of these listing ids and with these new ones; a row in both is replaced."""
        rows, positions = self.rows.copy(), self.positions.copy()
        masks = {key: values.copy() for key, values in self.masks.items()}
        removed: dict[tuple[str, Value], list[int]] = defaultdict(list)
        freed = []
        for listing_id in gone:
            position = positions.pop(listing_id, None)
            if position is None:
                continue
            for key in _keys_of(rows[position]):
                removed[key].append(position)
            rows[position] = None
            freed.append(position)
        added: dict[tuple[str, Value], list[int]] = defaultdict(list)
        for row in come:
            position = freed.pop() if freed else len(rows)
            if position == len(rows):
                rows.append(row)
            else:
                rows[position] = row
            positions[row.listing_id] = position
            for key in _keys_of(row):
                added[key].append(position)
        size = len(rows)
        for (name, value), gone_from in removed.items():
            masks[name][value] &= ~mask_of(gone_from, size)
            if not masks[name][value]:
                del masks[name][value]
        for (name, value), come_to in added.items():
            masks[name][value] = masks[name].get(value, 0) | mask_of(come_to, size)
        return Index(rows, masks, positions)

    @property
    def main(self) -> int:
        """Rows that show when no place is chosen."""
        return self.masks["is_main"].get(1, 0)

    def at_place(self, codes: Iterable[str]) -> int:
        """Rows whose perimeter covers a place, given its own code and those of all that contains it."""
        codes = tuple(codes)
        included, excluded, within = (self.masks[name] for name in ("included", "excluded", "within"))
        inside = outside = 0
        nested = self.masks["is_nested"].get(1, 0)
        for code in codes:
            inside |= included.get(code, 0)
            outside |= excluded.get(code, 0)
            nested |= within.get(code, 0)
        return inside & nested & ~outside

    def having(self, facet: str, value: Value) -> int:
        """Rows that have a value. A scheme that names no audience is for all of them."""
        mask = self.masks[facet].get(value, 0)
        return mask | self.masks["is_for_all"].get(1, 0) if facet == "public" else mask

    def moment(self, at: float) -> Moment:
        """States and closings at an instant, kept for as long as none changes."""
        for (begins, ends), moment in tuple(self._moments.items()):
            if begins <= at < ends:
                return moment
        moment = Moment.of(self.rows, at)
        with self._lock:
            while len(self._moments) >= KEPT_MOMENTS:
                self._moments.pop(next(iter(self._moments)))
            self._moments[moment.begins, moment.ends] = moment
        return moment

    def ordered(self, mask: int, order: Sequence[int], start: int, stop: int) -> list[Row]:
        """Rows of a set in the order given, from the `start`-th to before the `stop`-th."""
        return [self.rows[position] for position in in_order(mask, order, self.size, start, stop)]

    @cached_property
    def by_amount(self) -> list[int]:
        """Positions by highest amount, the largest first, those without amount last."""
        kept = [(position, row) for position, row in enumerate(self.rows) if row is not None]
        kept.sort(key=lambda pair: (pair[1].highest_amount is None, -(pair[1].highest_amount or 0), pair[1].listing_id))
        return [position for position, _ in kept]


def _keys_of(row: Row) -> Iterable[tuple[str, Value]]:
    for facet, name in FACETS.items():
        for value in getattr(row, name):
            yield facet, value
    for code in row.included:
        yield "included", code
    for code in row.excluded:
        yield "excluded", code
    for code in row.within:
        yield "within", code
    if not row.within:
        yield "is_nested", 1
    if row.is_main:
        yield "is_main", 1
    if not row.audiences:
        yield "is_for_all", 1
