"""Previewing a file of a list, and writing what the preview said: one transaction, by COPY."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from funding.funded_projects import places
from funding.funded_projects.plan import VALUES, Known, Plan, basis_of, plan
from funding.funded_projects.reading import Draft, read
from funding.listing import bump_version
from funding.models import FundedProject, FundedProjectList
from ti_portal.core.bulk import copy_rows, update_rows

_FIELDS = ("key", *VALUES)


class StalePlanError(Exception):
    """The list changed since the plan was made: make it again and look at it."""


@dataclass(frozen=True)
class Applied:
    """`kept` are projects that the file no longer has and that stay, for want of a confirmation."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    kept: int = 0


def preview(content: bytes, *, project_list: FundedProjectList, mapping: dict[str, str] | None = None) -> Plan:
    """Read a file and say what it would change in a list; writes nothing.

    `mapping` ({field: header}) replaces the one that the list remembers. Raises UnreadableTable, with a French message,
    for a file that cannot be used at all.
    """
    sheet = read(
        content,
        remembered=project_list.mapping if mapping is None else mapping,
        attested=project_list.attested,
        places=places.load(),
    )
    return plan(sheet, known_projects(project_list.pk), list_id=project_list.pk)


@transaction.atomic
def apply(plan: Plan, *, project_list: FundedProjectList, at: datetime, confirms_gone: bool = False) -> Applied:
    """Write a plan, all of it or nothing, and remember its columns for the list.

    Projects that the file no longer has are marked gone, not deleted. When too many are (`plan.needs_confirmation`)
    they stay unless `confirms_gone`. Raises StalePlanError when the list changed since, ValidationError when it is no
    more.
    """
    row = FundedProjectList.objects.select_for_update(of=("self",)).filter(pk=project_list.pk).order_by("pk").first()
    if row is None or row.pk != plan.list_id:
        raise ValidationError("Cette liste n’existe plus.")
    if basis_of(known_projects(row.pk)) != plan.basis:
        raise StalePlanError
    may_go = confirms_gone or not plan.needs_confirmation
    gone = plan.gone if may_go else ()
    copy_rows(
        FundedProject,
        ("list", "rank", "gone_at", *_columns()),
        ((row.pk, item.rank, None, *_values(item.line.draft)) for item in plan.new),
    )
    update_rows(
        FundedProject,
        ("gone_at", *_columns()),
        ((item.known.id, None, *_values(item.line.draft)) for item in plan.changed),
    )
    update_rows(FundedProject, ("gone_at",), ((item.id, at) for item in gone))
    if plan.new or plan.changed or gone:
        bump_version()
        with connection.cursor() as cursor:
            # Thousands of rows may have come: the planner does not wait for the next automatic pass to know of them.
            cursor.execute(f"ANALYZE {connection.ops.quote_name(FundedProject._meta.db_table)}")
    row.mapping = dict(plan.columns)
    row.loaded_at = at
    row.save(update_fields=["mapping", "loaded_at"])
    return Applied(len(plan.new), len(plan.changed), len(gone), len(plan.gone) - len(gone))


def known_projects(list_id: int) -> list[Known]:
    return list(_known(list_id))


def _known(list_id: int) -> Iterator[Known]:
    rows = FundedProject.objects.filter(list_id=list_id).order_by("pk")
    for pk, rank, gone_at, *values in rows.values_list("pk", "rank", "gone_at", *_FIELDS).iterator(chunk_size=10_000):
        yield Known(pk, rank, Draft(*values), gone_at is not None)


def _columns() -> tuple[str, ...]:
    return tuple(name.removesuffix("_id") for name in _FIELDS)


def _values(draft: Draft) -> tuple:
    return tuple(getattr(draft, name) for name in _FIELDS)
