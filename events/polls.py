"""Polls: prepared, opened, voted, closed with their counts frozen, published.

A vote writes two rows that nothing joins: a participation (unique per person and poll) and a ballot without person,
instant or serial number. Closing waits for the votes under way, counts, forgets who took part and rewrites the ballots
in another order. See docs/adr/0012-ballots.md.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Count

from events import results
from events.enums import PollKind, PollState
from events.models import Ballot, Event, Participation, Poll
from events.participants import Participant, Rehearser, key_of
from events.typed import one_line
from events.voters import voter_key
from events.withheld import is_withheld
from ti_portal.core.templatetags.portal import number

LONGEST_TEXT = 140


class PollRefused(Exception):
    """The poll does not allow this now; the message is for the person who tried."""


class AlreadyVoted(PollRefused):
    def __init__(self) -> None:
        super().__init__("Vous avez déjà répondu à ce sondage : une seule réponse compte.")


class NotOpen(PollRefused):
    def __init__(self) -> None:
        super().__init__("Ce sondage n’est pas ouvert.")


@transaction.atomic
def open_poll(*, poll_id: int, at: datetime, is_rehearsal: bool = False) -> Poll:
    """Open a poll to votes. Opening an open one changes nothing.

    Raises PollRefused: it was closed already, it offers no choice, or another poll of the event is open.
    """
    poll = _locked(poll_id)
    if poll.state == PollState.OPEN:
        return poll
    if poll.state != PollState.DRAFT:
        raise PollRefused("Ce sondage est fermé : ses résultats sont figés.")
    if poll.kind in (PollKind.SINGLE, PollKind.MULTIPLE) and poll.options.count() < 2:
        raise PollRefused("Un sondage à choix offre au moins deux réponses.")
    poll.state = PollState.OPEN
    poll.opened_at = at
    poll.is_rehearsal = is_rehearsal
    try:
        with transaction.atomic():
            poll.save(update_fields=["state", "opened_at", "is_rehearsal"])
    except IntegrityError as error:
        raise PollRefused("Un autre sondage de cette rencontre est ouvert : fermez-le d’abord.") from error
    return poll


@transaction.atomic
def vote(*, poll_id: int, registration_id: int, choices: Sequence[int] = (), text: str = "") -> None:
    """Count one answer of one registered person. `choices` are positions of options, or one number of the scale.

    Raises NotOpen, AlreadyVoted, or PollRefused for an answer that the poll does not offer.
    """
    _count_one(poll_id, voter_key(registration_id, subject=f"poll:{poll_id}"), choices, text)


@transaction.atomic
def rehearse_vote(*, poll_id: int, who: Rehearser, choices: Sequence[int] = (), text: str = "") -> None:
    """Count one answer of an organiser without a place. Raises what `vote` does, and NotOpen out of a rehearsal."""
    _count_one(poll_id, key_of(who, subject=f"poll:{poll_id}"), choices, text, is_rehearsal=True)


def _count_one(poll_id: int, key: str, choices: Sequence[int], text: str, *, is_rehearsal: bool = False) -> None:
    poll = _shared(poll_id)
    if poll is None or poll.state != PollState.OPEN or (is_rehearsal and not poll.is_rehearsal):
        raise NotOpen
    chosen, words = _checked(poll, choices, text)
    if not _takes_part(poll.pk, key):
        raise AlreadyVoted
    Ballot.objects.create(poll_id=poll.pk, choices=chosen, text=words, is_hidden=bool(words) and is_withheld(words))


@transaction.atomic
def close_poll(*, poll_id: int, at: datetime) -> Poll:
    """Close a poll: votes under way are counted, later ones are refused, the counts are frozen. Closing a closed poll
    changes nothing. Raises PollRefused for one that never opened.
    """
    poll = _locked(poll_id)
    if poll.state in PollState.frozen:
        return poll
    if poll.state != PollState.OPEN:
        raise PollRefused("Ce sondage n’a pas été ouvert.")
    poll.results = count(poll)
    poll.state = PollState.CLOSED
    poll.closed_at = at
    poll.save(update_fields=["results", "state", "closed_at"])
    _forget_voters(poll)
    transaction.on_commit(_ring_sweep, robust=True)
    return poll


@transaction.atomic
def publish_poll(*, poll_id: int, at: datetime) -> Poll:
    """Show the frozen results to everyone. Publishing again changes nothing; raises PollRefused for an open poll."""
    poll = _locked(poll_id)
    if poll.state == PollState.PUBLISHED:
        return poll
    if poll.state != PollState.CLOSED:
        raise PollRefused("Fermez d’abord ce sondage.")
    poll.state = PollState.PUBLISHED
    poll.published_at = at
    poll.save(update_fields=["state", "published_at"])
    return poll


@transaction.atomic
def show_text(*, ballot_id, is_shown: bool) -> Poll:
    """Show a free answer, or put it aside. The counts stay as they are; once they are frozen, only the texts change,
    and once they are published a text can still be put aside, not added.

    Raises Ballot.DoesNotExist (closing gives ballots other numbers), PollRefused for a text added too late.
    """
    poll = _locked(Ballot.objects.values_list("poll_id", flat=True).get(pk=ballot_id))
    ballot = poll.ballots.get(pk=ballot_id)
    if is_shown and poll.state == PollState.PUBLISHED:
        raise PollRefused("Les résultats sont publiés : on peut en retirer une réponse, plus en ajouter.")
    ballot.is_hidden = not is_shown
    ballot.save(update_fields=["is_hidden"])
    if poll.state in PollState.frozen:
        poll.results = {**poll.results, "texts": _texts(poll)}
        poll.save(update_fields=["results"])
    return poll


@transaction.atomic
def reset_rehearsal(*, event: Event) -> int:
    """Bring the polls of a rehearsal back to what they were before it, without a vote; return how many."""
    polls = event.polls.filter(is_rehearsal=True).select_for_update(of=("self",))
    ids = list(polls.order_by("pk").values_list("pk", flat=True))
    Participation.objects.filter(poll__in=ids).delete()
    Ballot.objects.filter(poll__in=ids).delete()
    if ids:
        transaction.on_commit(_ring_sweep, robust=True)
    blank = dict.fromkeys(("opened_at", "closed_at", "published_at", "results"))
    return event.polls.filter(pk__in=ids).update(state=PollState.DRAFT, is_rehearsal=False, **blank)


def has_answered(*, poll_id: int, who: Participant) -> bool:
    """Whether this person answered a poll that is still open; nobody knows any more once it is closed."""
    key = key_of(who, subject=f"poll:{poll_id}")
    return Participation.objects.filter(poll=poll_id, voter_key=key).exists()


def count(poll: Poll) -> dict:
    """The results of a poll as its ballots stand. Frozen ones are in `poll.results`."""
    positions = list(_labels(poll))
    cast = dict(_counts(poll.pk))
    texts = _texts(poll) if poll.kind == PollKind.TEXT else []
    return results.frozen(
        poll.kind,
        [label for _, label in positions],
        [cast.get(position, 0) for position, _ in positions],
        respondents(poll.pk),
        texts,
    )


def respondents(poll_id: int) -> int:
    """How many people answered an open poll."""
    return Participation.objects.filter(poll=poll_id).aggregate(number=Count("pk"))["number"]


def _texts(poll: Poll) -> list[str]:
    shown = poll.ballots.filter(is_hidden=False).exclude(text="")
    return sorted(shown.values_list("text", flat=True))  # sorted: no order of arrival


def _labels(poll: Poll) -> list[tuple[int, str]]:
    if poll.kind == PollKind.SCALE:
        return [(number, str(number)) for number in range(poll.scale_low, poll.scale_high + 1)]
    return list(poll.options.order_by("position").values_list("position", "label"))


def _counts(poll_id: int) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT choice, count(*) FROM events_ballot, unnest(choices) AS choice WHERE poll_id = %s GROUP BY choice",
            [poll_id],
        )
        return cursor.fetchall()


def _checked(poll: Poll, choices: Sequence[int], text: str) -> tuple[list[int], str]:
    if poll.kind == PollKind.TEXT:
        words = one_line(text)
        if choices or not words:
            raise PollRefused("Écrivez votre réponse, en un mot au moins.")
        if len(words) > LONGEST_TEXT:
            raise PollRefused(f"Votre réponse compte {number(len(words))} signes : {LONGEST_TEXT} au plus.")
        return [], words
    offered = {position for position, _ in _labels(poll)}
    chosen = sorted(set(choices))
    if not chosen:
        raise PollRefused("Choisissez une réponse.")
    if not offered.issuperset(chosen) or (poll.kind != PollKind.MULTIPLE and len(chosen) > 1):
        raise PollRefused("Cette réponse n’est pas parmi celles du sondage.")
    return chosen, ""


def _forget_voters(poll: Poll) -> None:
    """Rewrite the ballots at one instant and in a random order, and delete who took part: the number is frozen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH emptied AS (DELETE FROM events_ballot WHERE poll_id = %s RETURNING poll_id, choices, text, is_hidden)"
            " INSERT INTO events_ballot (id, poll_id, choices, text, is_hidden)"
            " SELECT gen_random_uuid(), poll_id, choices, text, is_hidden FROM emptied ORDER BY random()",
            [poll.pk],
        )
    poll.participations.all().delete()


def _ring_sweep() -> None:
    from events.tasks import sweep_ballots_task

    sweep_ballots_task.delay()


def _locked(poll_id: int) -> Poll:
    """The poll for the organiser: waits for the votes under way, and holds back the next ones."""
    return Poll.objects.select_for_update(of=("self",)).get(pk=poll_id)


def _takes_part(poll_id: int, key: str) -> bool:
    """Write the participation; False when it is there already. Thousands vote at once: no savepoint, one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_participation (poll_id, voter_key) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [poll_id, key],
        )
        return cursor.rowcount == 1


def _shared(poll_id: int) -> Poll | None:
    """The poll for a voter: votes go side by side, none beside a closing."""
    return next(iter(Poll.objects.raw("SELECT * FROM events_poll WHERE id = %s FOR SHARE", [poll_id])), None)
