"""Criteria as a table. Key: address of the scheme and rank in its list."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from funding import parts, terms
from funding.eligibility.errors import RuleError
from funding.eligibility.labels import AUDIENCES, CRITERION_KINDS
from funding.eligibility.refusals import refusal_text
from funding.enums import choices
from funding.models import Criterion, Scheme
from funding.resources.cells import (
    Reader,
    read_choice,
    read_choices,
    read_figure,
    read_flag,
    read_rank,
    scheme_of,
    write_choices,
    write_figure,
)
from funding.resources.values import read_values, write_values
from funding.schemes import save_scheme
from ti_portal.core.table_resources import Column, TableResource

SLUG, RANK, KIND = "Dispositif", "Rang", "Porte sur"
VALUES, EXCLUDED = "Valeurs admises", "Valeurs exclues"
LOWER, UPPER, EXPECTED, HARD = "Minimum", "Maximum", "Réponse attendue", "Obligatoire"
APPLIES, CONTACT, TEXT, LINK = "Ne concerne que", "À vérifier auprès de", "Mots de la source", "Publié à"
_COLUMN_OF = {
    "kind": KIND, "values": VALUES, "excluded": EXCLUDED, "lower": LOWER, "upper": UPPER, "bounds": LOWER,
    "expected": EXPECTED, "hard": HARD, "applies_to": APPLIES, "contact": CONTACT, "text": TEXT, "link": LINK,
}  # fmt: skip


def with_facts(criteria: QuerySet) -> QuerySet:
    return criteria.select_related("scheme").order_by("scheme__slug", "position", "pk")


class CriterionResource(TableResource):
    title = "Critères"
    file_name = "criteres"
    key_columns = (SLUG, RANK)

    scheme = Column(column_name=SLUG)
    name = Column(column_name="Nom du dispositif", readonly=True)
    rank = Column(column_name=RANK)
    kind = Column(column_name=KIND)
    values = Column(column_name=VALUES)
    excluded = Column(column_name=EXCLUDED)
    lower = Column(column_name=LOWER)
    upper = Column(column_name=UPPER)
    expected = Column(column_name=EXPECTED)
    is_hard = Column(column_name=HARD)
    applies_to = Column(column_name=APPLIES)
    contact = Column(column_name=CONTACT, attribute="contact")
    text = Column(column_name=TEXT, attribute="text")
    link = Column(column_name=LINK, attribute="link")

    class Meta(TableResource.Meta):
        model = Criterion

    def dehydrate_scheme(self, row: Criterion) -> str:
        return row.scheme.slug if row.scheme_id else ""

    def dehydrate_name(self, row: Criterion) -> str:
        return row.scheme.name if row.scheme_id else ""

    def dehydrate_rank(self, row: Criterion) -> int:
        return row.position

    def dehydrate_kind(self, row: Criterion) -> str:
        return CRITERION_KINDS.get(row.kind, row.kind)

    def dehydrate_values(self, row: Criterion) -> str:
        return write_values(row.kind, row.values).replace("\n", " ; ")

    def dehydrate_excluded(self, row: Criterion) -> str:
        return write_values(row.kind, row.excluded).replace("\n", " ; ")

    def dehydrate_lower(self, row: Criterion) -> str:
        return write_figure(row.lower)

    def dehydrate_upper(self, row: Criterion) -> str:
        return write_figure(row.upper)

    def dehydrate_expected(self, row: Criterion) -> str:
        return "oui" if row.expected else "non"

    def dehydrate_is_hard(self, row: Criterion) -> str:
        return "oui" if row.is_hard else "non"

    def dehydrate_applies_to(self, row: Criterion) -> str:
        return write_choices(row.applies_to, AUDIENCES)

    def find(self, row: Mapping[str, Any]) -> Criterion | None:
        reader = Reader(row)
        scheme = reader.read(SLUG, scheme_of)
        rank = reader.read(RANK, read_rank)
        reader.check()
        self.found: Scheme = scheme
        found = scheme.criteria.filter(position=rank).select_related("scheme").order_by("pk").first()
        if found is None and rank > scheme.criteria.count() + 1:
            raise ValidationError({RANK: f"Le prochain rang libre est {scheme.criteria.count() + 1}."})
        return found

    def fill(self, instance: Criterion, row: Mapping[str, Any]) -> None:
        reader = Reader(row)
        instance.scheme = self.found
        instance.position = read_rank(row[RANK])
        if reader.has(KIND):
            instance.kind = reader.read(KIND, read_choice, choices(CRITERION_KINDS)) or ""
        for column, name in ((VALUES, "values"), (EXCLUDED, "excluded")):
            if reader.has(column):
                read = lambda text: read_values(instance.kind, text.replace(" | ", "\n"))  # noqa: E731
                setattr(instance, name, reader.read(column, read) or [])
        for column, name in ((LOWER, "lower"), (UPPER, "upper")):
            if reader.has(column):
                setattr(instance, name, reader.read(column, read_figure))
        for column, name in ((EXPECTED, "expected"), (HARD, "is_hard")):
            if reader.has(column) and row[column]:
                setattr(instance, name, reader.read(column, read_flag))
        if reader.has(APPLIES):
            instance.applies_to = reader.read(APPLIES, read_choices, choices(AUDIENCES)) or []
        for column, name in ((CONTACT, "contact"), (TEXT, "text"), (LINK, "link")):
            if reader.has(column):
                setattr(instance, name, (row[column] or "").strip())
        reader.check()
        try:
            terms.criterion_of(instance)
        except RuleError as error:
            raise ValidationError({_COLUMN_OF.get(error.field, VALUES): refusal_text(error)}) from error

    def write(self, instance: Criterion, *, is_create: bool) -> None:
        written = {name: getattr(instance, name) for name in parts.CRITERIA.fields}
        kept_rows = instance.scheme.criteria.order_by("position", "pk")
        rows = [{"id": kept.pk, **(written if kept.pk == instance.pk else {})} for kept in kept_rows]
        if is_create:
            rows.append(written)
        outcome = save_scheme(
            scheme_id=instance.scheme_id, rows={"criteria": rows}, actor=self.actor, at=self.at, reason="import"
        )
        if is_create:
            last = outcome.scheme.criteria.order_by("-position", "-pk").values_list("pk", flat=True).first()
            instance.pk = last
