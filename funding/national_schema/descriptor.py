"""The columns as a frictionless Table Schema, so that anyone can check a file with a validator.

Known gap: the official schema wants digits alone in a geographic code, so it refuses Corsica (`DEP-2A`, `COM-2B033`),
whose codes are those of INSEE all the same. Ours accepts them; a file that names a Corsican département or commune is
therefore refused by the official schema, through no fault of the file.
"""

from typing import Any

from funding.national_schema.columns import COLUMNS, MAX_DESCRIPTION, MAX_PROMISE, SCHEMA_NAME, VERSION

_PLACE = r"[A-Z]+-(?:\d+|2[AB]\d*)"
_NAF = r"(?:[A-U]|\d{2}(?:\.\d(?:\d[A-Z]?)?)?)"
_TARGET = "(?:professionnels|particuliers|associations|secteur public)"
_SIZE = "(?:MIC|PME|ETI|GE)"
_TYPES = {"integer": "integer", "instant": "datetime"}
_FORMATS = {"uuid": "uuid", "address": "uri"}


def _list_of(value: str) -> str:
    return rf"^{value}(?:\|{value})*$"


PATTERNS = {
    "cibles": _list_of(_TARGET),
    "eligibilite_geographique": _list_of(_PLACE),
    "eligibilite_geographique_exclusions": _list_of(_PLACE),
    "eligibilite_categorie_taille_entreprise": _list_of(_SIZE),
    "eligibilite_forme_juridique": _list_of("[^|]+"),
    "eligibilite_forme_juridique_exclusions": _list_of("[^|]+"),
    "ciblage_secteur_activite": _list_of("[^|]+"),
    "ciblage_naf": _list_of(_NAF),
    "ciblage_naf_exclusions": _list_of(_NAF),
}
_LENGTHS = {"promesse": MAX_PROMISE, "description": MAX_DESCRIPTION}


def descriptor() -> dict[str, Any]:
    """The Table Schema, in plain types."""
    return {"name": SCHEMA_NAME, "version": VERSION, "fields": [_field(column) for column in COLUMNS]}


def _field(column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.required else {}
    if column.form == "uuid":
        constraints["unique"] = True
    if column.name in PATTERNS:
        constraints["pattern"] = PATTERNS[column.name]
    if column.name in _LENGTHS:
        constraints["maxLength"] = _LENGTHS[column.name]
    field = {"name": column.name, "title": column.label, "type": _TYPES.get(column.form, "string")}
    if column.form in _FORMATS:
        field["format"] = _FORMATS[column.form]
    return field | ({"constraints": constraints} if constraints else {})
