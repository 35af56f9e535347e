"""From the label of a perimeter to codes of places, through the list of perimeters of aides-territoires itself.

A label is resolved when exactly one perimeter of that list bears it, and the portal has a place of its code. Anything
else is told to a person, with the reason: there are 12 Sainte-Colombe, and an ad hoc perimeter has no official code.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from funding.national_schema.texts import one_line, shortened
from funding.sources.aides_territoires.vocabulary import scale as scale_of
from territories.perimeters import COUNTRY
from ti_portal.core.text import fold

MAX_LABEL = 200
# « Grenoble (Commune – 38000, 38100) », « Isère (Département) »
_LABEL = re.compile(r"^(?P<name>.+?) \((?P<scale>[^()–]+?)(?: – (?P<zips>[0-9AB, ]+))?\)$")
_KINDS = {"commune": ("COM",), "epci": ("EPCI", "EPT"), "department": ("DEP",), "region": ("REG",)}
LISTED = tuple(_KINDS)
_WHOLE = {
    "country": frozenset({"france"}),
    "continent": frozenset({"europe", "union europeenne"}),
    "mainland": frozenset({"france metropolitaine", "metropole", "france hexagonale"}),
    "overseas": frozenset({"outre mer", "france d outre mer", "outre mers"}),
}


@dataclass(frozen=True)
class Wanted:
    """A perimeter as an aid names it. `scale` is "" when the aid does not say it; `text` is the whole label."""

    name: str
    scale: str
    text: str

    @property
    def folded(self) -> str:
        return fold(self.name)


@dataclass(frozen=True)
class Placed:
    """Codes, or the reason why there are none."""

    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Known:
    """What the portal knows: codes in force among those asked, overseas régions, and how many communes in force bear
    a folded name.
    """

    codes: Collection[str] = frozenset()
    overseas: tuple[str, ...] = ()
    homonyms: Mapping[str, int] = field(default_factory=dict)


def wanted(label: object, scale: object) -> Wanted | None:
    """Read the label of an aid: the older API writes the scale in it, its successor beside it. None: not told."""
    if not isinstance(label, str) or not one_line(label):
        return None
    text = shortened(one_line(label[:1_000]), MAX_LABEL)
    told = scale_of(scale)
    found = _LABEL.match(text)
    if found and scale_of(found["scale"]) and told in ("", scale_of(found["scale"])):
        return Wanted(found["name"], scale_of(found["scale"]), text)
    if not told:
        told = next((whole for whole, names in _WHOLE.items() if fold(text) in names), "")
    return Wanted(text, told, text)


class Perimeters:
    """The source's own list, and what a person decided of some labels (`decided`: label to codes)."""

    def __init__(
        self, rows: Iterable[object], known: Known, decided: Mapping[str, Iterable[str]] | None = None
    ) -> None:
        self._known = known
        self._decided = {fold(label): tuple(codes) for label, codes in (decided or {}).items()}
        self._by_name: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for row in rows:
            if isinstance(row, dict) and (name := row.get("name")) and isinstance(name, str):
                code = row.get("code")
                code = (
                    str(code).strip().upper()[:40] if isinstance(code, str | int) and not isinstance(code, bool) else ""
                )
                text = row.get("text")
                key = (scale_of(row.get("scale")), fold(name[:1_000]))
                self._by_name[key][code].add(one_line(text[:1_000]) if isinstance(text, str) else name)

    def place(self, asked: Wanted | None) -> Placed:
        """The places of a perimeter, or why they are not known."""
        if asked is None:
            return Placed(reason="La source ne dit pas où l’aide s’applique.")
        if codes := self._decided.get(fold(asked.text)):
            unknown = [code for code in codes if code not in self._known.codes]
            if unknown:
                return self._lost(asked, f"la correspondance donnée cite un code inconnu, {unknown[0]}")
            return Placed(tuple(sorted(codes)))
        if asked.scale in _WHOLE:
            return self._whole(asked)
        if asked.scale in _KINDS:
            return self._listed(asked)
        reasons = {
            "adhoc": "c’est un périmètre sur mesure d’Aides-territoires, sans code officiel",
            "basin": "c’est un bassin hydrographique",
        }
        return self._lost(asked, reasons.get(asked.scale, "la source ne dit pas de quelle sorte de lieu il s’agit"))

    def _whole(self, asked: Wanted) -> Placed:
        if asked.folded not in _WHOLE[asked.scale]:
            return self._lost(asked, "le portail ne connaît pas ce périmètre")
        if asked.scale == "overseas":
            return (
                Placed(self._known.overseas) if self._known.overseas else self._lost(asked, "aucune région d’outre-mer")
            )
        return Placed((COUNTRY,), self._known.overseas if asked.scale == "mainland" else ())

    def _listed(self, asked: Wanted) -> Placed:
        found = self._by_name.get((asked.scale, asked.folded), {})
        # The older API tells homonyms apart by their postcodes.
        exact = (
            {code: texts for code, texts in found.items() if asked.text in texts} if asked.text != asked.name else {}
        )
        found = exact or found
        if not found:
            return self._lost(asked, "il n’est pas dans la liste des périmètres de la source")
        if len(found) > 1:
            shown = " ; ".join(f"{min(texts)} [{code or 'sans code'}]" for code, texts in sorted(found.items())[:5])
            return self._lost(asked, f"plusieurs périmètres portent ce nom : {shown}")
        if not exact and asked.scale == "commune" and self._known.homonyms.get(asked.folded, 0) > 1:
            return self._lost(asked, "plusieurs communes portent ce nom")
        (code,) = found
        places = [f"{kind}-{code}" for kind in _KINDS[asked.scale] if f"{kind}-{code}" in self._known.codes]
        if len(places) != 1:
            return self._lost(asked, f"aucun lieu d’aujourd’hui n’a le code {code or '(vide)'}")
        return Placed(tuple(places))

    def _lost(self, asked: Wanted, why: str) -> Placed:
        return Placed(reason=f"Périmètre « {asked.text} » : {why}.")


def codes_to_look_up(rows: Iterable[object], decided: Mapping[str, Iterable[str]]) -> set[str]:
    """Codes of places that a list of perimeters may lead to."""
    codes = {code for given in decided.values() for code in given}
    for row in rows:
        if isinstance(row, dict) and isinstance(code := row.get("code"), str | int):
            kinds = _KINDS.get(scale_of(row.get("scale")), ())
            codes |= {f"{kind}-{str(code).strip().upper()[:40]}" for kind in kinds}
    return codes
