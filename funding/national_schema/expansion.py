"""Perimeters in the codes of the schema: a territory or a zoning becomes the places it is made of."""

from collections import defaultdict
from collections.abc import Iterable

from territories.models import Membership, Place, Zoning
from territories.perimeters import COUNTRY

# Kinds that the official geographic code knows; others are opened.
_OFFICIAL = ("COM-", "EPCI-", "EPT-", "DEP-", "REG-", "PAYS-")
_MAX_DEPTH = 5


class Expansion:
    """Members of territories and zonings, read once: three queries whatever the number of schemes."""

    def __init__(self) -> None:
        self.parts = _parts()
        self._opened: dict[str, tuple[str, ...]] = {}

    def official(self, codes: Iterable[str]) -> list[str]:
        """The same places in official codes, sorted, each once."""
        return sorted({official for code in codes for official in self._open(code)})

    def _open(self, code: str, depth: int = 0) -> tuple[str, ...]:
        if code.startswith(_OFFICIAL):
            return (code,)
        if depth > _MAX_DEPTH:
            return ()
        if code not in self._opened:
            inside = {part for member in self.parts.get(code, ()) for part in self._open(member, depth + 1)}
            self._opened[code] = tuple(sorted(inside))
        return self._opened[code]


def _parts() -> dict[str, list[str]]:
    """Members in force of each territory or zoning; those of its last day for one that is closed."""
    in_force: dict[str, list[str]] = defaultdict(list)
    past: dict[str, list[str]] = defaultdict(list)
    rows = Membership.objects.filter(container__kind__in=("territory", "zoning")).order_by("pk")
    for member, container, until, closed in rows.values_list(
        "member__code", "container__code", "valid_until", "container__valid_until"
    ):
        if until is None:
            in_force[container].append(member)
        elif closed is not None and until >= closed:
            past[container].append(member)
    for code, included in Zoning.objects.order_by("pk").values_list("place__code", "included_codes"):
        in_force[code] += included
    return {**past, **in_force}


def place_names() -> dict[str, str]:
    """Names of the places that a criterion may name: all but the communes."""
    return dict(Place.objects.exclude(kind="commune").order_by("pk").values_list("code", "name"))


__all__ = ["COUNTRY", "Expansion", "place_names"]
