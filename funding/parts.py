"""Lists that belong to a scheme or a call, written whole: criteria, amounts, links, organisations, contacts, rounds.

What is given is compared with what is there; only rows that differ are written, so that saying the same again leaves
no trace in the history, and each row keeps its id and its past.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models

from funding import terms
from funding.eligibility.errors import RuleError
from funding.eligibility.refusals import refusal_text
from funding.models import AmountRule, Contact, Criterion, Round, SchemeLink, SchemeOrganisation
from territories.history import sign
from ti_portal.core.integrity import refused_by_constraints

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A list of rows of one model under a parent.

    key     what makes a row the same as before, besides its id; without it, equal rows first, then their order
    check   raises RuleError when the rules cannot use the row
    """

    name: str
    noun: str
    model: type[models.Model]
    parent: str
    fields: tuple[str, ...]
    key: Callable[[models.Model], Hashable] | None = None
    check: Callable[[Any], object] | None = None

    @property
    def has_history(self) -> bool:
        return hasattr(self.model, "history")

    @property
    def is_ordered(self) -> bool:
        return any(field.name == "position" for field in self.model._meta.fields)


PERIMETER = ("included_codes", "excluded_codes")

CRITERIA = Part(
    "criteria", "Critère", Criterion, "scheme",
    ("kind", "values", "excluded", "lower", "upper", "expected", "is_hard", "applies_to", "contact", "text", "link"),
    check=terms.criterion_of,
)  # fmt: skip
AMOUNTS = Part(
    "amounts", "Montant", AmountRule, "scheme",
    (
        "kind", "amount", "months", "rate", "lower", "upper", "base_cap", "is_ceiling", "condition_kind",
        "condition_values", "condition_lower", "condition_upper", "condition_expected", "text",
    ),
)  # fmt: skip
LINKS = Part(
    "links", "Lien", SchemeLink, "scheme", ("kind", "label", "url", "dead_since"), lambda row: (row.kind, row.url)
)
ROLES = Part(
    "roles", "Organisme", SchemeOrganisation, "scheme", ("organisation_id", "role"),
    lambda row: (row.organisation_id, row.role),
)  # fmt: skip
CONTACTS = Part(
    "contacts", "Contact", Contact, "scheme", ("organisation_id", "label", "email", "phone", "url", *PERIMETER),
    lambda row: (row.organisation_id, row.label, tuple(row.included_codes)),
)  # fmt: skip
ROUNDS = Part(
    "rounds", "Relève", Round, "call",
    (
        "label", "opens_at", "closes_at", "zone", "committee_on", "results_on", "envelope", "remaining",
        "exhausted_from", "announced_for",
    ),
    check=terms.round_of,
)  # fmt: skip
OF_SCHEME = {part.name: part for part in (CRITERIA, AMOUNTS, LINKS, ROLES, CONTACTS)}


def write(part: Part, parent: models.Model, rows: Iterable[Row], *, by, at: datetime, reason: str = "") -> bool:
    """Make the rows of `part` under `parent` exactly `rows`; return whether anything changed.

    A row may carry `id`. What it leaves out stays as it was in a row known by its id or its key, and takes its default
    in any other. Raises ValidationError under the part's name, with every bad row named by its rank.
    """
    rows = list(rows)
    kept = list(part.model.objects.filter(**{part.parent: parent}).order_by(*_order(part)))
    pairs = _matched(part, parent, rows, kept)
    errors, changed = [], []
    for rank, (row, instance) in enumerate(pairs, start=1):
        if not _fill(part, instance, row if part.key or row.get("id") else {**_defaults(part), **row}, rank):
            continue
        problems = _problems(part, instance)
        errors += [f"{part.noun} {rank} : {problem}" for problem in problems]
        changed.append(instance)
    if part is AMOUNTS and not errors:
        errors += _amount_problems([instance for _, instance in pairs])
    if errors:
        raise ValidationError({part.name: errors})
    matched = {instance.pk for _, instance in pairs}
    gone = [row for row in kept if row.pk not in matched]
    with refused_by_constraints(part.model):
        for instance in gone:
            _signed(part, instance, by, at, reason).delete()
        # Old rows first: one may free what a new one takes.
        for instance in sorted(changed, key=lambda row: row.pk is None):
            _signed(part, instance, by, at, reason).save()
    return bool(gone or changed)


def _order(part: Part) -> tuple[str, ...]:
    return ("position", "pk") if part.is_ordered else ("pk",)


def _matched(part: Part, parent, rows: list[Row], kept: list) -> list[tuple[Row, Any]]:
    """Give each row the instance that it continues, or a new one."""
    free = {row.pk: row for row in kept}
    found: list[Any] = [free.pop(row.get("id"), None) for row in rows]
    wanted = [instance or _new(part, parent, row) for row, instance in zip(rows, found, strict=True)]
    sameness = [part.key] if part.key else [lambda one: _content(part, one), lambda one: None]
    for same in sameness:
        for rank, instance in enumerate(wanted):
            if found[rank] is None:
                match = next((pk for pk, row in free.items() if same(row) == same(instance)), None)
                found[rank] = free.pop(match, None)
    return [(row, instance or new) for row, instance, new in zip(rows, found, wanted, strict=True)]


def _new(part: Part, parent, row: Row):
    unknown = set(row) - set(part.fields) - {"id"}
    if unknown:
        raise TypeError(f"{part.name}: unknown fields {sorted(unknown)}")
    instance = part.model(**{part.parent: parent})
    for name in part.fields:
        if name in row:
            setattr(instance, name, plain(part.model, name, row[name]))
    return instance


def _defaults(part: Part) -> dict[str, Any]:
    return {name: part.model._meta.get_field(name).get_default() for name in part.fields}


def _fill(part: Part, instance, row: Row, rank: int) -> bool:
    """Write the row on the instance; return whether that changes it."""
    before = _content(part, instance)
    for name in part.fields:
        if name in row:
            setattr(instance, name, plain(part.model, name, row[name]))
    is_moved = part.is_ordered and instance.position != rank
    if is_moved:
        instance.position = rank
    return instance.pk is None or is_moved or _content(part, instance) != before


def plain(model: type[models.Model], name: str, value: Any) -> Any:
    """A value as the field stores it, so that 1000, « 1000 » and 1000.00 are the same. Raises ValidationError."""
    field = model._meta.get_field(name)
    if isinstance(field, models.ForeignKey):
        return value
    if isinstance(field, ArrayField):
        return [str(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value or ())]
    if value is None and not field.null:
        return field.get_default()
    cleaned = field.to_python(value)
    if isinstance(cleaned, Decimal) and cleaned.is_finite():
        rounded = cleaned.quantize(Decimal(1).scaleb(-field.decimal_places))
        # More decimals than the field holds are refused by its own check, not rounded in silence.
        return rounded if rounded == cleaned else cleaned
    return str(cleaned) if isinstance(cleaned, str) else cleaned


def _content(part: Part, instance) -> tuple:
    return tuple(getattr(instance, name) for name in part.fields)


def _problems(part: Part, instance) -> list[str]:
    try:
        instance.full_clean(exclude=[part.parent])
    except ValidationError as error:
        return error.messages
    try:
        if part.check is not None:
            part.check(instance)
    except RuleError as error:
        return [refusal_text(error)]
    return []


def _amount_problems(rows: list[AmountRule]) -> list[str]:
    """Amounts are read together: points of rate belong to the rate before them."""
    found = []
    for rank in range(1, len(rows) + 1):
        try:
            terms.amount_rules(rows[:rank])
        except RuleError as error:
            found.append(f"Montant {rank} : {refusal_text(error)}")
            break
    return found


def _signed(part: Part, instance, by, at: datetime, reason: str):
    if part.has_history:
        sign(instance, by=by, at=at, reason=reason)
    return instance
