"""Who came: noted by the organisers, one person at a time or many, and when somebody enters the live room.

Never by what they do there: the instant of a first vote, kept beside a name, would help to tell ballots apart.
"""

from collections.abc import Iterable
from datetime import datetime

from events.enums import RegistrationState
from events.models import Registration


def note(*, registration_ids: Iterable[int], came: bool, at: datetime) -> int:
    """Note that people who have a place came, or that they did not; return how many rows changed. Saying it again
    changes nothing: the first instant stays.
    """
    rows = Registration.objects.filter(pk__in=list(registration_ids), state=RegistrationState.REGISTERED)
    if came:
        return rows.filter(attended_at=None).update(attended_at=at)
    return rows.exclude(attended_at=None).update(attended_at=None)
