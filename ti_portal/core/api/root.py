"""A NinjaAPI whose errors are ours, and its published description, put in order."""

import json
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from ti_portal.core.api.door import public
from ti_portal.core.api.problems import CONTENT_TYPE, Problem, response_to
from ti_portal.core.api.schemas import ProblemOut
from ti_portal.core.api.wording import problem_of

_ERRORS = {
    "404": "Ce que l’adresse désigne n’existe pas.",
    "413": "Le corps est trop long.",
    "415": "Le corps n’est pas du JSON.",
    "422": "Une valeur ne convient pas : chacune est nommée dans « errors ».",
    "429": "Trop de requêtes : attendez le nombre de secondes de l’en-tête Retry-After.",
}
_NEVER_FOLLOWED = frozenset({"example", "examples", "enum", "default"})


class UnreadableBody(ValueError):
    pass


class StrictParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        """Read JSON. NaN and Infinity are not JSON, and a text nested without end is refused like any other fault."""

        def refuse(_name: str) -> None:
            raise UnreadableBody

        try:
            return json.loads(request.body, parse_constant=refuse)
        except RecursionError as error:
            raise UnreadableBody from error


class PortalAPI(NinjaAPI):
    """Errors are problems (RFC 9457) in French. Views are opened by `addresses`; nothing else serves them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(openapi_url=None, docs_url=None, parser=StrictParser(), **options)
        self.add_exception_handler(ValidationError, _refused)
        self.add_exception_handler(HttpError, _unreadable)
        self.add_exception_handler(Problem, _told)
        self.add_exception_handler(Http404, _unknown)
        self.add_exception_handler(Exception, _raised)

    def addresses(self) -> list[URLPattern]:
        """Its addresses, each behind the public door, with the parameters that it knows."""
        patterns, _app, _namespace = self.urls
        known = self._known()
        opened = []
        for pattern in patterns:
            path = f"/{pattern.pattern}"
            if path not in known:
                continue  # the page at the root, which only says « not found »
            pattern.callback = public(pattern.callback, *known[path])
            opened.append(pattern)
        return opened

    def described(self) -> dict[str, Any]:
        """The OpenAPI 3.1 description, with errors, and without the titles that frameworks make of names."""
        schema = json.loads(json.dumps(self.get_openapi_schema(path_prefix="")))
        problem = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        schema["components"]["schemas"] |= problem.pop("$defs")
        schema["components"]["schemas"]["ProblemOut"] = problem
        schema["components"]["responses"] = {
            f"Problem{status}": {
                "description": sentence,
                "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
            }
            for status, sentence in _ERRORS.items()
        }
        for operations in schema["paths"].values():
            for method, operation in operations.items():
                _complete(method, operation)
        return _without_titles(schema)

    def _known(self) -> dict[str, tuple[list[str], frozenset[str]]]:
        """Methods and query parameters of each path, as Django writes it."""
        found = {}
        for path, operations in self.get_openapi_schema(path_prefix="")["paths"].items():
            names = {
                parameter["name"]
                for operation in operations.values()
                for parameter in operation["parameters"]
                if parameter["in"] == "query"
            }
            methods = [method.upper() for method in operations]
            found[path.replace("{", "<").replace("}", ">")] = (methods, frozenset(names))
        return found


def _complete(method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    responses["200"]["description"] = "La réponse."
    statuses = ["422", "429"]
    if operation.pop("x-may-be-unknown", False):
        statuses.append("404")
    if method == "post":
        statuses += ["413", "415"]
    else:
        responses["304"] = {"description": "Rien n’a changé depuis l’ETag donné dans If-None-Match."}
    for status in sorted(statuses):
        responses[status] = {"$ref": f"#/components/responses/Problem{status}"}
    for parameter in operation["parameters"]:
        parameter["schema"] = _without_null(parameter["schema"])
        for name in ("description", "examples"):
            told = parameter["schema"].pop(name, None)
            if name == "description" and told:
                parameter["description"] = told
            elif told:
                parameter["example"] = told[0]
                parameter.pop("examples", None)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """An address has no null: what is not given is left out."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice.get("type") != "null"]
    kept = {key: value for key, value in schema.items() if key != "anyOf" and not (key == "default" and value is None)}
    return {**kept, **choices[0]} if len(choices) == 1 else schema


def _without_titles(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_titles(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    is_info = "version" in schema and "title" in schema
    return {
        key: value if key in _NEVER_FOLLOWED else _without_titles(value)
        for key, value in schema.items()
        if is_info or not (key == "title" and isinstance(value, str))
    }


def _refused(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return response_to(problem_of(error.errors), request)


def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    return response_to(Problem(422, "Le corps n’est pas du JSON lisible."), request)


def _told(request: HttpRequest, error: Problem) -> HttpResponse:
    return response_to(error, request)


def _unknown(request: HttpRequest, error: Http404) -> HttpResponse:
    return response_to(Problem(404, "Cette adresse ne désigne rien."), request)


def _raised(request: HttpRequest, error: Exception) -> HttpResponse:
    raise error


Operation = Callable[..., Any]
