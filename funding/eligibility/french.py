"""Figures, dates and lists the French way, with non-breaking spaces."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from funding.eligibility.bands import Band, Number
from funding.eligibility.calls import PARIS, zone_of

NBSP = "\N{NO-BREAK SPACE}"
_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_ZONES = {
    "America/Cayenne": "de Cayenne",
    "America/Guadeloupe": "de la Guadeloupe",
    "America/Martinique": "de la Martinique",
    "America/Miquelon": "de Saint-Pierre-et-Miquelon",
    "America/Marigot": "de Saint-Martin",
    "America/St_Barthelemy": "de Saint-Barthélemy",
    "Indian/Mayotte": "de Mayotte",
    "Indian/Reunion": "de La Réunion",
    "Pacific/Noumea": "de Nouméa",
    "Pacific/Tahiti": "de Tahiti",
    "Pacific/Wallis": "de Wallis-et-Futuna",
}
LISTED = 6


def number(value: Number) -> str:
    """« 1 234 567 » or « 1 234,5 »."""
    whole, _, rest = f"{value:,f}".partition(".")
    rest = rest.rstrip("0")
    return whole.replace(",", NBSP) + (f",{rest}" if rest else "")


def euros(amount: Number) -> str:
    """« 4 000 € », with two decimals only when there are cents."""
    cents = Decimal(amount) % 1
    text = number(amount) if not cents else f"{Decimal(amount):,.2f}".replace(",", NBSP).replace(".", ",")
    return f"{text}{NBSP}€"


def percent(share: Decimal) -> str:
    """« 20 % » for a share of 0.20."""
    return f"{number(share * 100)}{NBSP}%"


def counted(value: Number, noun: str) -> str:
    """« 1 personne », « 45 personnes »: in French the plural starts at two."""
    if noun == "€":
        return euros(value)
    return f"{number(value)}{NBSP}{noun if value < 2 or noun.endswith('s') else f'{noun}s'}"


def day(value: date) -> str:
    """« 15 décembre 2020 », « 1er mars 2021 »."""
    first = "1er" if value.day == 1 else str(value.day)
    return f"{first}{NBSP}{_MONTHS[value.month - 1]} {value.year}"


def moment(instant: datetime, zone: str = PARIS) -> str:
    """« 31 mars 2021 à 12 h », told in the zone, which is named when it is not Paris."""
    local = instant.astimezone(zone_of(zone))
    return f"{day(local.date())} à {hour(local)}{in_zone(zone)}"


def hour(local: datetime) -> str:
    """« 12 h », « 9 h 30 », in one piece at the end of a line, for an instant already in its zone."""
    return f"{local.hour}{NBSP}h" + (f"{NBSP}{local.minute:02d}" if local.minute else "")


def in_zone(zone: str) -> str:
    """« (heure de Cayenne) » with a space before, nothing for Paris."""
    return f" (heure {_ZONES.get(zone, f'de {zone}')})" if zone != PARIS else ""


def listed(words: Sequence[str], last: str) -> str:
    """« a, b ou c »; past six words, the first five and how many more."""
    if len(words) > LISTED:
        shown = words[: LISTED - 1]
        return f"{', '.join(shown)} {last} {len(words) - len(shown)} autres"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def bounds(lower: Number | None, upper: Number | None, noun: str) -> str:
    """« entre 10 et 49 personnes », « au moins 10 personnes », « au plus 49 personnes »; both bounds count."""
    if lower is not None and upper is not None:
        if lower == upper:
            return f"exactement {counted(lower, noun)}"
        low = euros(lower) if noun == "€" else number(lower)
        return f"entre {low} et {counted(upper, noun)}"
    if lower is not None:
        return f"au moins {counted(lower, noun)}"
    return f"au plus {counted(upper, noun)}" if upper is not None else ""


def figure(band: Band, noun: str) -> str:
    """An exact figure or the bounds of a band."""
    return counted(band.lower, noun) if band.is_exact else bounds(band.lower, band.upper, noun)
