"""Opening and closing memberships, with dates, without ever deleting one."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Greatest

from territories.models import Membership, Place
from ti_portal.core.bulk import copy_rows

Pair = tuple[int, int]

# One writer of places at a time: the reference tables and the official list touch the same rows.
_PLACES_LOCK = 0x7E_41_2E


def lock_places() -> None:
    """Wait for the other writers of places. To be called in a transaction, which holds the lock to its end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PLACES_LOCK])


def open_memberships(pairs: Iterable[Pair], *, since: date | None) -> None:
    """Open (member id, container id) pairs from the day `since`; empty means « always known ».

    A pair that was closed the day before, or later, goes on as if it had never been closed.
    """
    wanted = set(pairs)
    if since is not None and wanted:
        recent = Membership.objects.filter(
            member__in={member for member, _ in wanted}, valid_until__gte=since - timedelta(days=1)
        )
        again = {
            (member, container): pk
            for pk, member, container in recent.values_list("pk", "member_id", "container_id")
            if (member, container) in wanted
        }
        Membership.objects.filter(pk__in=again.values()).update(valid_until=None)
        wanted -= again.keys()
    copy_rows(
        Membership,
        ["member", "container", "valid_from", "valid_until"],
        ((member, container, since, None) for member, container in sorted(wanted)),
    )


def close_memberships(ids: Iterable[int], *, last_day: date) -> None:
    """Close memberships at the end of `last_day`; one that began later is in force for its first day only."""
    Membership.objects.in_force().filter(pk__in=list(ids)).update(valid_until=_end(last_day))


def close_places(ids: Iterable[int], *, last_day: date) -> None:
    """Close places and all their memberships on the same day, so that their last ancestors still count."""
    chosen = list(ids)
    if not chosen:
        return
    links = Membership.objects.in_force().filter(Q(member__in=chosen) | Q(container__in=chosen))
    links.update(valid_until=_end(last_day))
    Place.objects.in_force().filter(pk__in=chosen).update(valid_until=_end(last_day))


def _end(last_day: date) -> Greatest:
    return Greatest(Value(last_day), Coalesce(F("valid_from"), Value(last_day)))
