"""A room and someone who entered it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Sequence
from tests.events.people import event, registration


@pytest.fixture
def where():
    starts = timezone.now() - timedelta(minutes=10)
    made = event(starts_at=starts, ends_at=starts + timedelta(hours=2))
    Sequence.objects.bulk_create(
        Sequence(event=made, position=rank, title=title) for rank, title in enumerate(("Ouverture", "Échanges"))
    )
    return made


@pytest.fixture
def someone(where, client):
    """A participant who entered by their own page."""
    who = registration(where)
    client.post(f"/rencontres/inscriptions/{who.secret}/", {"action": "enter"})
    return who
