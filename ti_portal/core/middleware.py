"""Two guards around every request."""

from collections.abc import Callable

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ti_portal.core.prepared import PREFIX

READING_VERBS = frozenset(
    [
        "SELECT",
        "WITH",
        "SAVEPOINT",
        "RELEASE",
        "ROLLBACK",
        "BEGIN",
        "COMMIT",
        "SHOW",
        "SET",
        "EXPLAIN",
        "DECLARE",
        "FETCH",
        "CLOSE",
    ]
)


class BadInputMiddleware:
    """Answer 400, in French, to a query string that no page can use: a NUL byte, or bytes that are not UTF-8.

    PostgreSQL refuses NUL in any text; refusing it once here spares every form and search the same check.
    Bodies are left to the forms, which answer at the field, and so is the API, which checks each value.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(settings.API_PREFIX):
            return self.get_response(request)
        raw = request.META.get("QUERY_STRING", "")
        if "%00" in raw or "\x00" in raw or "\x00" in request.path_info:
            return render(request, "400.html", status=400)
        return self.get_response(request)


class WriteUnderGet(Exception):
    """A page asked by GET tried to write. The SQL verb is the message; values are never in it."""


class ReadOnlyGetMiddleware:
    """Refuse any SQL but reading while a view answers GET or HEAD.

    A link that a mail scanner or a browser fetches ahead must change nothing. Sessions are saved by an outer
    middleware and are not concerned. An address that has to write under GET (the return from an identity
    provider) is named in the setting WRITES_UNDER_GET, by URL name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with connection.execute_wrapper(_Guard(request)):
            return self.get_response(request)


class _Guard:
    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def __call__(self, execute, sql, params, many, context):
        words = str(sql).lstrip(" (\n").split(None, 2)
        verb = words[0].upper()
        is_reading = verb in READING_VERBS or (verb in ("PREPARE", "EXECUTE") and words[1].startswith(PREFIX))
        if not is_reading and not self._may_write():
            raise WriteUnderGet(verb)
        return execute(sql, params, many, context)

    def _may_write(self) -> bool:
        match = self.request.resolver_match
        return match is not None and match.view_name in settings.WRITES_UNDER_GET
