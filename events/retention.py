"""How long what people gave to come to an event is kept."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils.crypto import get_random_string

from events.enums import Moderation
from events.models import Ballot, Event, EventInvitation, Participation, Poll, Question, Registration, Testimony
from events.registrations import purge_unconfirmed
from ti_portal.core.models import OutboxMessage
from ti_portal.core.retention import KEEP_MESSAGE_BODIES

BATCH = 1000
SWEPT_AGAIN = timedelta(hours=2)


def purge(*, at: datetime) -> dict[str, int]:
    """Forget who is in what is no longer needed: requests that nobody confirmed; and of events that ended long ago
    (`EVENTS_KEEP_REGISTRATIONS_DAYS`) the names of registrations, the invitations, the names under words that were not
    published, and what was written to people. Safe to run twice, or to be stopped half-way.

    Organisation, territory, state and attendance stay, for the figures: nothing of them names a person any more, nor
    leads back to one (account, commune and link go too). What people signed and the organisers published stays signed.
    """
    ended_before = at - timedelta(days=settings.EVENTS_KEEP_REGISTRATIONS_DAYS)
    return {
        "unconfirmed": purge_unconfirmed(at=at),
        "registrations": _empty_registrations(ended_before, at),
        "invitations": EventInvitation.objects.filter(event__ends_at__lt=ended_before).delete()[0],
        "words": _unsign(Question, ended_before) + _unsign(Testimony, ended_before),
        "messages": _empty_messages(ended_before),
    }


def _empty_registrations(ended_before: datetime, at: datetime) -> int:
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
    return emptied


def _unsign(model: type[Question] | type[Testimony], ended_before: datetime) -> int:
    """Take names off what was not accepted, and off past versions that say another name than what was; nothing leads
    to a registration any more. Return how many rows changed.
    """
    rows = model.objects.filter(event__ends_at__lt=ended_before)
    signed = rows.exclude(moderation=Moderation.ACCEPTED).exclude(author="")
    changed = signed.update(author="") + rows.exclude(registration=None).update(registration=None)
    versions = model.history.model.objects.filter(event__ends_at__lt=ended_before)
    published = model.objects.filter(
        pk=OuterRef("id"), moderation=Moderation.ACCEPTED, author=OuterRef("author"), event_id=OuterRef("event_id")
    )
    versions.exclude(author="").exclude(Exists(published)).update(author="")
    versions.exclude(registration=None).update(registration=None)
    return changed


def _empty_messages(ended_before: datetime) -> int:
    """Empty what people were written about these events: it holds their address and what they registered to."""
    # Those of events that ended earlier still were emptied like any other message.
    lately = Event.objects.filter(ends_at__lt=ended_before, ends_at__gte=ended_before - KEEP_MESSAGE_BODIES)
    messages = OutboxMessage.objects.settled()
    ids = lately.order_by("pk").values_list("pk", flat=True)
    return sum(messages.filter(key__startswith=f"event:{pk}:").empty() for pk in ids)


def sweep_ballots(*, at: datetime) -> int:
    """Take out of the files of the database the ballots and participations that its tables no longer hold: a deleted
    row stays in its page, with the number of its transaction, until VACUUM passes (docs/adr/0012-ballots.md). Return
    how many polls closed lately. Cannot run in a transaction; waits for nobody, and holds up no vote.
    """
    with connection.cursor() as cursor:
        for model in (Participation, Ballot):
            cursor.execute(f"VACUUM {connection.ops.quote_name(model._meta.db_table)}")
    return Poll.objects.filter(closed_at__gt=at - SWEPT_AGAIN).count()
