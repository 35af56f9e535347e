"""A SELECT planned once for each connection."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from tests.at_once import at_once
from ti_portal.core.middleware import ReadOnlyGetMiddleware, WriteUnderGet
from ti_portal.core.prepared import PreparedSelect


def double() -> PreparedSelect:
    return PreparedSelect("double", "SELECT $1 * 2, $2", ("int", "text"))


def test_it_is_prepared_once_and_asked_each_time(db, django_assert_num_queries):
    question = PreparedSelect("once", "SELECT $1 * 2, $2", ("int", "text"))
    with django_assert_num_queries(2):
        assert question.fetchone(21, "100 %") == (42, "100 %")
    same = PreparedSelect("once", "SELECT $1 * 2, $2", ("int", "text"))
    with django_assert_num_queries(1):
        assert same.fetchone(4, "'; DROP TABLE x; --") == (8, "'; DROP TABLE x; --")


def test_no_row_is_none(db):
    assert PreparedSelect("nothing", "SELECT $1 WHERE false", ("int",)).fetchone(1) is None


def test_each_connection_prepares_its_own(committed_db):
    question = double()
    assert question.fetchone(1, "") == (2, "")
    assert at_once(*[lambda n=n: question.fetchone(n, "") for n in range(4)]) == [(2 * n, "") for n in range(4)]
    connection.close()  # as when the server was restarted
    assert question.fetchone(3, "") == (6, "")


def test_two_versions_of_a_statement_share_a_connection(db):
    assert PreparedSelect("one", "SELECT $1 + 1", ("int",)).fetchone(1) == (2,)
    assert PreparedSelect("one", "SELECT $1 + 2", ("int",)).fetchone(1) == (3,)


@pytest.mark.parametrize("sql", ["UPDATE territories_place SET name = $1", "DELETE FROM territories_place", ""])
def test_writing_is_not_prepared(sql):
    with pytest.raises(ValueError, match="only a SELECT"):
        PreparedSelect("bad", sql, ())


def test_a_page_under_get_may_ask_it_and_nothing_else_that_is_prepared(db):
    request = RequestFactory().get("/")
    request.resolver_match = None
    question = double()

    def asks(request):
        return HttpResponse(str(question.fetchone(2, "")[0]))

    def writes(request):
        with connection.cursor() as cursor:
            cursor.execute("PREPARE sly AS UPDATE territories_place SET name = name")
        return HttpResponse()

    assert ReadOnlyGetMiddleware(asks)(request).content == b"4"
    with pytest.raises(WriteUnderGet, match="PREPARE"):
        ReadOnlyGetMiddleware(writes)(request)
