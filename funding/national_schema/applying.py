"""Previewing a file, and writing what the preview said: one transaction, by the comparison and the writer of syncs."""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from funding.models import Scheme
from funding.national_schema.plan import MAX_SOURCE, known_for, plan
from funding.national_schema.reading import read
from funding.national_schema.texts import one_line, shortened
from funding.sync.applying import hold_machines, hold_schemes, is_fresh, naming, writer_of
from funding.sync.plan import Plan

DEFAULT_SOURCE = "Schéma national des aides"


class StaleImportError(Exception):
    """The schemes changed since the plan was made: make it again and look at it."""


@dataclass(frozen=True)
class Applied:
    """`unpublished` gives, by slug, what keeps an imported scheme from being published."""

    created: int = 0
    changed: int = 0
    published: int = 0
    unpublished: tuple[tuple[str, tuple[str, ...]], ...] = ()


def preview(file: BinaryIO | bytes, *, at: datetime, source: str = DEFAULT_SOURCE) -> Plan:
    """Read a file and say what it would change; writes nothing.

    Raises UnreadableTable, with a French message, for a file that cannot be used at all.
    """
    source = shortened(one_line(source), MAX_SOURCE) or DEFAULT_SOURCE
    sheet = read(file)
    return plan(sheet, known_for(sheet, source=source, at=at), source=source, at=at)


@transaction.atomic
def apply(plan: Plan, *, actor, at: datetime, publish: bool = False) -> Applied:
    """Write a plan, all of it or nothing. Imported schemes wait for validation; with `publish`, those that pass the
    checks of publication are published.

    Waits for other imports. Raises StaleImportError when the schemes of the file changed since the plan was made, or
    were created meanwhile; ValidationError when a use case refuses a row.
    """
    hold_machines()
    hold_schemes(change.scheme_id for change in plan.changed)
    if not is_fresh(plan, at=at):
        raise StaleImportError
    writer = writer_of(plan, actor=actor, at=at, reason=f"import : {plan.source}")
    created: list[Scheme] = []
    for new in plan.new:
        with naming(new.number):
            created.append(writer.create(new))
    for change in plan.changed:
        with naming(change.number):
            writer.change(change)
    problems = [(scheme.slug, writer.publish(scheme)) for scheme in created] if publish else []
    return Applied(
        created=len(created),
        changed=len(plan.changed),
        published=sum(not found for _, found in problems),
        unpublished=tuple((slug, found) for slug, found in problems if found),
    )
