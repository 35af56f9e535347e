import pytest

from tests.api import content


@pytest.fixture
def vte(db):
    content.without_opening_content()
    return content.vte()


@pytest.fixture
def no_limit(settings):
    settings.API_RATE_PER_SECOND = 0
