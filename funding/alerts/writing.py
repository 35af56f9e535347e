"""From alerts to messages in the outbox: at once, or grouped by day or by week as the person chose.

* At once: a message per person and fact, `alert:<fact>:<person>`. Somebody whom more than a few facts reach together
  gets them in one message, as a day's: nobody wants fifty mails because a source was read.
* By day and by week: what waited at 7:30 in the person's own zone, on Mondays for a week, `alerts:<person>:<last>`.
  A morning missed because everything was stopped is caught up at the next run.

Messages and the state of their alerts are written in one transaction per batch: killed anywhere, what was not
committed is still waiting; a key that exists is never written again.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import groupby

from django.db import connection, transaction

from funding.alerts import waiting
from funding.alerts.messages import Messages
from funding.alerts.waiting import Waiting
from funding.eligibility.calls import zone_of
from funding.enums import AlertState, Frequency
from funding.models import Alert, Subscriber
from ti_portal.core.bulk_mail import Outgoing, queue_messages

BATCH = 1_000  # alerts
PEOPLE = 10_000  # looked for at a time
MOST_AT_ONCE = 5
MORNING = time(7, 30)


def write(*, at: datetime, batch: int = BATCH) -> Iterator[int]:
    """Write every message that is due; give their number for each batch, once committed. Safe to kill and to repeat."""
    messages = Messages(at)
    yield from _write_groups(at, batch, messages)
    yield from _write_one_by_one(at, batch, messages)


def slot(frequency: str, zone: str, at: datetime) -> datetime:
    """The last morning at or before `at` on which somebody of this zone receives what is grouped."""
    there = at.astimezone(zone_of(zone))
    day = there.date()
    if there.time() < MORNING:
        day -= timedelta(days=1)
    if frequency == Frequency.WEEKLY:
        day -= timedelta(days=day.weekday())
    return datetime.combine(day, MORNING, zone_of(zone))


def _write_groups(at: datetime, batch: int, messages: Messages) -> Iterator[int]:
    after, slots = 0, _slots(at)
    while people := waiting.people_to_write_to(slots, after=after, limit=PEOPLE, most_at_once=MOST_AT_ONCE):
        for ids in _shares(people, batch):
            with transaction.atomic():
                found = waiting.of_people(ids, at)
                written = _settle(found, _grouped(found, messages), at)
            yield written
        after, _ = people[-1]


def _shares(people: list[tuple[int, int]], batch: int) -> Iterator[list[int]]:
    """People in groups for whom about `batch` alerts wait; somebody for whom more do is a group alone."""
    share, total = [], 0
    for pk, number in people:
        if share and total + number > batch:
            yield share
            share, total = [], 0
        share.append(pk)
        total += number
    if share:
        yield share


def _write_one_by_one(at: datetime, batch: int, messages: Messages) -> Iterator[int]:
    after = (0, 0)
    while True:
        with transaction.atomic():
            found = waiting.at_once(after=after, limit=batch, at=at)
            written = _settle(found, _one_each(found, messages), at)
        if not found:
            return
        after = found[-1].news.pk, found[-1].alert_id
        yield written


_Made = tuple[Outgoing, list[Waiting]]


def _one_each(found: list[Waiting], messages: Messages) -> Iterator[_Made]:
    for one in found:
        if waiting.still_holds(one):
            key = f"alert:{one.news.pk}:{one.person.pk}"
            yield _message(key, [one], messages), [one]


def _grouped(found: list[Waiting], messages: Messages) -> Iterator[_Made]:
    for person_id, of_person in groupby(found, lambda one: one.person.pk):
        told = waiting.worth_telling(of_person)
        if told:
            key = f"alerts:{person_id}:{max(one.alert_id for one in told)}"
            yield _message(key, told, messages), told


def _message(key: str, told: list[Waiting], messages: Messages) -> Outgoing:
    person = told[0].person
    parts = [waiting.part(one, messages) for one in told]
    return messages.message(
        key=key, recipient=person.email, secret=person.secret, frequency=person.frequency, parts=parts
    )


def _settle(found: list[Waiting], made: Iterable[_Made], at: datetime) -> int:
    """Write the messages and what became of each alert, in the transaction that holds the alerts' rows."""
    outgoing, keys = [], {}
    for message, told in made:
        outgoing.append(message)
        keys |= {one.alert_id: message.key for one in told}
    written = queue_messages(outgoing, at=at)
    dropped = [one.alert_id for one in found if one.alert_id not in keys]
    Alert.objects.filter(pk__in=dropped).update(state=AlertState.DROPPED)
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(_WRITTEN, [list(keys), list(keys.values())])
    grouped = {one.person.pk for one in found if one.person.frequency != Frequency.AT_ONCE}
    Subscriber.objects.filter(pk__in=grouped).update(last_digest_at=at)
    return written


def _slots(at: datetime) -> list[tuple[str, str, datetime]]:
    """The last morning for each zone and rhythm. Alerts written before it are due."""
    zones = Subscriber.objects.order_by("zone").values_list("zone", flat=True).distinct()
    grouped = (Frequency.DAILY, Frequency.WEEKLY)
    return [(zone, str(frequency), slot(frequency, zone, at)) for zone in zones for frequency in grouped]


_WRITTEN = """
    UPDATE funding_alert SET state = 'written', message_key = given.key
    FROM unnest(%s::bigint[], %s::text[]) AS given (id, key) WHERE funding_alert.id = given.id
"""
