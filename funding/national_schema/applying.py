"""Previewing a file, and writing what the preview said: one transaction, through the use cases of schemes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from funding.enums import CallKind, EditorialState
from funding.models import Organisation, Scheme, SchemeLink
from funding.national_schema.drafts import CALL_NAME, COLUMNS, RELATIONS, Body, Draft
from funding.national_schema.known import IMPORTED_LINKS, Known, known_for, known_schemes
from funding.national_schema.plan import MAX_SOURCE, Plan, plan
from funding.national_schema.reading import read
from funding.national_schema.texts import one_line, shortened
from funding.schemes import move_scheme, publish_scheme, save_organisation, save_scheme
from territories.names import slug as slug_of
from ti_portal.core.text import fold

DEFAULT_SOURCE = "Schéma national des aides"
_LOCK = 20_261_124_03
_SLUG_LENGTH = 190


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
    return plan(sheet, known_for(sheet, source=source, at=at), source=source)


@transaction.atomic
def apply(plan: Plan, *, actor, at: datetime, publish: bool = False) -> Applied:
    """Write a plan, all of it or nothing. Imported schemes wait for validation; with `publish`, those that pass the
    checks of publication are published.

    Waits for other imports. Raises StaleImportError when the schemes of the file changed since the plan was made, or
    were created meanwhile; ValidationError when a use case refuses a row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    _check_fresh(plan, at)
    bodies = _organisations([item.draft for item in (*plan.new, *plan.changed)])
    sent = {"actor": actor, "at": at, "by_hand": False, "reason": f"import : {plan.source}"[:100]}
    created: list[Scheme] = []
    for new in plan.new:
        with _row(new.number):
            values = _values(new.draft, COLUMNS) | {"source_name": plan.source, "source_key": new.draft.key}
            rows = {name: _rows(new.draft, name, bodies) for name in sorted(RELATIONS & new.draft.given)}
            scheme = save_scheme(values=values, rows=rows, **sent).scheme
            created.append(move_scheme(scheme_id=scheme.pk, to_state=EditorialState.TO_VALIDATE, actor=actor, at=at))
    for change in plan.changed:
        names = [field.name for field in change.fields]
        with _row(change.number):
            rows = {name: _rows(change.draft, name, bodies, change.scheme_id) for name in names if name in RELATIONS}
            values = _values(change.draft, [name for name in names if name not in RELATIONS])
            save_scheme(scheme_id=change.scheme_id, values=values, rows=rows, **sent)
    problems = [(scheme.slug, _published(scheme, actor, at)) for scheme in created] if publish else []
    return Applied(
        created=len(created),
        changed=len(plan.changed),
        published=sum(not found for _, found in problems),
        unpublished=tuple((slug, found) for slug, found in problems if found),
    )


class _row:  # noqa: N801
    """Names the row in what a use case refuses."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind, error, trace) -> None:
        if isinstance(error, ValidationError):
            raise ValidationError([f"Ligne {self.number} : {message}" for message in error.messages]) from error


def _check_fresh(plan: Plan, at: datetime) -> None:
    ids = [change.scheme_id for change in plan.changed]
    # In one order, as every writer of several schemes does.
    list(Scheme.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk").values_list("pk"))
    if Known(known_schemes(plan.keys, source=plan.source, at=at)).basis != plan.basis:
        raise StaleImportError


def _published(scheme: Scheme, actor, at: datetime) -> tuple[str, ...]:
    try:
        with transaction.atomic():
            publish_scheme(scheme_id=scheme.pk, actor=actor, at=at)
    except ValidationError as error:
        return tuple(error.messages)
    return ()


def _values(draft: Draft, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in names}


def _rows(draft: Draft, name: str, bodies: dict[Body, int], scheme_id: int | None = None) -> list[dict[str, Any]]:
    if name == "criteria":
        return [
            {
                "kind": str(row.kind),
                "values": row.values,
                "excluded": row.excluded,
                "lower": row.lower,
                "upper": row.upper,
                "expected": row.expected,
                "is_hard": row.is_hard,
                "applies_to": row.applies_to,
                "contact": row.contact,
                "text": row.text,
                "link": row.link,
            }
            for row in draft.criteria
        ]
    if name == "roles":
        pairs = dict.fromkeys((bodies[body], role) for body, role in draft.roles)
        return [{"organisation_id": pk, "role": role} for pk, role in pairs]
    if name == "links":
        # Links of other kinds are not the file's affair.
        others = SchemeLink.objects.filter(scheme=scheme_id).exclude(kind__in=IMPORTED_LINKS).order_by("position", "pk")
        kept = [{"id": link.pk} for link in others] if scheme_id else []
        return [{"kind": link.kind, "url": link.url, "label": link.label} for link in draft.links] + kept
    return _calls(draft)


def _calls(draft: Draft) -> list[dict[str, Any]]:
    if draft.call is None:
        return []
    call = draft.call
    return [
        {
            "slug": call.slug,
            "name": call.name or CALL_NAME,
            "kind": call.kind or CallKind.COUNTER,
            "is_permanent": call.is_permanent,
            "rounds": [{"opens_at": one.opens_at, "closes_at": one.closes_at} for one in call.rounds],
        }
    ]


def _organisations(drafts: Iterable[Draft]) -> dict[Body, int]:
    """Ids of the organisations that the drafts name; those that are unknown are made, without a kind being guessed."""
    by_siren: dict[str, int] = {}
    by_name: dict[str, int] = {}
    slugs = set()
    for pk, name, siren, slug in Organisation.objects.order_by("pk").values_list("pk", "name", "siren", "slug"):
        slugs.add(slug)
        by_name.setdefault(fold(name), pk)
        if siren:
            by_siren[siren] = pk
    found: dict[Body, int] = {}
    for body in dict.fromkeys(body for draft in drafts for body, _ in draft.roles):
        pk = by_siren.get(body.siren) or by_name.get(body.folded)
        if pk is None:
            slug = _free(slug_of(body.name)[:_SLUG_LENGTH] or "organisme", slugs)
            values = {"name": body.name, "acronym": body.acronym, "siren": body.siren, "slug": slug}
            pk = save_organisation(values=values).pk
            by_name.setdefault(body.folded, pk)
            if body.siren:
                by_siren[body.siren] = pk
        found[body] = pk
    return found


def _free(wanted: str, taken: set[str]) -> str:
    slug = next(
        slug for slug in (wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3))) if slug not in taken
    )
    taken.add(slug)
    return slug
