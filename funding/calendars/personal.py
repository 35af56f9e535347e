"""A person's own calendar: dates of what they follow, at an address that is secret and can be taken back."""

from datetime import date, timedelta
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q

from funding.calendars import ical
from funding.calendars.feeds import Document
from funding.calendars.scopes import KEPT_DAYS
from funding.eligibility.codes import VerdictState
from funding.models import CalendarEntry, KeptCheck, Subscriber
from funding.models.calendars import CalendarEntryQuerySet
from funding.models.listing import covers
from funding.subscribers import new_secret
from territories.models import Place

NAME = "Mes aides et appels"
_SUITABLE = (VerdictState.ELIGIBLE, VerdictState.TO_SPECIFY)


@transaction.atomic
def open_feed(*, subscriber_id: int) -> str:
    """Give a person a calendar of their own and return its secret. Twice gives the same."""
    subscriber = _locked(subscriber_id)
    return subscriber.feed_token or _write(subscriber, new_secret())


@transaction.atomic
def renew_feed(*, subscriber_id: int) -> str:
    """Give the calendar another address and return its secret: the old one is of no more use."""
    return _write(_locked(subscriber_id), new_secret())


@transaction.atomic
def revoke_feed(*, subscriber_id: int) -> None:
    """Take the calendar away; its address answers nothing any more. Twice changes nothing."""
    _write(_locked(subscriber_id), "")


def document(subscriber: Subscriber, *, site: str, source: str, today: date) -> Document:
    """The calendar of a person, with its alarms. Five queries at most, whatever it holds."""
    entries = entries_of(subscriber, today)
    return Document.of(ical.write(entries, name=NAME, site=site, source=source, with_alarms=True))


def entries_of(subscriber: Subscriber, today: date) -> CalendarEntryQuerySet:
    """Dates of what a person follows and has confirmed, each once; those of the last six months and to come."""
    follows = subscriber.follows.filter(confirmed_at__isnull=False)
    pairs = list(follows.order_by("pk").values_list("call", "scheme", "place", "kept_check"))
    calls, schemes, places, checks = ([pair[rank] for pair in pairs if pair[rank]] for rank in range(4))
    wanted = [Q(call__in=calls), Q(scheme__in=schemes)]
    if places:
        around = Place.objects.filter(pk__in=places).order_by("pk").values_list("ancestor_codes", flat=True)
        wanted += [covers(codes) for codes in around]
    if checks:
        wanted += _suitable(checks)
    since = today - timedelta(days=KEPT_DAYS)
    return CalendarEntry.objects.filter(reduce(or_, wanted), day__gte=since).for_files()


def _suitable(check_ids: list[int]) -> list[Q]:
    """What suits the answers of kept checks, at the places of their projects."""
    checks = list(KeptCheck.objects.filter(pk__in=check_ids).order_by("pk").values_list("facts", "verdicts"))
    codes = {str(facts["place"]) for facts, _ in checks if facts.get("place")}
    around = dict(Place.objects.filter(code__in=codes).values_list("code", "ancestor_codes")) if codes else {}
    found = []
    for facts, verdicts in checks:
        slugs = [slug for slug, verdict in verdicts.items() if verdict["otherwise"] in _SUITABLE]
        place = around.get(facts.get("place"))
        found.append(Q(scheme__slug__in=slugs) & (covers(place) if place else Q()))
    return found


def _locked(subscriber_id: int) -> Subscriber:
    return Subscriber.objects.select_for_update(of=("self",)).get(pk=subscriber_id)


def _write(subscriber: Subscriber, secret: str) -> str:
    if subscriber.feed_token != secret:
        subscriber.feed_token = secret
        subscriber.save(update_fields=["feed_token"])
    return secret
