"""Events and people of the tests."""

from datetime import UTC, datetime, timedelta
from itertools import count

from django.utils import timezone

from events import rooms
from events.models import Event, Poll, PollOption, Registration
from events.registrations import new_secret

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
_numbers = count(1)


def event(**changes) -> Event:
    """A public webinar in a week, published, without limit of places."""
    number = next(_numbers)
    values = {
        "slug": f"rencontre-{number}",
        "title": f"Rencontre {number}",
        "kind": "webinar",
        "state": "published",
        "starts_at": NOW + timedelta(days=7),
        "ends_at": NOW + timedelta(days=7, hours=2),
        **changes,
    }
    return Event.objects.create(**values)


def registration(where: Event, **changes) -> Registration:
    """A person with a place."""
    number = next(_numbers)
    values = {
        "email": f"personne{number}@exemple.test",
        "first_name": "Camille",
        "last_name": f"Durand {number}",
        "state": "registered",
        "secret": new_secret(),
        "asked_at": NOW,
        "confirmed_at": NOW,
        **changes,
    }
    return Registration.objects.create(event=where, **values)


def poll(where: Event, labels=("Oui", "Non"), **changes) -> Poll:
    made = Poll.objects.create(event=where, **{"question": "Connaissez-vous ce fonds ?", **changes})
    PollOption.objects.bulk_create(
        PollOption(poll=made, position=position, label=label) for position, label in enumerate(labels)
    )
    return made


def address(where, path="salle/") -> str:
    return f"{where.get_absolute_url()}{path}"


def live_room(where, **changes):
    return rooms.open_room(event_id=where.pk, at=timezone.now(), **changes)
