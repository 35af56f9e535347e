"""From drafts to what the use cases of `funding.schemes` take."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from funding.enums import CallKind
from funding.models import Organisation, SchemeLink
from funding.national_schema.drafts import CALL_NAME, CALL_SLUG, Body, Draft
from funding.schemes import save_organisation
from funding.sync.known import KnownScheme
from funding.sync.plan import dates_of
from funding.sync.rounds import merged
from territories.names import slug as slug_of
from ti_portal.core.text import fold

_SLUG_LENGTH = 190


def values(draft: Draft, names: Iterable[str]) -> dict[str, Any]:
    """Columns of the scheme's own row."""
    return {name: getattr(draft, name) for name in names}


def rows(
    draft: Draft, name: str, bodies: dict[Body, int], *, at: datetime, scheme: KnownScheme | None = None
) -> list[dict[str, Any]]:
    """The whole list `name` of a scheme (None: a new one), what the source does not tell being kept.

    `bodies` are the ids of the organisations that the draft names, from `organisations`.
    """
    if name == "criteria":
        return [asdict(row) | {"kind": str(row.kind)} for row in draft.criteria]
    if name == "amounts":
        return [asdict(row) for row in draft.amounts]
    if name == "roles":
        pairs = dict.fromkeys((bodies[body], role) for body, role in draft.roles)
        return [{"organisation_id": pk, "role": role} for pk, role in pairs]
    if name == "links":
        return [{"kind": link.kind, "url": link.url, "label": link.label} for link in draft.links] + _others(
            draft, scheme
        )
    return calls(draft, scheme, at)


def calls(draft: Draft, scheme: KnownScheme | None, at: datetime) -> list[dict[str, Any]]:
    """All the calls of a scheme, the one that the draft tells of being made to say so; no other is touched."""
    known = scheme.calls if scheme else ()
    kept = [{"id": call.pk} for call in known]
    if draft.call is None:
        return kept
    dates = dates_of(draft, scheme, at) if scheme else merged(None, draft.call, at)
    row = {**dates.values, "rounds": list(dates.rounds)}
    if dates.known_id is not None:
        return [{**one, **row} if one["id"] == dates.known_id else one for one in kept]
    new = {"name": CALL_NAME, "kind": CallKind.COUNTER, "slug": draft.call.slug or CALL_SLUG}
    return [*kept, {**new, **row}]


def _others(draft: Draft, scheme: KnownScheme | None) -> list[dict[str, Any]]:
    """Links of kinds that the source does not tell of."""
    if scheme is None:
        return []
    links = SchemeLink.objects.filter(scheme=scheme.pk).exclude(kind__in=draft.link_kinds).order_by("position", "pk")
    return [{"id": link.pk} for link in links]


def organisations(drafts: Iterable[Draft]) -> dict[Body, int]:
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
