"""Reading an answer of « Recherche d'entreprises ». Pure, and every field is treated as hostile.

Only what the check needs is read; people (`dirigeants`) are never looked at, so never kept.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from funding.eligibility.codes import AudienceCode
from funding.eligibility.errors import RuleError
from funding.eligibility.naf import Naf

LONGEST_NAME = 150
MAX_TURNOVER = 10**12

_LEGAL = re.compile(r"[0-9]{4}")
_INSEE = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{3}")
_SIRET = re.compile(r"[0-9]{14}")
_BAND = re.compile(r"NN|[0-5][0-9]")
_YEAR = re.compile(r"20[0-9]{2}")
# Legal categories (INSEE, level III) of the bodies that the schemes name; the longest beginning wins.
_AUDIENCES = {
    "7210": AudienceCode.COMMUNE,
    "7220": AudienceCode.DEPARTMENT,
    "7225": AudienceCode.REGION,
    "7229": AudienceCode.REGION,
    "7230": AudienceCode.REGION,
    "7343": AudienceCode.EPCI,
    "7344": AudienceCode.EPCI,
    "7346": AudienceCode.EPCI,
    "7348": AudienceCode.EPCI,
    "71": AudienceCode.PUBLIC_BODY,
    "72": AudienceCode.PUBLIC_BODY,
    "73": AudienceCode.PUBLIC_BODY,
    "74": AudienceCode.PUBLIC_BODY,
    "92": AudienceCode.ASSOCIATION,
    "93": AudienceCode.ASSOCIATION,
}


@dataclass(frozen=True, slots=True)
class Firm:
    """What the register says of a firm. Empty or None where it says nothing that can be used.

    turnover in euros, of the closed year `turnover_year`; `staff_band` an INSEE code, the legal unit's own staff;
    `commune` the INSEE code of the establishment asked for.
    """

    siret: str
    name: str = ""
    audience: str = ""
    naf: str = ""
    legal_category: str = ""
    created_on: date | None = None
    staff_band: str = ""
    turnover: int | None = None
    turnover_year: str = ""
    commune: str = ""
    is_closed: bool = False
    is_partial: bool = False

    def as_row(self) -> dict[str, Any]:
        return {**asdict(self), "created_on": self.created_on and self.created_on.isoformat()}

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "Firm":
        return replace(cls(**row), created_on=_day(row["created_on"]))


class MalformedAnswer(ValueError):
    """Not an answer of this API."""


def read_answer(payload: object, siret: str) -> Firm | None:
    """The firm of a SIRET, or None when the answer holds no such firm. Raises MalformedAnswer."""
    results = payload.get("results") if isinstance(payload, dict) else None
    if not isinstance(results, list):
        raise MalformedAnswer("results")
    for result in results:
        if isinstance(result, dict) and result.get("siren") == siret[:9]:
            return _firm(result, siret)
    return None


def _firm(result: dict[str, Any], siret: str) -> Firm:
    place, is_asked_one = _establishment(result, siret)
    legal = _text(result.get("nature_juridique"), _LEGAL)
    diffusion = result.get("statut_diffusion")
    turnover, year = _turnover(result.get("finances"))
    is_closed = result.get("etat_administratif") in ("C", "F")
    return Firm(
        siret=siret,
        name=_name(result),
        audience=_audience(legal),
        naf=_naf(result.get("activite_principale")),
        legal_category=legal,
        created_on=_day(result.get("date_creation")),
        staff_band=_band(result.get("tranche_effectif_salarie")),
        turnover=turnover,
        turnover_year=year,
        commune=_text(place.get("commune"), _INSEE) if is_asked_one else "",
        is_closed=is_closed or (is_asked_one and place.get("etat_administratif") in ("C", "F")),
        is_partial=diffusion in ("P", "N"),
    )


def _establishment(result: dict[str, Any], siret: str) -> tuple[dict[str, Any], bool]:
    """The establishment of the SIRET; another one's place would be a wrong answer, so none is better."""
    matching = result.get("matching_etablissements")
    candidates = [*(matching if isinstance(matching, list) else []), result.get("siege")]
    for candidate in candidates:
        if isinstance(candidate, dict) and candidate.get("siret") == siret:
            return candidate, True
    return {}, False


def _name(result: dict[str, Any]) -> str:
    for key in ("nom_complet", "nom_raison_sociale"):
        value = result.get(key)
        if isinstance(value, str) and value.strip():
            return " ".join("".join(sign if sign.isprintable() else " " for sign in value).split())[:LONGEST_NAME]
    return ""


def _audience(legal: str) -> str:
    if not legal:
        return ""
    found = _AUDIENCES.get(legal) or _AUDIENCES.get(legal[:2])
    if found is None and legal[0] == "7":
        found = AudienceCode.PUBLIC_BODY
    return str(found or AudienceCode.FIRM)


def _naf(value: object) -> str:
    try:
        return Naf.of(value).code if isinstance(value, str) else ""
    except RuleError:
        return ""


def _band(value: object) -> str:
    """« NN » says that it employs nobody: the band 00."""
    code = _text(value, _BAND)
    return "00" if code == "NN" else code


def _turnover(finances: object) -> tuple[int | None, str]:
    """Turnover of the last year that gives one."""
    if not isinstance(finances, dict):
        return None, ""
    for year in sorted((y for y in finances if isinstance(y, str) and _YEAR.fullmatch(y)), reverse=True):
        figures = finances[year]
        turnover = figures.get("ca") if isinstance(figures, dict) else None
        if isinstance(turnover, int | float) and not isinstance(turnover, bool) and 0 <= turnover <= MAX_TURNOVER:
            return round(turnover), year
    return None, ""


def _day(value: object) -> date | None:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return day if day and day.year >= 1000 else None


def _text(value: object, form: re.Pattern[str]) -> str:
    return value if isinstance(value, str) and form.fullmatch(value) else ""
