"""Where a row of a spreadsheet says that it applies. A name is a place only when a single place bears it."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from funding.national_schema.texts import shortened
from funding.sources.fields import split
from territories.enums import NameKind, PlaceKind
from territories.models import Place, PlaceName
from ti_portal.core.text import fold, fold_name

_CODE = re.compile(r"(?:COM|EPCI|EPT|DEP|REG|PAYS|TI|ZON)-[0-9A-Z-]{1,34}")
_NAMED_KINDS = (PlaceKind.COMMUNE, PlaceKind.EPCI, PlaceKind.EPT, PlaceKind.DEPARTEMENT, PlaceKind.REGION,
                PlaceKind.TERRITORY)  # fmt: skip


@dataclass(frozen=True)
class Places:
    """Codes in force, codes of what a single place is named, and how many places bear each name."""

    codes: frozenset[str]
    by_name: dict[str, set[str]]
    decided: dict[str, tuple[str, ...]]

    @classmethod
    def load(cls, words: Iterable[str], options: dict[str, Any]) -> "Places":
        labels_given = options.get("labels") if isinstance(options.get("labels"), dict) else {}
        decided = {fold(label): tuple(split(str(codes).upper())) for label, codes in labels_given.items()}
        words = set(words)
        codes = {word.upper() for word in words if _CODE.fullmatch(word.upper())}
        codes |= {code for given in decided.values() for code in given} | set(
            split(str(options.get("places") or "").upper())
        )
        names = {fold_name(word) for word in words}
        bearers = PlaceName.objects.filter(
            folded__in=names, kind=NameKind.OFFICIAL, place__valid_until=None, place__kind__in=_NAMED_KINDS
        )
        by_name: dict[str, set[str]] = defaultdict(set)
        for folded, code in bearers.order_by("pk").values_list("folded", "place__code"):
            by_name[folded].add(code)
        known = Place.objects.in_force().filter(code__in=codes).order_by("code").values_list("code", flat=True)
        return cls(frozenset(known), dict(by_name), decided)

    def of(self, word: str) -> tuple[tuple[str, ...], str]:
        """Codes of what a cell says, or why there are none."""
        codes = self.decided.get(fold(word)) or ((word.upper(),) if _CODE.fullmatch(word.upper()) else ())
        if codes:
            unknown = [code for code in codes if code not in self.codes]
            return ((), f"aucun lieu n’a le code {unknown[0]}") if unknown else (codes, "")
        found = self.by_name.get(fold_name(word), set())
        if len(found) == 1:
            return tuple(found), ""
        if not found:
            return (), f"« {shortened(word, 80)} » n’est le nom d’aucun lieu"
        return (), f"« {shortened(word, 80)} » est le nom de plusieurs lieux ({', '.join(sorted(found)[:5])})"
