"""People and their follows, for the tests of alerts."""

from datetime import UTC, datetime
from itertools import count

from funding.models import Follow, Subscriber

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
_numbers = count(1)


def person(**values) -> Subscriber:
    number = next(_numbers)
    values = {"email": f"personne{number}@exemple.test", "secret": f"secret-{number}", "created_at": SINCE} | values
    return Subscriber.objects.create(**{"confirmed_at": SINCE, **values})


def follow(subscriber: Subscriber | None = None, *, confirmed_at: datetime | None = SINCE, **target) -> Follow:
    """`follow(call=call)` is the follow of somebody new."""
    subscriber = subscriber or person()
    return Follow.objects.create(subscriber=subscriber, created_at=SINCE, confirmed_at=confirmed_at, **target)
