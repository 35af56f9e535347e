"""People in front of the administration."""

import pytest
from django.test import Client

from tests.territories.people import delegation, person


@pytest.fixture
def member(db):
    return delegation()


@pytest.fixture
def superuser(db):
    return delegation("ada.admin@delegation.test", is_superuser=True)


@pytest.fixture
def referent(db):
    return person()


@pytest.fixture
def office(client, member) -> Client:
    """A browser where a member of the délégation is signed in."""
    client.force_login(member)
    return client
