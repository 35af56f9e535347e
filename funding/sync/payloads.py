"""Values of fields as JSON, for proposals: what accepting one writes, and what tells two values apart. Pure."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from funding.national_schema.drafts import (
    AmountDraft,
    Body,
    CallDraft,
    CriterionDraft,
    Draft,
    LinkDraft,
    RoundDraft,
)
from funding.sync.known import KnownScheme

CALLS = "calls"
STATE = "state"
_SETS = ("included_codes", "excluded_codes", "help_kinds")


def packed(draft: Draft, field: str) -> Any:
    """The value that a draft gives to a field, in plain JSON types."""
    if field == CALLS:
        return _packed_call(draft.call)
    if field == "criteria":
        return [_plain(asdict(row)) for row in draft.criteria]
    if field == "amounts":
        return [_plain(asdict(row)) for row in draft.amounts]
    if field == "roles":
        return sorted(([asdict(body), role] for body, role in draft.roles), key=repr)
    if field == "links":
        links = sorted((asdict(link) for link in draft.links), key=repr)
        return {"kinds": sorted(draft.link_kinds), "links": links}
    value = getattr(draft, field)
    return sorted(value) if field in _SETS else _plain(value)


def unpacked(field: str, payload: Any) -> Draft:
    """A draft that tells this field only. Raises KeyError, TypeError or ValueError for what `packed` did not write."""
    given = {"key": "", "given": frozenset({field})}
    if field == "links":
        links = tuple(LinkDraft(**row) for row in payload["links"])
        return Draft(links=links, link_kinds=tuple(payload["kinds"]), **given)
    if field == CALLS:
        return Draft(call=_unpacked_call(payload), **given)
    return Draft(**{field: _READERS.get(field, _same)(payload)}, **given)


def digest(payload: Any) -> str:
    """The same for the same value."""
    return hashlib.sha256(json.dumps(payload, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def basis(scheme: KnownScheme, field: str) -> str:
    """Fingerprint of what a scheme says today of a field."""
    if field == STATE:
        return digest(scheme.state)
    if field == CALLS:
        return digest([_plain(asdict(call)) for call in scheme.calls])
    if field == "links":
        return digest(sorted((asdict(link) for link in scheme.stored.links), key=repr))
    return digest(packed(scheme.stored, field))


def _packed_call(call: CallDraft | None) -> dict | None:
    if call is None:
        return None
    rounds = [{name: value for name, value in _plain(asdict(one)).items() if value} for one in call.rounds]
    return {"slug": call.slug, "kind": call.kind, "name": call.name, "url": call.url, "rounds": rounds}


def _unpacked_call(payload: dict | None) -> CallDraft | None:
    if payload is None:
        return None
    rounds = []
    for row in payload["rounds"]:
        instants = {name: datetime.fromisoformat(row[name]) for name in ("opens_at", "closes_at") if name in row}
        rounds.append(RoundDraft(**{**row, **instants}))
    return CallDraft(**{**payload, "rounds": tuple(rounds)})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value if value is None or isinstance(value, bool | int) else str(value)


def _same(value: Any) -> Any:
    return value


def _criteria(rows: list[dict]) -> tuple[CriterionDraft, ...]:
    lists = ("values", "excluded", "applies_to")
    return tuple(CriterionDraft(**{**row, **{name: tuple(row[name]) for name in lists}}) for row in rows)


def _amounts(rows: list[dict]) -> tuple[AmountDraft, ...]:
    sums = ("amount", "rate", "lower", "upper")
    return tuple(
        AmountDraft(**{**row, **{name: None if row[name] is None else Decimal(row[name]) for name in sums}})
        for row in rows
    )


_READERS: dict[str, Callable[[Any], Any]] = {
    "criteria": _criteria,
    "amounts": _amounts,
    "roles": lambda rows: tuple((Body(**body), role) for body, role in rows),
    "source_date": lambda text: text and date.fromisoformat(text),
    **dict.fromkeys(_SETS, tuple),
}
