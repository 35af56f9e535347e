"""Perimeters: codes included minus codes excluded.

Pure rules, and the same rule in SQL. « Applies here » looks upward only: at the place and at what contains it.
An empty perimeter covers nothing; the whole country is written `PAYS-99100`.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from django.db import models
from django.db.models import Q

COUNTRY = "PAYS-99100"
NOWHERE = "Aucun lieu"


class HasAncestors(Protocol):
    ancestor_codes: list[str]


def applies(included: Iterable[str], excluded: Iterable[str], ancestors: Collection[str]) -> bool:
    """Say whether a perimeter covers a place, given the codes of the place and of all that contains it.

    An exclusion wins over any inclusion, whatever their scales.
    """
    known = ancestors if isinstance(ancestors, (set, frozenset)) else set(ancestors)
    return any(code in known for code in included) and not any(code in known for code in excluded)


def covering(place: HasAncestors, prefix: str = "") -> Q:
    """The same rule for the rows of a `PerimeterModel`, in a form its GIN indexes serve.

    `prefix` reaches a related row: `covering(place, "scheme__")`.
    """
    codes = list(place.ancestor_codes)
    return Q(**{f"{prefix}included_codes__overlap": codes}) & ~Q(**{f"{prefix}excluded_codes__overlap": codes})


class PerimeterQuerySet(models.QuerySet):
    def covering(self, place: HasAncestors):
        """Rows whose perimeter covers `place`."""
        return self.filter(covering(place))


def describe(included: Iterable[str], excluded: Iterable[str], names: Mapping[str, str]) -> str:
    """Say a perimeter in French: « Normandie et Bretagne, sauf Rouen ».

    `names` gives the name of each code (`Place.objects.names_by_code`); a code without a name is shown as it is.
    """
    inside = [names.get(code, code) for code in dict.fromkeys(included)]
    outside = [names.get(code, code) for code in dict.fromkeys(excluded)]
    if not inside:
        return NOWHERE
    return enumerate_names(inside) + (f", sauf {enumerate_names(outside)}" if outside else "")


def enumerate_names(names: list[str]) -> str:
    """« A », « A et B », « A, B et C »."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} et {names[-1]}"
