"""Preparing polls. Once a poll has opened its words no longer change."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from events.enums import PollKind, PollState
from events.models import Poll, PollOption
from events.registrations import locked_event

FIELDS = ("sequence_id", "question", "kind", "hides_results", "scale_low", "scale_high")
MOST_OPTIONS = 20


@transaction.atomic
def save_poll(
    *, values: Mapping[str, Any], labels: Sequence[str], poll_id: int | None = None, event_id: int | None = None
) -> Poll:
    """Prepare a poll, or change one that never opened: some of FIELDS, and the answers that it offers, in order.

    Raises ValidationError by field (`labels` for the answers), in French.
    """
    if unknown := set(values) - set(FIELDS):
        raise TypeError(f"unknown names: {sorted(unknown)}")
    if poll_id is None:
        event = locked_event(event_id)
        last = event.polls.order_by("-position").first()
        poll = Poll(event=event, position=last.position + 1 if last else 1)
    else:
        poll = _draft(poll_id)
    for name, value in values.items():
        setattr(poll, name, value)
    if poll.kind != PollKind.SCALE:
        poll.scale_low = poll.scale_high = None
    elif (
        poll.scale_low is not None and poll.scale_high is not None and poll.scale_high - poll.scale_low >= MOST_OPTIONS
    ):
        raise ValidationError({"scale_high": f"Une échelle a {MOST_OPTIONS} degrés au plus."})
    labels = [label for label in (" ".join(one.split()) for one in labels) if label]
    _check(poll, labels)
    poll.full_clean()
    poll.save()
    poll.options.all().delete()
    PollOption.objects.bulk_create(
        PollOption(poll=poll, position=position, label=label) for position, label in enumerate(labels)
    )
    return poll


@transaction.atomic
def delete_poll(*, poll_id: int) -> None:
    """Remove a poll that never opened. Raises ValidationError otherwise."""
    _draft(poll_id).delete()


def _draft(poll_id: int) -> Poll:
    poll = Poll.objects.select_for_update(of=("self",)).get(pk=poll_id)
    if poll.state != PollState.DRAFT:
        raise ValidationError("Ce sondage a été ouvert : ses mots ne changent plus.")
    return poll


def _check(poll: Poll, labels: list[str]) -> None:
    if poll.kind in (PollKind.SINGLE, PollKind.MULTIPLE):
        if len(labels) < 2:
            raise ValidationError({"labels": "Un sondage à choix offre au moins deux réponses, une par ligne."})
        if len(labels) > MOST_OPTIONS:
            raise ValidationError({"labels": f"{MOST_OPTIONS} réponses au plus."})
        if len(set(labels)) < len(labels):
            raise ValidationError({"labels": "Deux réponses sont les mêmes."})
        longest = PollOption._meta.get_field("label").max_length
        if any(len(label) > longest for label in labels):
            raise ValidationError({"labels": f"Une réponse compte {longest} signes au plus."})
    elif labels:
        raise ValidationError({"labels": "Ce genre de sondage n’offre pas de réponses toutes faites."})
