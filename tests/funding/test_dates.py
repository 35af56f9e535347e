"""The date switch."""

from datetime import UTC, date, datetime

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from funding.dates import as_of, read

NOW = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["2020-12-15", "15/12/2020", " 2020-12-15 "])
def test_a_day_means_noon_in_paris(typed):
    found = read(QueryDict(mutable=False) if not typed else QueryDict(f"au={typed}"), NOW)
    assert (found.at, found.day) == (datetime(2020, 12, 15, 11, tzinfo=UTC), date(2020, 12, 15))
    assert found.typed == "2020-12-15"


def test_without_a_day_it_is_now():
    found = read(QueryDict("q=vte&page=3"), NOW)
    assert (found.at, found.day, found.error, found.others) == (NOW, None, "", (("q", "vte"),))
    assert found.today == date(2026, 11, 24)


@pytest.mark.parametrize("typed", ["hier", "2020-13-45", "0001-01-01", "9999-12-31", "2020-12-15T10:00", "x" * 10_000])
def test_a_bad_day_leaves_today_and_says_so(typed):
    found = read(QueryDict(f"au={typed}"), NOW)
    assert (found.at, found.day) == (NOW, None)
    assert "date" in found.error
    assert len(found.typed) <= 40


def test_the_fragment_says_the_day_and_the_way_back(rf):
    request = rf.get("/aides/", {"au": "2020-12-15", "q": "vte", "page": "2"})
    assert as_of(request) == datetime(2020, 12, 15, 11, tzinfo=UTC)
    html = render_to_string("funding/fragments/_as_of.html", {}, request=request)
    assert "15 décembre 2020" in html
    assert 'href="?q=vte"' in html
    assert '<input type="hidden" name="q" value="vte">' in html


def test_the_fragment_says_what_was_wrong_and_keeps_it_harmless(rf):
    request = rf.get("/aides/", {"au": '"><script>'})
    as_of(request)
    html = render_to_string("funding/fragments/_as_of.html", {}, request=request)
    assert "n’est pas lisible" in html
    assert "<script>" not in html
