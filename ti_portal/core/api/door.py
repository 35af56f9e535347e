"""The door of every address of the API: who may come, by which method, how often, and how errors leave.

Nobody signs in here: views under this door know no session, set no cookie and may be read from any web page (CORS).
That holds for POST too, which keeps nothing: there is nothing that another site could do in someone's name.
"""

from collections.abc import Callable, Collection, Sequence
from functools import wraps

from django.core.exceptions import SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse
from django.utils.log import log_response

from ti_portal.core.api import limits
from ti_portal.core.api.problems import FieldError, Problem, response_to

LARGEST_BODY = 64 * 1024
EXPOSED = "ETag, Link, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy"
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
_READING = frozenset({"GET", "HEAD"})

View = Callable[..., HttpResponse]


def public(view: View, methods: Sequence[str], parameters: Collection[str] = ()) -> View:
    """Open a view to all. `methods` are GET, or POST; HEAD comes with GET, and OPTIONS always.

    `parameters` are those of the address that the view reads. Any other is refused: a filter that is misspelt would
    otherwise filter nothing, in silence.
    """
    allowed = (*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS")

    @wraps(view)
    def opened(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if request.method == "OPTIONS":
            response = _preflight(allowed)
        else:
            standing = limits.ask(request)
            response = _answer(view, request, args, kwargs, allowed, parameters, standing)
            for name, value in (standing.headers if standing else {}).items():
                response[name] = value
        return _shared(request, response)

    opened.login_required = False  # type: ignore[attr-defined]
    opened.csrf_exempt = True  # type: ignore[attr-defined]
    opened.knows_nobody = True  # type: ignore[attr-defined]
    return opened


def _answer(view, request, args, kwargs, allowed, parameters, standing: limits.Standing | None) -> HttpResponse:
    try:
        if standing is not None and not standing.is_allowed:
            raise Problem(429, f"Attendez {standing.wait} s avant la prochaine requête.")
        _check(request, allowed, parameters)
        return _called(view, request, *args, **kwargs)
    except Problem as problem:
        return response_to(problem, request)
    except SuspiciousOperation:
        return response_to(
            Problem(422, "Cette requête porte trop de paramètres, ou des paramètres illisibles."), request
        )
    except Exception as error:  # noqa: BLE001 - what Django itself does, said in the form of the API
        got_request_exception.send(sender=None, request=request)
        response = response_to(Problem(500, "Une erreur est survenue de notre côté. Elle est notée."), request)
        log_response("API: %s", request.path, response=response, request=request, exception=error)
        return response


def _check(request: HttpRequest, allowed: Sequence[str], parameters: Collection[str]) -> None:
    if request.method not in allowed:
        message = f"Cette adresse répond à : {', '.join(allowed)}."
        raise Problem(405, message, headers={"Allow": ", ".join(allowed)})
    strange = [name for name in request.GET if name not in parameters]
    if strange:
        sentence = "Ce paramètre n’existe pas ici."
        errors = [FieldError("query", name[:80], "unknown_parameter", sentence) for name in strange[:20]]
        known = ", ".join(sorted(parameters)) or "aucun"
        raise Problem(422, f"Paramètre inconnu. Paramètres de cette adresse : {known}.", errors=errors)
    if request.method in _READING:
        return
    if request.content_type != "application/json":
        raise Problem(415, "Envoyez du JSON, avec l’en-tête Content-Type: application/json.")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > LARGEST_BODY:
        raise Problem(413, f"Le corps dépasse {LARGEST_BODY // 1024} Kio.")


def _called(view: View, request: HttpRequest, *args, **kwargs) -> HttpResponse:
    """HEAD is answered as GET; the web server leaves the body out."""
    if request.method != "HEAD":
        return view(request, *args, **kwargs)
    request.method = "GET"
    try:
        return view(request, *args, **kwargs)
    finally:
        request.method = "HEAD"


def _preflight(allowed: Sequence[str]) -> HttpResponse:
    response = HttpResponse(status=204)
    del response["Content-Type"]
    response["Allow"] = ", ".join(allowed)
    response["Access-Control-Allow-Methods"] = ", ".join(allowed)
    response["Access-Control-Allow-Headers"] = "Content-Type, If-None-Match"
    response["Access-Control-Max-Age"] = "86400"
    return response


def _shared(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = EXPOSED
    if not response.has_header("Cache-Control"):
        response["Cache-Control"] = "no-store"
    # Conditions are answered: Django's own middleware would make another 304, without the headers of this one.
    for condition in _CONDITIONS:
        request.META.pop(condition, None)
    # The guards before this view looked at who comes; the answer does not depend on it, so caches may share it.
    if not request.session.modified:
        request.session.accessed = False
    return response
