"""People in front of the pages of events."""

import pytest
from django.test import Client

from tests.territories.people import delegation


@pytest.fixture
def member(db):
    return delegation()


@pytest.fixture
def office(client, member) -> Client:
    """A browser where a member of the délégation is signed in."""
    client.force_login(member)
    return client
