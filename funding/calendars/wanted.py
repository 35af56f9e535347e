"""Which dates of a scheme calendars show, and what they say. Pure: rows in, facts out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain

from funding.eligibility import french
from funding.eligibility.calls import last_instant, zone_of
from funding.eligibility.wording import typeset
from funding.enums import CalendarMoment
from funding.models import Call, Round, Scheme
from ti_portal.core.text import fold

TITLE_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Wanted:
    """An opening or a closing. Lists of codes are those of `CalendarEntry`."""

    call_id: int
    round_id: int
    moment: str
    instant: datetime
    zone: str
    day: date
    title: str
    text: str
    path: str
    included_codes: list[str]
    excluded_codes: list[str]
    within_codes: list[str]

    @property
    def key(self) -> tuple[int, str]:
        return self.round_id, self.moment


def wanted_of(scheme: Scheme) -> list[Wanted]:
    """Dates of the rounds of a scheme, its calls and their rounds being read already.

    A date after the known end of the scheme is none: nothing opens or closes there any more.
    """
    found = []
    end = scheme.valid_until and last_instant(scheme.valid_until)
    calls = sorted(scheme.calls.all(), key=lambda call: call.pk)
    for call in calls:
        call.scheme = scheme  # as select_related would
        where = perimeter_of(call, calls)
        for round_ in sorted(call.rounds.all(), key=lambda row: row.pk):
            dates = {CalendarMoment.OPENING: round_.opens_at, CalendarMoment.CLOSING: round_.closes_at}
            for moment, instant in dates.items():
                if instant is not None and (end is None or instant <= end):
                    found.append(_wanted(call, round_, moment, instant, where))
    return found


def perimeter_of(call: Call, calls: Iterable[Call]) -> tuple[list[str], list[str], list[str]]:
    """Where a call counts among those of its scheme: codes included, excluded, and within which it lies.

    A variant hides its national call in its places; other national calls count there beside it (see `funding.cells`).
    """
    scheme = call.scheme
    if call.included_codes:
        return list(call.included_codes), _each(scheme.excluded_codes, call.excluded_codes), list(scheme.included_codes)
    hidden = chain.from_iterable(other.included_codes for other in calls if other.variant_of_id == call.pk)
    return list(scheme.included_codes), _each(scheme.excluded_codes, call.excluded_codes, hidden), []


def _each(*codes: Iterable[str]) -> list[str]:
    return sorted(set(chain.from_iterable(codes)))


def _wanted(call: Call, round_: Round, moment: CalendarMoment, instant: datetime, where: tuple) -> Wanted:
    included, excluded, within = where
    return Wanted(
        call_id=call.pk,
        round_id=round_.pk,
        moment=str(moment),
        instant=instant,
        zone=round_.zone,
        day=instant.astimezone(zone_of(round_.zone)).date(),
        title=_title(call, round_, moment, instant),
        text=_text(call, round_, moment, instant),
        path=call.get_absolute_url(),
        included_codes=included,
        excluded_codes=excluded,
        within_codes=within,
    )


def _title(call: Call, round_: Round, moment: CalendarMoment, instant: datetime) -> str:
    label = f" – {round_.label}" if round_.label else ""
    note = ""
    if _is_suspended(call, instant):
        note = " (appel suspendu)"
    elif _is_spent(call, round_, instant):
        note = " (enveloppe épuisée)"
    # A call is often called « Édition en cours »: in a diary, only the scheme's name says what closes.
    scheme = call.scheme.acronym or call.scheme.name
    named = call.name if fold(scheme) in fold(call.name) else f"{scheme} – {call.name}"
    title = typeset(f"{moment.label} : {named}{label}")
    return f"{title[: TITLE_LENGTH - len(note)]}{note}"


def _is_suspended(call: Call, at: datetime) -> bool:
    return _has_begun(call.suspended_from, at) and (call.suspended_until is None or at < call.suspended_until)


def _is_spent(call: Call, round_: Round, at: datetime) -> bool:
    """As the rules see it: a round that opens after the call's envelope was spent has a new one."""
    if _has_begun(round_.exhausted_from, at):
        return True
    if not _has_begun(call.exhausted_from, at):
        return False
    return round_.opens_at is None or round_.opens_at <= call.exhausted_from


def _has_begun(since: datetime | None, at: datetime) -> bool:
    return since is not None and since <= at


def _text(call: Call, round_: Round, moment: CalendarMoment, instant: datetime) -> str:
    local = instant.astimezone(zone_of(round_.zone))
    if moment == CalendarMoment.CLOSING:
        lines = [f"Dernier moment pour déposer un dossier : le {french.moment(instant, round_.zone)}."]
    elif local.time() == time.min:
        lines = [f"Les dossiers se déposent à partir du {french.day(local.date())}."]
    else:
        lines = [f"Les dossiers se déposent à partir du {french.moment(instant, round_.zone)}."]
    if moment == CalendarMoment.OPENING and round_.closes_at is not None:
        lines.append(f"Clôture le {french.moment(round_.closes_at, round_.zone)}.")
    lines += [f"{what} le {french.day(on)}." for what, on in _afterwards(round_)]
    if call.name != call.scheme.name:
        lines.append(f"Aide : {call.scheme.name}.")
    return "\n".join(typeset(line) for line in lines)


def _afterwards(round_: Round) -> Iterable[tuple[str, date]]:
    return [(what, on) for what, on in (("Comité", round_.committee_on), ("Résultats", round_.results_on)) if on]
