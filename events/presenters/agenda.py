"""The agenda of an event with its hours, and who speaks when."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from events.models import Event, Sequence, Speaker
from funding.eligibility import french


@dataclass(frozen=True, slots=True)
class Item:
    """A sequence as the page shows it. `hour` is empty when a duration before it is not known."""

    sequence: Sequence
    hour: str = ""
    speakers: list[Speaker] = field(default_factory=list)


def agenda_of(event: Event, sequences: Iterable[Sequence], speakers: Iterable[Speaker]) -> list[Item]:
    """The sequences in order, each with its hour and its speakers. Pure."""
    by_sequence: dict[int | None, list[Speaker]] = defaultdict(list)
    for speaker in speakers:
        by_sequence[speaker.sequence_id].append(speaker)
    items = []
    moment = event.starts_at.astimezone(ZoneInfo(event.zone))
    sequences = list(sequences)
    is_timed = any(sequence.minutes for sequence in sequences)
    for sequence in sequences:
        items.append(Item(sequence, french.hour(moment) if is_timed else "", by_sequence.get(sequence.pk, [])))
        if sequence.minutes is None:
            is_timed = False
        else:
            moment += timedelta(minutes=sequence.minutes)
    return items


def others(speakers: Iterable[Speaker]) -> list[Speaker]:
    """Those who speak outside any sequence."""
    return [speaker for speaker in speakers if speaker.sequence_id is None]
