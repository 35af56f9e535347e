"""Cells that several tables read and write: codes, labels, figures, instants."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from funding.models import Scheme
from funding.resources.values import CLOCK_FORMS
from ti_portal.core.text import fold

BAR = " | "
_SPACES = str.maketrans("", "", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}€")
_TRUE, _FALSE = {"oui", "o", "vrai", "1", "x"}, {"non", "n", "faux", "0", ""}


def read_choice(text: str, choices: Iterable[tuple[str, str]]) -> str:
    """The code of a cell that holds a code or its label. Raises ValidationError."""
    choices = list(choices)
    known = {fold(word): str(code) for code, label in choices for word in (str(code), str(label))}
    if fold(text) not in known:
        labels = ", ".join(str(label) for _, label in choices)
        raise ValidationError(f"« {text[:60]} » n’est pas reconnu. Les valeurs sont : {labels}.")
    return known[fold(text)]


def read_choices(text: str, choices: Iterable[tuple[str, str]]) -> list[str]:
    """Codes of a cell that holds labels or codes parted by bars or new lines."""
    choices = list(choices)
    words = [word for word in text.replace("\n", "|").split("|") if word.strip()]
    return list(dict.fromkeys(read_choice(word, choices) for word in words))


def write_choices(codes: Iterable[str], labels: Mapping[str, str]) -> str:
    return BAR.join(labels.get(code, code) for code in codes)


def read_flag(text: str) -> bool:
    """« oui » or « non »; empty is « non »."""
    folded = fold(text)
    if folded in _TRUE:
        return True
    if folded in _FALSE:
        return False
    raise ValidationError(f"« {text[:40]} » : écrivez oui ou non.")


def read_figure(text: str) -> Decimal | None:
    """« 1 200 000,50 »; empty gives None."""
    bare = text.translate(_SPACES).replace(",", ".")
    if not bare:
        return None
    try:
        figure = Decimal(bare)
    except InvalidOperation as error:
        raise ValidationError(f"« {text[:40]} » n’est pas un nombre.") from error
    if not figure.is_finite():
        raise ValidationError(f"« {text[:40]} » n’est pas un nombre.")
    return figure


def write_figure(figure: Decimal | None) -> str:
    if figure is None:
        return ""
    text = f"{figure:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def read_instant(text: str, zone: str) -> datetime | None:
    """« 31/12/2026 12:00 » on a clock of the zone; empty gives None."""
    text = text.strip()
    if not text:
        return None
    for form in CLOCK_FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=ZoneInfo(zone))
        except ValueError:
            continue
    raise ValidationError(f"« {text[:40]} » n’est pas une date avec son heure : écrivez 31/12/2026 12:00.")


def write_instant(instant: datetime | None, zone: str) -> str:
    if instant is None:
        return ""
    wall = instant.astimezone(ZoneInfo(zone))
    return f"{wall:%d/%m/%Y %H:%M}" if wall.second == 0 else f"{wall:%Y-%m-%dT%H:%M:%S}"


def read_rank(text: str) -> int:
    if not text.strip().isdigit() or not 1 <= int(text) <= 999:
        raise ValidationError(f"« {text[:20]} » n’est pas un rang : 1 pour le premier.")
    return int(text)


def scheme_of(slug: str) -> Scheme:
    """The scheme of an address. Raises ValidationError."""
    found = Scheme.objects.filter(slug=slug.strip().lower()).order_by("pk").first()
    if found is None:
        raise ValidationError(f"Aucun dispositif n’a l’adresse « {slug[:60]} ».")
    return found


class Reader:
    """Reads the cells of a row, keeping every refusal by column."""

    def __init__(self, row: Mapping[str, str]) -> None:
        self.row = row
        self.errors: dict[str, list[str]] = {}

    def has(self, column: str) -> bool:
        return column in self.row

    def read(self, column: str, read, *more):
        """What `read` makes of the cell; None, and the refusal kept, when it cannot."""
        try:
            return read(self.row[column] or "", *more)
        except ValidationError as error:
            self.errors.setdefault(column, []).extend(error.messages)
            return None

    def check(self) -> None:
        if self.errors:
            raise ValidationError(self.errors)
