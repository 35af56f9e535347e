"""One cell at a time. A `Fault` says in French what is wrong with it."""

import re
from decimal import ROUND_HALF_UP, Decimal

from stdnum.exceptions import ValidationError
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number

from ti_portal.core.text import fold

MAX_AMOUNT = Decimal("100000000000")
_CENT = Decimal("0.01")
_SPACES = re.compile(r"[\s\u00a0\u202f'’]")
_NOTHING = frozenset({"", "null", "none", "nan", "n a", "na", "nd", "nc", "non renseigne", "inconnu", "sans objet"})


class Fault(ValueError):
    """The message is a French end of sentence, without a full stop."""


def told(cell: str) -> str:
    """The text of a cell on one line; empty for what says nothing (« NULL », « non renseigné », « # »)."""
    text = " ".join(cell.split())
    return "" if fold(text) in _NOTHING else text


def amount(cell: str) -> Decimal:
    """Euros, to the cent: « 1 234 567,89 € », « 98708.7 », « 1.234,50 ». Raises Fault, also when it reads two ways."""
    text = told(cell)
    if not text:
        raise Fault("le montant manque")
    bare = _SPACES.sub("", text).removesuffix("€").removesuffix("EUR")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}", bare):
        # Thousands are parted by one sign, cents by the other.
        thousands = "." if "." in bare and (bare.rfind(",") > bare.find(".") or "," not in bare) else ","
        bare = bare.replace(thousands, "").replace(",", ".")
    elif re.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}", bare):
        raise Fault(f"« {text[:40]} » se lit de deux façons : écrivez-le sans séparateur de milliers")
    else:
        bare = bare.replace(",", ".")
    if not re.fullmatch(r"\d{1,15}(?:\.\d{1,20})?", bare):
        raise Fault(f"« {text[:40]} » n’est pas un montant")
    euros = Decimal(bare).quantize(_CENT, ROUND_HALF_UP)
    if euros >= MAX_AMOUNT:
        raise Fault(f"« {text[:40]} » dépasse cent milliards d’euros")
    return euros


def siren(cell: str) -> str:
    """A SIREN whose key is right, from a SIREN or a SIRET; empty when nothing is told. Raises Fault."""
    text = _SPACES.sub("", told(cell)).removesuffix(".0")
    if not text:
        return ""
    try:
        return siret_number.validate(text)[:9] if len(text) == 14 else siren_number.validate(text)
    except ValidationError as error:
        raise Fault(f"« {text[:20]} » n’est ni un SIREN ni un SIRET, il n’est pas repris") from error


def departement(cell: str) -> str:
    """« 1 » is 01, « 2a » is 2A; what is not a code is returned as it is, for its refusal to name it."""
    text = told(cell).upper().removeprefix("DEP-").removesuffix(".0")
    return text.zfill(2) if text.isdigit() else text


def commune(cell: str, departement_code: str) -> str:
    """The code of a commune. A zero that a spreadsheet ate is given back when the département says it was there."""
    text = told(cell).upper().removeprefix("COM-").removesuffix(".0")
    if re.fullmatch(r"\d{4}", text) and departement_code and f"0{text}".startswith(departement_code):
        return f"0{text}"
    return text
