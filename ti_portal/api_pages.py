"""The page that explains the API: read from its own description, so that both say the same."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from ti_portal.core.api.answers import MAX_AGE
from ti_portal.core.api.cursors import DEFAULT_LIMIT, HIGHEST_LIMIT
from ti_portal.core.api.door import LARGEST_BODY
from ti_portal.core.api.problems import TITLES

# An address to try for each operation: path parameters, then those of the address.
EXAMPLES: dict[str, tuple[dict[str, str], list[tuple[str, str]]]] = {
    "list_places": ({}, [("nature", "epci"), ("dans", "DEP-30")]),
    "search_places": ({}, [("q", "ales")]),
    "get_place": ({"code": "COM-30007"}, []),
    "list_territories": ({}, [("lieu", "REG-76")]),
    "get_territory": ({"code": "TI-2023-7601"}, []),
    "list_members": ({"code": "TI-2023-7601"}, []),
    "list_entries": ({"nomenclature": "naf"}, [("limit", "100")]),
    "list_schemes": ({}, [("lieu", "COM-30007"), ("public", "firm"), ("statut", "open"), ("statut", "closing_soon")]),
    "get_scheme": ({"slug": "vte-vert"}, [("lieu", "COM-30007")]),
    "get_call": ({"slug": "vte-vert", "call": "guichet"}, []),
    "list_calls": ({}, [("lieu", "COM-30007")]),
    "list_rounds": ({}, [("apres", "2026-11-24"), ("limit", "10")]),
    "list_organisations": ({}, []),
    "get_vocabularies": ({}, []),
    "check": ({}, [("au", "2020-12-15")]),
    "list_events": ({}, [("lieu", "COM-30007"), ("nature", "assembly")]),
    "get_event": ({"slug": "assemblee-generale-15-decembre-2020"}, []),
}
_FEW_VALUES = 12


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    description: str
    is_required: bool
    values: str


@dataclass(frozen=True, slots=True)
class Operation:
    key: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Parameter]
    facts: list[Parameter]
    command: str


def groups(schema: dict[str, Any], base: str) -> list[tuple[str, list[Operation]]]:
    """Operations by subject, in the order in which they are described."""
    found: dict[str, list[Operation]] = {}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            told = Operation(
                key=operation["operationId"],
                method=method.upper(),
                path=path,
                summary=operation["summary"],
                description=operation.get("description", ""),
                parameters=[_parameter(one, schema) for one in operation["parameters"]],
                facts=_facts(operation, schema),
                command=_command(method, path, operation["operationId"], base),
            )
            found.setdefault(operation["tags"][0], []).append(told)
    return list(found.items())


def _parameter(parameter: dict[str, Any], schema: dict[str, Any]) -> Parameter:
    form = _resolved(parameter["schema"], schema)
    values = [str(value) for value in _resolved(form.get("items", form), schema).get("enum", ())]
    return Parameter(
        name=parameter["name"],
        description=parameter.get("description", ""),
        is_required=parameter["required"],
        values=", ".join(values) if len(values) <= _FEW_VALUES else "voir /vocabularies",
    )


def _facts(operation: dict[str, Any], schema: dict[str, Any]) -> list[Parameter]:
    """Fields of the body, where there is one."""
    if "requestBody" not in operation:
        return []
    form = _resolved(operation["requestBody"]["content"]["application/json"]["schema"], schema)
    required = form.get("required", ())
    return [
        _parameter({"name": name, "schema": field, "required": name in required, **field}, schema)
        for name, field in form["properties"].items()
    ]


def _resolved(form: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = form.get("$ref", "").rpartition("/")[2]
    return schema["components"]["schemas"][name] if name else form


def _command(method: str, path: str, key: str, base: str) -> str:
    codes, query = EXAMPLES[key]
    address = base + path.format_map(codes) + (f"?{urlencode(query)}" if query else "")
    if method == "get":
        return f"curl '{address}'"
    body = '{"audience": "firm", "place": "COM-30007", "staff": 45, "naf": "25.62B"}'
    return f"curl -H 'Content-Type: application/json' -d '{body}' '{address}'"


@method_decorator(login_not_required, name="dispatch")
class ApiPageView(TemplateView):
    template_name = "api/page.html"

    def get_context_data(self, **kwargs):
        from ti_portal.api import described

        path = reverse("api:openapi")
        base = self.request.build_absolute_uri(path.removesuffix("/openapi.json"))
        return super().get_context_data(
            heading="API : les données du portail pour les machines",
            base=base,
            openapi=path,
            groups=groups(described(), base),
            default_limit=DEFAULT_LIMIT,
            highest_limit=HIGHEST_LIMIT,
            largest_body=LARGEST_BODY // 1024,
            max_age=MAX_AGE,
            rate=settings.API_RATE_PER_SECOND,
            burst=settings.API_RATE_BURST,
            errors=[(status, title, ERRORS[status]) for status, title in TITLES.items()],
            operator=settings.OPERATOR,
            **kwargs,
        )


ERRORS = {
    404: "L’adresse, ou un code qu’elle contient, ne désigne rien. Cherchez le code par /places/search, "
    "ou l’aide par /schemes.",
    405: "L’adresse ne répond pas à cette méthode. L’en-tête Allow dit auxquelles elle répond.",
    413: "Le corps de la requête est trop long.",
    415: "Le corps doit être du JSON, et l’en-tête Content-Type le dire : application/json.",
    422: "Une ou plusieurs valeurs ne conviennent pas. La liste « errors » donne pour chacune son chemin "
    "et ce qu’il faut écrire. "
    "Un paramètre inconnu est refusé lui aussi : mal écrit, un filtre ne filtrerait rien.",
    429: "Trop de requêtes depuis votre adresse. L’en-tête Retry-After dit combien de secondes attendre.",
    500: "La faute vient du portail. Elle est notée ; réessayez plus tard, ou écrivez-nous si elle dure.",
}
