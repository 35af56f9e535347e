"""How long what people gave to come to an event is kept."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils.crypto import get_random_string

from events.models import Ballot, EventInvitation, Participation, Poll, Registration
from events.registrations import purge_unconfirmed

BATCH = 1000
SWEPT_AGAIN = timedelta(hours=2)


def purge(*, at: datetime) -> dict[str, int]:
    """Delete what nobody confirmed, and of events that ended long ago (`EVENTS_KEEP_REGISTRATIONS_DAYS`) empty the
    registrations and delete the invitations. Safe to run twice.

    Organisation, territory, state and attendance stay, for the figures: nothing of them names a person any more, nor
    leads back to one (account, commune and link go too).
    """
    ended_before = at - timedelta(days=settings.EVENTS_KEEP_REGISTRATIONS_DAYS)
    old = Registration.objects.filter(purged_at=None, event__ends_at__lt=ended_before)
    emptied = 0
    while ids := list(old.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        for key in ids:
            # Each has a secret of its own: the column is unique, and nobody learns this one.
            emptied += Registration.objects.filter(pk=key, purged_at=None).update(
                email="",
                first_name="",
                last_name="",
                user=None,
                commune=None,
                purged_at=at,
                secret=get_random_string(43),
            )
    invited = EventInvitation.objects.filter(event__ends_at__lt=ended_before).delete()[0]
    return {"unconfirmed": purge_unconfirmed(at=at), "registrations": emptied, "invitations": invited}


def sweep_ballots(*, at: datetime) -> int:
    """Take out of the files of the database the ballots and participations that its tables no longer hold: a deleted
    row stays in its page, with the number of its transaction, until VACUUM passes (docs/adr/0012-ballots.md). Return
    how many polls closed lately. Cannot run in a transaction; waits for nobody, and holds up no vote.
    """
    with connection.cursor() as cursor:
        for model in (Participation, Ballot):
            cursor.execute(f"VACUUM {connection.ops.quote_name(model._meta.db_table)}")
    return Poll.objects.filter(closed_at__gt=at - SWEPT_AGAIN).count()
