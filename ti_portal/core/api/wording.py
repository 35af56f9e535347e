"""Why a value was refused, in French, from what pydantic says of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from ti_portal.core.api.problems import FieldError, Problem

# Placeholders are those of pydantic's own contexts.
MESSAGES: dict[str, str] = {
    "missing": "Cette valeur est nécessaire.",
    "extra_forbidden": "Ce champ n’existe pas.",
    "string_type": "Donnez un texte.",
    "string_too_long": "{max_length} signes au plus.",
    "string_too_short": "{min_length} signes au moins.",
    "string_pattern_mismatch": "Cette valeur n’a pas la forme attendue.",
    "string_unicode": "Ce texte contient un signe illisible.",
    "int_type": "Donnez un nombre entier.",
    "int_parsing": "Donnez un nombre entier.",
    "int_parsing_size": "Ce nombre est trop grand.",
    "int_from_float": "Donnez un nombre entier.",
    "greater_than_equal": "Donnez {ge} au moins.",
    "less_than_equal": "Donnez {le} au plus.",
    "bool_type": "Répondez par true ou false.",
    "bool_parsing": "Répondez par true ou false.",
    "list_type": "Donnez une liste.",
    "too_long": "{max_length} éléments au plus.",
    "enum": "Cette valeur n’est pas admise. Admises : {expected}.",
    "literal_error": "Cette valeur n’est pas admise. Admises : {expected}.",
    "model_type": "Donnez un objet JSON.",
    "model_attributes_type": "Donnez un objet JSON.",
    "dict_type": "Donnez un objet JSON.",
}
OTHERWISE = "Cette valeur n’est pas admise."


def problem_of(errors: Iterable[Mapping[str, Any]], *, body_name: str = "facts") -> Problem:
    """The problem that tells these errors, one per value, in the order of the fields."""
    found = [_field_error(error, body_name) for error in errors]
    named = ", ".join(dict.fromkeys(error.field or "corps" for error in found))
    return Problem(422, f"Des valeurs ne conviennent pas : {named}.", errors=found)


def _field_error(error: Mapping[str, Any], body_name: str) -> FieldError:
    location, *path = error.get("loc", ()) or ("body",)
    if location == "body" and path[:1] == [body_name]:
        path = path[1:]
    return FieldError(str(location), ".".join(map(str, path)), error["type"], message_of(error))


def message_of(error: Mapping[str, Any]) -> str:
    if error["type"] in MESSAGES:
        try:
            context = {name: _listed(value) for name, value in error.get("ctx", {}).items()}
            return MESSAGES[error["type"]].format_map(context)
        except KeyError:
            return OTHERWISE
    # Ours come with their sentence.
    return error["msg"] if error["type"].startswith("ti_") else OTHERWISE


def _listed(value: Any) -> Any:
    return value.replace(" or ", ", ").replace("'", "") if isinstance(value, str) else value
