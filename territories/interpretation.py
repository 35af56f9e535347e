"""What a person meant by what they typed in the search box. Pure: no database."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType

from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret

from territories.enums import PlaceKind, Wave
from ti_portal.core.text import fold, fold_name

MAX_LENGTH = 200
MAX_WORDS = 12

_CODE = re.compile(r"(COM|EPCI|EPT|DEP|REG|PAYS|TI|ZON)-[0-9A-Z-]+")
_CORSICAN = re.compile(r"2[AB](\d{3})?")
_TERRITORY = re.compile(r"TI[- ]?(\d{4})")
_LABELLED = re.compile(r"(?:(?:N°|NUMERO|NUMÉRO) )?(SIREN|SIRET)\b[ :]*", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s._-]+")
# Words still being typed: « ste » may be the beginning of « Steenvoorde » as well as « Sainte ».
_MAY_GO_ON = frozenset({"st", "ste", "sts", "stes", "s", "ss"})
_EPCI = (PlaceKind.EPCI, PlaceKind.EPT)
# What people write before a name, folded, and the kinds it points at.
LEAD_INS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("territoire d industrie", (PlaceKind.TERRITORY,)),
    ("territoires d industrie", (PlaceKind.TERRITORY,)),
    ("ti", (PlaceKind.TERRITORY,)),
    ("communaute d agglomeration", _EPCI),
    ("communaute de communes", _EPCI),
    ("communaute urbaine", _EPCI),
    ("intercommunalite", _EPCI),
    ("agglomeration", _EPCI),
    ("agglo", _EPCI),
    ("metropole", _EPCI),
    ("cc", _EPCI),
    ("ca", _EPCI),
    ("cu", _EPCI),
    ("commune de", (PlaceKind.COMMUNE,)),
    ("ville de", (PlaceKind.COMMUNE,)),
    ("mairie de", (PlaceKind.COMMUNE,)),
    ("departement", (PlaceKind.DEPARTEMENT,)),
    ("region", (PlaceKind.REGION,)),
)
# What people write after the name of an intercommunalité: « Nevers agglo » for the official « CA de Nevers ».
TRAILERS = (
    "communaute d agglomeration",
    "communaute de communes",
    "communaute urbaine",
    "intercommunalite",
    "agglomeration",
    "agglo",
    "metropole",
)
_LINKS = frozenset({"de", "du", "des", "d"})


class QueryKind(StrEnum):
    EMPTY = "empty"
    TOO_LONG = "too_long"
    POSTCODE = "postcode"
    SIREN = "siren"
    SIRET = "siret"
    BAD_SIREN = "bad_siren"
    BAD_SIRET = "bad_siret"
    CODE = "code"
    NAME = "name"


@dataclass(frozen=True)
class Query:
    """What was typed, read. `text` is what to show again, without control signs, at most 200 signs.

    `code`: postcode, SIREN (also for a SIRET) or first of `codes`. `folded`: the name, folded; `starts`: the beginnings
    of names to look for, the typed one first. `kinds`: what the person asked for (« CC du… »), may be empty.
    """

    kind: QueryKind
    text: str = ""
    code: str = ""
    codes: tuple[str, ...] = ()
    folded: str = ""
    starts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.folded.split())


def interpret(text: str) -> Query:
    """Read what was typed. Never raises, whatever the text.

    Five digits are a postcode (looked for as an INSEE code too), nine a SIREN, fourteen a SIRET, both checked by
    python-stdnum, La Poste's exception included; another long number is a bad SIREN or SIRET.
    """
    shown = _clean(text)
    if len(shown) > MAX_LENGTH:
        return Query(QueryKind.TOO_LONG, shown[:MAX_LENGTH].rstrip())
    folded = fold_name(shown)
    if not folded:
        return Query(QueryKind.EMPTY, shown)
    labelled = _LABELLED.match(shown)
    wanted = labelled.group(1).lower() if labelled else ""
    compact = _SEPARATORS.sub("", shown[labelled.end() :] if labelled else shown)
    if compact.isascii() and compact.isdigit():
        query = _number(shown, compact, wanted)
        if query:
            return query
    if codes := _codes(shown.upper()):
        return Query(QueryKind.CODE, shown, codes[0], codes, folded)
    starts, kinds = _starts(shown, folded)
    return Query(QueryKind.NAME, shown, folded=folded, starts=starts, kinds=kinds)


def _clean(text: str) -> str:
    """Compatibility forms resolved, control signs and runs of spaces made one space."""
    # Longer than this is too long whatever it holds; cutting first keeps the work bounded.
    normal = unicodedata.normalize("NFKC", text[: MAX_LENGTH * 50])
    return " ".join("".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in normal).split())


def _number(shown: str, digits: str, wanted: str) -> Query | None:
    length = len(digits)
    if wanted == "siret" or length > 9:
        if _is_valid(siret, digits):
            return Query(QueryKind.SIRET, shown, digits[:9])
        return Query(QueryKind.BAD_SIRET, shown, digits)
    if wanted == "siren" or length > 5:
        if _is_valid(siren, digits):
            return Query(QueryKind.SIREN, shown, digits)
        return Query(QueryKind.BAD_SIREN, shown, digits)
    if length == 5:
        codes = (f"COM-{digits}",)
        return Query(QueryKind.POSTCODE, shown, digits, codes)
    if length == 4:
        return Query(QueryKind.CODE, shown, codes=_territory_codes(digits), code=_territory_codes(digits)[0])
    if length in (2, 3):
        return Query(QueryKind.CODE, shown, f"DEP-{digits}", (f"DEP-{digits}",))
    return None


def _is_valid(checker: ModuleType, digits: str) -> bool:
    try:
        checker.validate(digits)
    except ValidationError:
        return False
    return True


def _codes(upper: str) -> tuple[str, ...]:
    if territory := _TERRITORY.fullmatch(upper):
        return _territory_codes(territory.group(1))
    if _CODE.fullmatch(upper):
        return (upper,)
    if corsican := _CORSICAN.fullmatch(upper):
        return (f"COM-{upper}" if corsican.group(1) else f"DEP-{upper}",)
    return ()


def _territory_codes(number: str) -> tuple[str, ...]:
    """The same number in every wave, the newest first: it may be two different territories."""
    return tuple(f"TI-{wave}-{number}" for wave in sorted(Wave.values, reverse=True))


def _starts(shown: str, folded: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    starts = [folded]
    words = folded.split()
    as_typed = fold(shown).split()
    if as_typed[-1] in _MAY_GO_ON and as_typed[-1] != words[-1]:
        starts.append(" ".join([*words[:-1], as_typed[-1]]))
    for lead_in, kinds in LEAD_INS:
        if folded.startswith(f"{lead_in} "):
            rest = folded[len(lead_in) + 1 :].split()
            while len(rest) > 1 and rest[0] in _LINKS:
                rest = rest[1:]
            return (*starts, " ".join(rest)), tuple(str(kind) for kind in kinds)
    for trailer in TRAILERS:
        if folded.endswith(f" {trailer}"):
            return (*starts, folded.removesuffix(f" {trailer}")), tuple(str(kind) for kind in _EPCI)
    return tuple(starts), ()


def split_departement(words: tuple[str, ...], departements: Iterable[tuple[str, str]]) -> tuple[str, tuple[str, ...]]:
    """Split « ales gard », « ales 30 » or « ales gard 30 » into the name and the codes of the départements it ends on.

    `departements`: (code without kind, name folded). The longest ending wins; a name may be typed in part, from three
    letters. Returns ("", ()) when the text does not end on a département.
    """
    known = list(departements)
    for index in range(1, len(words)):
        tail = " ".join(words[index:])
        found = tuple(f"DEP-{code}" for code, name in known if _ends_on(tail, code.lower(), name))
        if found:
            head = words[:index]
            return " ".join(head), found
    return "", ()


def _ends_on(tail: str, code: str, name: str) -> bool:
    if tail == code:
        return True
    if len(tail) < 3:
        return False
    bare = re.sub(r"^(la|l|le|les) ", "", name)
    return any(f"{form} {code}".startswith(tail) for form in (name, bare))
