import pytest

from tests.api import content


@pytest.fixture
def vte(db):
    return content.vte()


@pytest.fixture
def no_limit(settings):
    settings.API_RATE_PER_SECOND = 0
