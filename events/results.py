"""From ballots to figures. Pure: counts in, frozen results out."""

from collections.abc import Sequence
from typing import Any

from events.enums import PollKind


def frozen(kind: str, labels: Sequence[str], votes: Sequence[int], respondents: int, texts: Sequence[str] = ()) -> dict:
    """The results of a poll, as `Poll.results` keeps them. `votes` goes with `labels`."""
    shares = percents(votes, respondents, adds_up=kind != PollKind.MULTIPLE)
    options = [
        {"label": label, "votes": count, "percent": percent}
        for label, count, percent in zip(labels, votes, shares, strict=True)
    ]
    return {"respondents": respondents, "options": options, "texts": list(texts)}


def declared(labels: Sequence[str], shares: Sequence[int], respondents: int) -> dict[str, Any]:
    """Results known only as published elsewhere: percentages and a number of answers, no count of votes."""
    options = [
        {"label": label, "votes": None, "percent": percent} for label, percent in zip(labels, shares, strict=True)
    ]
    return {"respondents": respondents, "options": options, "texts": []}


def percents(votes: Sequence[int], respondents: int, *, adds_up: bool) -> list[int]:
    """Whole percentages, by the one rule of the portal.

    Where each person gives one answer (`adds_up`), they add up to 100: each share is rounded down, then the points
    left go to the largest remainders (the most voted, then the first, among equals). Where a person may give several,
    each share of the respondents is rounded to the nearest, halves up.
    """
    if respondents <= 0:
        return [0] * len(votes)
    if not adds_up:
        return [(200 * count + respondents) // (2 * respondents) for count in votes]
    floors = [100 * count // respondents for count in votes]
    left = 100 * sum(votes) // respondents - sum(floors)
    order = sorted(range(len(votes)), key=lambda index: (-(100 * votes[index] % respondents), -votes[index], index))
    for index in order[:left]:
        floors[index] += 1
    return floors
