"""Calls and their rounds as they are read: a state in words, then each round with its dates and where it stands."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.urls import reverse

from funding import statuses
from funding.eligibility import calls as call_rules
from funding.eligibility import french
from funding.eligibility.codes import CallState
from funding.eligibility.wording import typeset
from funding.enums import EditorialState
from funding.models import Call, Round
from funding.presenters.cards import Badge, badge_of
from funding.terms import round_of
from territories.perimeters import describe


class ShownRound(NamedTuple):
    """`position` is past, now or next, for the drawing; `said` says the same in words. `file` puts what is to come in
    one's own calendar, empty when calendars know nothing of it.
    """

    title: str
    dates: str
    position: str
    said: str
    notes: list[str]
    file: str = ""


class ShownCall(NamedTuple):
    name: str
    url: str
    kind: str
    badge: Badge
    is_usable: bool
    where: str
    text: str
    page: str
    page_dead_since: str
    rounds: list[ShownRound]
    variant_of: str
    is_hidden_here: bool


_SAID = {"past": "terminée", "now": "en cours", "next": "à venir"}


def shown_call(call: Call, at: datetime, names: Mapping[str, str], *, variant_of: str, is_hidden: bool) -> ShownCall:
    """A call at an instant. Its scheme and its rounds are read already."""
    status = statuses.status_of(call, at)
    has_place = call.included_codes or call.excluded_codes
    return ShownCall(
        name=call.name,
        url=call.get_absolute_url(),
        kind=call.get_kind_display(),
        badge=badge_of(status),
        is_usable=status.is_usable,
        where=_where(call, names) if has_place else "",
        text=call.text,
        page=call.url,
        page_dead_since=french.day(call.url_dead_since) if call.url_dead_since else "",
        rounds=rounds(
            call.rounds.all(),
            at,
            is_over=status.state is CallState.CLOSED,
            is_published=call.scheme.state == EditorialState.PUBLISHED,
        ),
        variant_of=variant_of,
        is_hidden_here=is_hidden,
    )


def _where(call: Call, names: Mapping[str, str]) -> str:
    if call.included_codes:
        return describe(call.included_codes, call.excluded_codes, names)
    return "Partout où s’applique l’aide, sauf " + describe(call.excluded_codes, (), names)


def rounds(
    rows: Iterable[Round], at: datetime, *, is_over: bool = False, is_published: bool = False
) -> list[ShownRound]:
    """Rounds in time order, those without a date last; `is_over` when the call is, whatever was announced.

    Dates of a published scheme are in calendars.
    """
    return [_round(row, at, is_over, is_published) for row in sorted(rows, key=_order)]


def _order(row: Round) -> tuple:
    known = row.opens_at or row.closes_at
    return (known is None, known.timestamp() if known else 0.0, row.pk)


def _round(row: Round, at: datetime, is_over: bool, is_published: bool) -> ShownRound:
    rule = round_of(row)
    if is_over:
        position = "past"
    elif call_rules.is_running(rule, at):
        position = "now"
    elif row.closes_at is not None and at > row.closes_at:
        position = "past"
    else:
        position = "next"
    said = _SAID[position] if rule.is_dated or position == "past" else "annoncée"
    if row.exhausted_from is not None and row.exhausted_from <= at and position != "past":
        said = "enveloppe épuisée"
    is_to_come = is_published and position != "past" and any(end and end > at for end in (row.opens_at, row.closes_at))
    file = reverse("funding:round_file", args=[row.pk]) if is_to_come else ""
    return ShownRound(_title(row), dates_of(row), position, said, _notes(row), file)


def _title(row: Round) -> str:
    if row.label:
        return row.label
    known = row.closes_at or row.opens_at
    if known is None:
        return "Relève annoncée"
    return f"Relève de {french.day(known.astimezone(call_rules.zone_of(row.zone)).date()).split(french.NBSP, 1)[1]}"


def dates_of(row: Round) -> str:
    """« Du 1er octobre 2020 à 0 h au 21 décembre 2020 à 12 h », in the zone of the round."""
    if row.opens_at and row.closes_at:
        return f"Du {french.moment(row.opens_at, row.zone)} au {french.moment(row.closes_at, row.zone)}"
    if row.closes_at:
        return f"Jusqu’au {french.moment(row.closes_at, row.zone)}"
    if row.opens_at:
        return f"À partir du {french.moment(row.opens_at, row.zone)}, sans date de clôture"
    return typeset(f"Annoncée pour : {row.announced_for}")


def _notes(row: Round) -> list[str]:
    notes = []
    if row.committee_on:
        notes.append(f"Comité le {french.day(row.committee_on)}")
    if row.results_on:
        notes.append(f"Résultats le {french.day(row.results_on)}")
    if row.envelope is not None:
        left = f", dont il reste {french.euros(row.remaining)}" if row.remaining is not None else ""
        notes.append(f"Enveloppe : {french.euros(row.envelope)}{left}")
    if row.announced_for and (row.opens_at or row.closes_at):
        notes.append(f"Annoncée pour : {row.announced_for}")
    return [typeset(note) for note in notes]
