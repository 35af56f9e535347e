"""The rows that an address asks for, the counts of its facets, and what would bring more when there are none."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_

from funding.catalogue.filters import ORDER, STATES, Wanted
from funding.catalogue.index import Value
from funding.catalogue.loading import Catalogue
from funding.catalogue.moments import Moment
from funding.catalogue.rows import Row
from funding.catalogue.words import answer

_MULTIPLE = frozenset({"aide", "statut"})


@dataclass(frozen=True)
class Relaxation:
    """How many rows there would be without one filter."""

    name: str
    count: int


class Selection:
    """One question asked to the catalogue, at an instant in seconds since 1970."""

    def __init__(self, catalogue: Catalogue, wanted: Wanted, at: float) -> None:
        self.catalogue = catalogue
        self.wanted = wanted
        self.index = catalogue.index
        self.moment: Moment = self.index.moment(at)
        self._answer = answer(wanted.words, catalogue)
        self._base = self.index.main
        self._masks = {name: self._mask(name) for name in wanted.names}
        self.mask = self._all_but(None)
        self.count = self.mask.bit_count()

    def page(self, start: int, stop: int) -> list[Row]:
        """Rows in the order asked for, from the `start`-th."""
        if start >= self.count:
            return []
        if self.wanted.sort == "pertinence":
            order = self._answer.order
        elif self.wanted.sort == "montant":
            order = self.index.by_amount
        else:
            order = self.moment.by_closing
        return self.index.ordered(self.mask, order, start, stop)

    def facet(self, name: str) -> dict[Value, int]:
        """How many rows each value would give, the facet's own filter put aside; values that give none are left out."""
        others = self._all_but(name)
        if name == "statut":
            masks = ((state, self.moment.states.get(state, 0)) for state, _ in STATES)
        else:
            masks = ((value, self.index.having(name, value)) for value in self.index.masks[name])
        counts = ((value, (others & mask).bit_count()) for value, mask in masks)
        return {value: count for value, count in counts if count}

    @property
    def usable_count(self) -> int:
        """Rows where one can file at this moment, the filter on states put aside."""
        return (self._all_but("statut") & self.moment.usable).bit_count()

    def relaxations(self) -> list[Relaxation]:
        """What each filter costs, the tightest first: the one without which there would be most rows."""
        found = [Relaxation(name, self._all_but(name).bit_count()) for name in self._masks]
        return sorted(found, key=lambda one: (-one.count, ORDER.index(one.name)))

    def _all_but(self, put_aside: str | None) -> int:
        """Rows that answer to every filter but one. Without a place, a scheme shows once, by its main row."""
        masks = [mask for name, mask in self._masks.items() if name != put_aside]
        if "lieu" not in self._masks or put_aside == "lieu":
            masks.append(self._base)
        return reduce(and_, masks)

    def _mask(self, name: str) -> int:
        wanted, index = self.wanted, self.index
        if name == "q":
            return self._answer.mask
        if name == "lieu":
            return index.at_place(wanted.lieu.ancestor_codes)
        if name == "avant":
            return self.moment.closing_before(wanted.closes_before, index.size)
        values = getattr(wanted, name)
        if name == "statut":
            return _union(self.moment.states.get(state, 0) for state in values)
        return _union(index.having(name, value) for value in (values if name in _MULTIPLE else (values,)))


def _union(masks) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union


def usable_here(
    catalogue: Catalogue, codes: Sequence[str], at: float, audiences: Sequence[str], limit: int
) -> tuple[list[Row], int]:
    """Rows that one of these audiences can use at a place at this moment, those that close first, and how many."""
    index = catalogue.index
    moment = index.moment(at)
    mask = index.at_place(codes) & moment.usable & _union(index.having("public", value) for value in audiences)
    return index.ordered(mask, moment.by_closing, 0, limit), mask.bit_count()
