"""What closes soon, for the home page."""

from datetime import datetime

import pytest
from django.template.loader import render_to_string

from funding import closing_soon
from funding.catalogue import loading
from funding.models import Listing
from tests.funding.drafts import AT, published
from tests.funding.views.test_catalogue import OPEN, call


@pytest.fixture(autouse=True)
def _nothing_kept(db):
    Listing.objects.all().delete()
    loading.forget()
    yield
    loading.forget()


def names(at: datetime, limit: int = 3) -> list[str]:
    return [line.name for line in closing_soon.closing_soon(at, limit)]


def test_first_what_closes_first_and_nothing_far_or_over(django_assert_num_queries):
    published({"name": "Tard"}, {"calls": [OPEN]})
    published({"name": "Après"}, {"calls": [call("2026-01-01T00:00+01:00", "2026-12-24T12:00+01:00")]})
    published({"name": "Avant"}, {"calls": [call("2026-01-01T00:00+01:00", "2026-12-05T12:00+01:00")]})
    published({"name": "Passé"}, {"calls": [call("2026-01-01T00:00+01:00", "2026-11-23T12:00+01:00")]})
    assert names(AT) == ["Avant", "Après"]
    assert names(AT, 1) == ["Avant"]
    assert names(datetime.fromisoformat("2026-12-05T12:00:01+01:00")) == ["Après"]
    lines = closing_soon.closing_soon(AT, 3)
    with django_assert_num_queries(1):
        closing_soon.closing_soon(AT, 3)
    html = render_to_string("funding/fragments/_closing_soon.html", {"lines": lines})
    assert "jusqu’au 5\xa0décembre 2026 à 12\xa0h" in html


def test_nothing_to_say():
    assert names(AT) == []
