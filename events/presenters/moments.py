"""When an event takes place, in French, in its own zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format


def period_in_words(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """« mardi 15 décembre 2020, de 9 h 30 à 12 h 30 », with the zone's city when it is not that of Paris."""
    where = ZoneInfo(zone)
    begin, end = starts_at.astimezone(where), ends_at.astimezone(where)
    elsewhere = "" if zone == "Europe/Paris" else f" (heure de {city_of(zone)})"
    if begin.date() == end.date():
        return f"{day_in_words(begin)}, de {hour_in_words(begin)} à {hour_in_words(end)}{elsewhere}"
    return f"du {day_in_words(begin)} à {hour_in_words(begin)} au {day_in_words(end)} à {hour_in_words(end)}{elsewhere}"


def day_in_words(moment: datetime) -> str:
    """« mardi 1er décembre 2020 », for an instant already in the zone where it is lived."""
    number = "1er" if moment.day == 1 else str(moment.day)
    return f"{date_format(moment, 'l')} {number} {date_format(moment, 'F Y')}"


def hour_in_words(moment: datetime) -> str:
    """« 9 h 30 », « 12 h », in one piece at the end of a line."""
    return f"{moment.hour}\u00a0h\u00a0{moment.minute:02d}" if moment.minute else f"{moment.hour}\u00a0h"


def city_of(zone: str) -> str:
    """« Cayenne » for America/Cayenne."""
    return zone.rpartition("/")[2].replace("_", " ")
