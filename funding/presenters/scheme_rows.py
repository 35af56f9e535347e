"""All the rows of a scheme in one query.

Ten tables hang on a scheme; asked one by one they would cost its page more queries than a page may make.
"""

import json
from decimal import Decimal
from typing import Any, TypeVar

from django.db import connection, models

from funding.models import (
    AmountRule,
    Call,
    Contact,
    Criterion,
    Organisation,
    Round,
    Scheme,
    SchemeLink,
    SchemeOrganisation,
)

AnyModel = TypeVar("AnyModel", bound=models.Model)

_SQL = """
SELECT 'criteria', to_jsonb(t) FROM funding_criterion t WHERE t.scheme_id = %(id)s
UNION ALL SELECT 'amounts', to_jsonb(t) FROM funding_amountrule t WHERE t.scheme_id = %(id)s
UNION ALL SELECT 'links', to_jsonb(t) FROM funding_schemelink t WHERE t.scheme_id = %(id)s
UNION ALL SELECT 'calls', to_jsonb(t) FROM funding_call t WHERE t.scheme_id = %(id)s
UNION ALL SELECT 'rounds', to_jsonb(t) FROM funding_round t
    JOIN funding_call c ON c.id = t.call_id WHERE c.scheme_id = %(id)s
UNION ALL SELECT 'roles', to_jsonb(t) || jsonb_build_object('organisation', to_jsonb(o))
    FROM funding_schemeorganisation t JOIN funding_organisation o ON o.id = t.organisation_id WHERE t.scheme_id = %(id)s
UNION ALL SELECT 'contacts', to_jsonb(t) || jsonb_build_object('organisation', to_jsonb(o))
    FROM funding_contact t JOIN funding_organisation o ON o.id = t.organisation_id WHERE t.scheme_id = %(id)s
UNION ALL SELECT 'exclusions', jsonb_build_object('id', t.id, 'name', s.name, 'slug', s.slug, 'state', s.state,
        'reason', t.reason, 'link', t.link)
    FROM funding_schemeexclusion t
    JOIN funding_scheme s ON s.id = t.first_id + t.second_id - %(id)s
    WHERE t.first_id = %(id)s OR t.second_id = %(id)s
UNION ALL SELECT 'others', jsonb_build_object('id', s.id, 'name', s.name, 'slug', s.slug, 'state', s.state)
    FROM funding_scheme s WHERE s.successor_id = %(id)s OR s.id = %(successor)s
"""


class SchemeRows:
    """A scheme's rows as instances of their models, in the order in which they are read; the rest as plain values."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        found: dict[str, list[dict]] = {}
        with connection.cursor() as cursor:
            cursor.execute(_SQL, {"id": scheme.pk, "successor": scheme.successor_id})
            for kind, values in cursor.fetchall():
                found.setdefault(kind, []).append(json.loads(values, parse_float=Decimal))
        self.criteria = _by_position(_made(Criterion, found.get("criteria")))
        self.amounts = _by_position(_made(AmountRule, found.get("amounts")))
        self.links = _by_position(_made(SchemeLink, found.get("links")))
        self.rounds = sorted(_made(Round, found.get("rounds")), key=lambda row: row.pk)
        self.calls = sorted(_made(Call, found.get("calls")), key=lambda row: (row.slug, row.pk))
        self.roles = sorted(_with_organisation(SchemeOrganisation, found.get("roles")), key=lambda row: row.pk)
        self.contacts = sorted(_with_organisation(Contact, found.get("contacts")), key=lambda row: row.pk)
        self.exclusions = sorted(found.get("exclusions", ()), key=lambda row: (row["name"], row["id"]))
        others = sorted(found.get("others", ()), key=lambda row: (row["name"], row["id"]))
        self.successor = next((row for row in others if row["id"] == scheme.successor_id), None)
        self.predecessors = [row for row in others if row["id"] != scheme.successor_id]
        self._join()

    def _join(self) -> None:
        """As `select_related` and `prefetch_related` would."""
        by_call: dict[int, list[Round]] = {}
        for row in self.rounds:
            by_call.setdefault(row.call_id, []).append(row)
        for call in self.calls:
            call.scheme = self.scheme
            _keep(call, "rounds", by_call.get(call.pk, []))
        _keep(self.scheme, "calls", self.calls)
        _keep(self.scheme, "criteria", self.criteria)
        _keep(self.scheme, "amounts", self.amounts)


def _keep(instance: models.Model, name: str, rows: list) -> None:
    kept = instance.__dict__.setdefault("_prefetched_objects_cache", {})
    kept[name] = rows


def _made(model: type[AnyModel], rows: list[dict[str, Any]] | None) -> list[AnyModel]:
    fields = [(field.attname, field.column, field.to_python) for field in model._meta.concrete_fields]
    return [
        model(**{name: None if row[column] is None else read(row[column]) for name, column, read in fields})
        for row in rows or ()
    ]


def _with_organisation(model: type[AnyModel], rows: list[dict[str, Any]] | None) -> list[AnyModel]:
    made = _made(model, rows)
    for instance, row in zip(made, rows or (), strict=True):
        instance.organisation = _made(Organisation, [row["organisation"]])[0]
    return made


def _by_position(rows: list[AnyModel]) -> list[AnyModel]:
    return sorted(rows, key=lambda row: (row.position, row.pk))
