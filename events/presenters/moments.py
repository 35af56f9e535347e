"""When an event takes place, in French, in its own zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from funding.eligibility import french


def period_in_words(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """« mardi 15 décembre 2020, de 9 h 30 à 12 h 30 », with the name of the zone when it is not that of Paris."""
    where = ZoneInfo(zone)
    begin, end = starts_at.astimezone(where), ends_at.astimezone(where)
    from_hour, to_hour, named = french.hour(begin), french.hour(end), french.in_zone(zone)
    if begin.date() == end.date():
        return f"{day_in_words(begin)}, de {from_hour} à {to_hour}{named}"
    return f"du {day_in_words(begin)} à {from_hour} au {day_in_words(end)} à {to_hour}{named}"


def day_in_words(moment: datetime) -> str:
    """« mardi 1er décembre 2020 », for an instant already in the zone where it is lived."""
    return f"{date_format(moment, 'l')} {french.day(moment.date())}"
