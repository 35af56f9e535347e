"""Two values of a field told side by side, short enough for a line."""

from collections.abc import Iterable
from datetime import date

from funding.eligibility import labels
from funding.eligibility.french import euros, moment, percent
from funding.enums import Role
from funding.national_schema.drafts import AmountDraft, CallDraft, CriterionDraft, Draft, RoundDraft
from funding.national_schema.texts import shortened, to_text

LENGTH = 160
NOTHING = "(vide)"
_RICH = ("description", "eligibility_text")
_ROLES = dict(Role.choices)
_HELP = {str(kind): label for kind, label in labels.HELP_KINDS.items()}
_KINDS = {str(kind): label for kind, label in labels.CRITERION_KINDS.items()}


def rendered(before: Draft, after: Draft, field: str, *, length: int = LENGTH) -> tuple[str, str]:
    """The value of a field before and after. Texts of more than `length` signs are shown from where they part."""
    texts = [_text(draft, field) for draft in (before, after)]
    start = _common(*texts, length)
    return tuple(_cut(text, start, length) for text in texts)  # type: ignore[return-value]


def _text(draft: Draft, field: str) -> str:
    if field == "calls":
        return _call(draft.call)
    if field == "criteria":
        return " ; ".join(_criterion(row) for row in draft.criteria)
    if field == "amounts":
        return " ; ".join(_amount(row) for row in draft.amounts)
    if field == "roles":
        return _joined(f"{body.shown} ({_ROLES[role].lower()})" for body, role in draft.roles)
    if field == "links":
        return _joined(link.url for link in draft.links)
    value = getattr(draft, field)
    if field in _RICH:
        return " ".join(to_text(value).split())
    if field == "help_kinds":
        return _joined(_HELP.get(kind, kind) for kind in value)
    if isinstance(value, tuple):
        return _joined(value)
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value or "")


def _joined(values: Iterable[str]) -> str:
    return ", ".join(sorted(values))


def _criterion(row: CriterionDraft) -> str:
    bounds = " à ".join(str(bound) for bound in (row.lower, row.upper) if bound is not None)
    parts = [", ".join(row.values), f"sauf {', '.join(row.excluded)}" if row.excluded else "", bounds, row.text]
    return f"{_KINDS[str(row.kind)]} : {' '.join(' '.join(part for part in parts if part).split())}"


def _amount(row: AmountDraft) -> str:
    rate = percent(row.rate) if row.rate is not None else ""
    sums = " à ".join(euros(one) for one in (row.amount, row.lower, row.upper) if one is not None)
    parts = ["jusqu’à" if row.is_ceiling else "", rate, sums, f"({row.text})" if row.text else ""]
    return " ".join(part for part in parts if part)


def _call(call: CallDraft | None) -> str:
    if call is None:
        return "aucun appel"
    return " ; ".join(_round(one) for one in call.rounds) or "permanent"


def _round(one: RoundDraft) -> str:
    opens = f"ouvre le {moment(one.opens_at)}" if one.opens_at else ""
    closes = f"ferme le {moment(one.closes_at)}" if one.closes_at else ""
    announced = f"annoncée pour {one.announced_for}" if one.announced_for else ""
    dates = ", ".join(part for part in (opens, closes, announced) if part)
    return f"{one.label} : {dates}" if one.label else dates


def _common(first: str, second: str, length: int) -> int:
    """Where two texts part, backed up to the start of a word; 0 when that is near enough to see."""
    shared = next((place for place, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None)
    if shared is None:
        shared = min(len(first), len(second))
    return 0 if shared < length // 2 else first.rfind(" ", 0, shared - 20) + 1


def _cut(text: str, start: int, length: int) -> str:
    return ("…" if start else "") + shortened(text[start:], length) or NOTHING
