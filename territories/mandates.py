"""Mandates: who acts for a territory, in which role, from which day to which day.

A mandate is never deleted from here: it ends on a day, and its history says who gave and who ended it.
"""

from datetime import date, datetime

from django.db import transaction

from territories.history import sign
from territories.models import Mandate
from ti_portal.core.integrity import refused_by_constraints


@transaction.atomic
def grant_mandate(
    *,
    person_id: int,
    territory_id: int,
    role: str,
    valid_from: date,
    valid_until: date | None = None,
    actor,
    at: datetime,
) -> Mandate:
    """Give `role` for a territory to a person, both days included.

    Raises ValidationError, in French, when the role is unknown, the period is upside down, or the person already holds
    this role there on a day of the period (the database decides, so two clicks at once give one mandate).
    """
    mandate = Mandate(
        person_id=person_id, territory_id=territory_id, role=role, valid_from=valid_from, valid_until=valid_until
    )
    mandate.clean_fields()
    return _save(mandate, actor=actor, at=at)


@transaction.atomic
def end_mandate(*, mandate_id: int, last_day: date, actor, at: datetime) -> Mandate:
    """Make `last_day` the last day of a mandate. Saying the same day again changes nothing.

    Raises Mandate.DoesNotExist when it is gone, ValidationError when `last_day` precedes the first day or the longer
    period meets another mandate of the same kind.
    """
    mandate = Mandate.objects.select_for_update(of=("self",)).get(pk=mandate_id)
    if mandate.valid_until == last_day:
        return mandate
    mandate.valid_until = last_day
    return _save(mandate, actor=actor, at=at)


def _save(mandate: Mandate, *, actor, at: datetime) -> Mandate:
    sign(mandate, by=actor, at=at)
    with refused_by_constraints(Mandate):
        mandate.save()
    return mandate
