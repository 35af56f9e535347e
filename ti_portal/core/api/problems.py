"""Errors of the API, in French, in the form of RFC 9457 (`application/problem+json`)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from django.http import HttpRequest, HttpResponse

CONTENT_TYPE = "application/problem+json"
TITLES = {
    404: "Introuvable",
    405: "Méthode non admise",
    413: "Corps trop long",
    415: "Type de contenu non admis",
    422: "Valeurs refusées",
    429: "Trop de requêtes",
    500: "Erreur du portail",
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one value. `location` is query, path or body; `field` is a path in it (`aids.0.amount`)."""

    location: str
    field: str
    code: str
    message: str


class Problem(Exception):
    """Stops an answer of the API. `detail` says what is wrong and how to go on; it never repeats what was sent."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        super().__init__(detail)


def unknown(detail: str, *errors: FieldError) -> Problem:
    """Something that is not there, for a view to raise."""
    return Problem(404, detail, errors=errors)


def refused(location: str, field: str, message: str, code: str = "value_error") -> Problem:
    """A value that cannot be used, for a view to raise."""
    return Problem(422, message, errors=[FieldError(location, field, code, message)])


def response_to(problem: Problem, request: HttpRequest) -> HttpResponse:
    """The answer that tells a problem. It is never kept by a cache."""
    content = {
        "type": f"/api/#erreur-{problem.status}",
        "title": TITLES[problem.status],
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path,
    }
    if problem.errors:
        content["errors"] = [asdict(error) for error in problem.errors]
    response = HttpResponse(json.dumps(content, ensure_ascii=False), content_type=CONTENT_TYPE, status=problem.status)
    for name, value in problem.headers.items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    return response
