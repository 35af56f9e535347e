"""Schemes with dates for the tests of calendars."""

from datetime import UTC, datetime

from funding import schemes
from funding.models import CalendarEntry, Round, Scheme
from tests.funding.drafts import published

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


OPENS, CLOSES = at("2027-01-04T00:00+01:00"), at("2027-03-31T12:00+02:00")


def a_round(**values) -> dict:
    return {"opens_at": OPENS, "closes_at": CLOSES, "label": "", **values}


def a_call(*rounds, **values) -> dict:
    return {
        "slug": "ami",
        "name": "AMI Transitions",
        "kind": "interest",
        "rounds": list(rounds or [a_round()]),
        **values,
    }


def with_calls(*calls, **values) -> Scheme:
    """A scheme known as « AMI »: the names of its calls say so already."""
    return published({"acronym": "AMI", **values}, {"calls": list(calls or [a_call()])})


def rewrite(scheme: Scheme, *calls, when: datetime = LATER, **values) -> None:
    """Write the calls of a scheme, or some of its values, as the délégation would, later on."""
    rows = {"calls": list(calls)} if calls else {}
    schemes.save_scheme(scheme_id=scheme.pk, values=values, rows=rows, actor=None, at=when)


def entries(scheme: Scheme) -> dict[str, CalendarEntry]:
    """By moment, for a scheme of one round."""
    return {entry.moment: entry for entry in CalendarEntry.objects.filter(scheme=scheme).order_by("pk")}


def only_round(scheme: Scheme) -> Round:
    return Round.objects.get(call__scheme=scheme)
