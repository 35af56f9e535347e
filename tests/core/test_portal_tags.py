from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.test import RequestFactory


def rendered(text: str, **context) -> str:
    return Template(text).render(Context(context))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (date(2026, 1, 1), "1er janvier 2026"),
        (date(2026, 11, 24), "24 novembre 2026"),
        (None, ""),
        # An instant is said on the day it is in Paris.
        (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), "1er janvier 2026"),
    ],
)
def test_day(value, words):
    assert rendered("{{ value|day }}", value=value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, ""), (1, ""), (1.9, ""), (2, "s"), ([], ""), ([1], ""), ([1, 2], "s"), ("x", ""), (None, "")],
)
def test_pluralize_counts_as_french_does(value, words):
    assert rendered("{{ value|pluralize }}", value=value) == words
    assert rendered('{{ value|pluralize:"x" }}', value=value) == words.replace("s", "x")


@pytest.mark.parametrize(("value", "words"), [(1234567, "1 234 567"), (0, "0"), (None, "")])
def test_number(value, words):
    assert rendered("{{ value|number }}", value=value).replace("\xa0", " ").replace("\u202f", " ") == words


@pytest.mark.parametrize(
    ("address", "tag", "expected"),
    [
        ("/x/?q=alès&page=3", "{% query page=2 %}", "?q=al%C3%A8s&amp;page=2"),
        ("/x/?q=a&page=3", "{% query page=None %}", "?q=a"),
        ("/x/?page=3", "{% query page='' %}", "/x/"),
        ("/x/?a=1&a=2", "{% query b=3 %}", "?a=1&amp;a=2&amp;b=3"),
        ('/x/?q="><script>', "{% query page=1 %}", "?q=%22%3E%3Cscript%3E&amp;page=1"),
    ],
)
def test_query_keeps_the_rest_and_escapes(address, tag, expected):
    assert rendered(tag, request=RequestFactory().get(address)) == expected
