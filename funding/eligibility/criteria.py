"""A criterion: one typed condition of a scheme. A badly written one is refused with a code, never passed in silence."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from funding.eligibility import naf, places
from funding.eligibility.bands import Number
from funding.eligibility.codes import AudienceCode, CriterionKind, EuSize, ExpenseNature, Operator, ProjectNature
from funding.eligibility.errors import Refusal, RuleError

_LEGAL_PREFIX = re.compile(r"[0-9]{1,4}")
_LINK = re.compile(r"https?://[^\s<>\"]+")
_KIND_RANK = {kind: rank for rank, kind in enumerate(CriterionKind)}

OPERATOR_OF_KIND: dict[CriterionKind, Operator] = {
    CriterionKind.PLACE: Operator.AMONG,
    CriterionKind.AUDIENCE: Operator.AMONG,
    CriterionKind.EU_SIZE: Operator.AMONG,
    CriterionKind.STAFF_RANGE: Operator.BETWEEN,
    CriterionKind.NAF: Operator.AMONG,
    CriterionKind.LEGAL_FORM: Operator.AMONG,
    CriterionKind.FIRM_AGE: Operator.BETWEEN,
    CriterionKind.PROJECT_NATURE: Operator.AMONG,
    CriterionKind.EXPENSE_NATURE: Operator.AMONG,
    CriterionKind.PROJECT_AMOUNT: Operator.BETWEEN,
    CriterionKind.JOBS_CREATED: Operator.BETWEEN,
    CriterionKind.ECOLOGICAL_TRANSITION: Operator.IS,
    CriterionKind.PUBLIC_WORKS: Operator.IS,
    CriterionKind.PARTNERSHIP: Operator.IS,
    CriterionKind.WORK_NOT_STARTED: Operator.IS,
    CriterionKind.FREE_TEXT: Operator.CHECK,
}
_WHOLE_BOUNDS = {CriterionKind.STAFF_RANGE, CriterionKind.FIRM_AGE, CriterionKind.JOBS_CREATED}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One condition. Raises RuleError when it is not well formed.

    values, excluded  codes of an AMONG criterion; no value means « anything but the excluded ones »; excluded wins
    lower, upper      bounds of a BETWEEN criterion, both counting. Staff and jobs in people, amounts in euros, age in
                      complete years (« moins de huit ans » is upper=7)
    expected          what an IS criterion wants. « Work not started » only exists as True
    hard              False makes it advisory: it is said and never rejects
    applies_to        audiences that it concerns; empty means all. Others meet it, and are told so
    contact           with whom a CHECK criterion is settled
    text, link        the source's own words, and where they are published
    """

    kind: CriterionKind
    operator: Operator
    values: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    lower: Number | None = None
    upper: Number | None = None
    expected: bool = True
    hard: bool = True
    applies_to: frozenset[str] = frozenset()
    contact: str = ""
    text: str = ""
    link: str = ""
    sort_key: tuple[int, str] = field(init=False, repr=False, compare=False)
    # The same as `values` and `excluded`, in the order in which sentences list them.
    wanted: tuple[str, ...] = field(init=False, repr=False, compare=False)
    unwanted: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        _set(self, "kind", _code(CriterionKind, self.kind, Refusal.UNKNOWN_KIND, "kind"))
        _set(self, "operator", _code(Operator, self.operator, Refusal.UNKNOWN_OPERATOR, "operator"))
        if OPERATOR_OF_KIND[self.kind] is not self.operator:
            raise RuleError(Refusal.OPERATOR_NOT_FOR_KIND, "operator", self.operator)
        for name in ("expected", "hard"):
            if not isinstance(getattr(self, name), bool):
                raise RuleError(Refusal.BAD_FLAG, name, getattr(self, name))
        for name in ("contact", "text", "link"):
            if not isinstance(getattr(self, name), str):
                raise RuleError(Refusal.BAD_VALUE, name, getattr(self, name))
        if self.link and not _LINK.fullmatch(self.link):
            raise RuleError(Refusal.BAD_LINK, "link", self.link)
        _set(self, "applies_to", _values(self.applies_to, _enum_reader(AudienceCode), "applies_to"))
        self._check_operands()
        _set(self, "wanted", tuple(sorted(self.values)))
        _set(self, "unwanted", tuple(sorted(self.excluded)))
        _set(self, "sort_key", (_KIND_RANK[self.kind], json.dumps(self.as_row(), sort_keys=True, ensure_ascii=False)))

    def __hash__(self) -> int:
        """From the row's text, whose hash Python keeps: criteria are looked up by tens of thousands."""
        return hash(self.sort_key[1])

    def _check_operands(self) -> None:
        if self.operator is Operator.AMONG:
            self._check_values()
        elif self.values or self.excluded:
            raise RuleError(Refusal.VALUES_NOT_WANTED, "values", self.values or self.excluded)
        else:
            _set(self, "values", frozenset())
            _set(self, "excluded", frozenset())
        if self.operator is Operator.BETWEEN:
            self._check_bounds()
        elif self.lower is not None or self.upper is not None:
            raise RuleError(Refusal.VALUES_NOT_WANTED, "bounds", (self.lower, self.upper))
        if self.operator is Operator.CHECK and not self.text.strip():
            raise RuleError(Refusal.NO_TEXT, "text", self.text)
        if not self.expected and (self.operator is not Operator.IS or self.kind is CriterionKind.WORK_NOT_STARTED):
            raise RuleError(Refusal.BAD_FLAG, "expected", self.expected)

    def _check_values(self) -> None:
        reader = VALUE_READERS[self.kind]
        _set(self, "values", _values(self.values, reader, "values"))
        _set(self, "excluded", _values(self.excluded, reader, "excluded"))
        if not self.values and not self.excluded:
            raise RuleError(Refusal.NO_VALUES, "values")
        both = self.values & self.excluded
        if both:
            raise RuleError(Refusal.CONTRADICTORY_VALUE, "excluded", sorted(both)[0])

    def _check_bounds(self) -> None:
        for name in ("lower", "upper"):
            bound = getattr(self, name)
            if bound is not None:
                _set(self, name, _number(bound, name, whole=self.kind in _WHOLE_BOUNDS))
        if self.lower is None and self.upper is None:
            raise RuleError(Refusal.NO_BOUND, "lower")
        if self.lower is not None and self.upper is not None and self.upper < self.lower:
            raise RuleError(Refusal.REVERSED_BOUNDS, "upper", (self.lower, self.upper))

    def as_row(self) -> dict[str, Any]:
        """The criterion in plain JSON types, as `from_row` reads it back."""
        return {
            "kind": str(self.kind),
            "operator": str(self.operator),
            "values": sorted(self.values),
            "excluded": sorted(self.excluded),
            "lower": _plain(self.lower),
            "upper": _plain(self.upper),
            "expected": self.expected,
            "hard": self.hard,
            "applies_to": sorted(self.applies_to),
            "contact": self.contact,
            "text": self.text,
            "link": self.link,
        }


def from_row(row: Mapping[str, Any]) -> Criterion:
    """Read a criterion from plain values (a database row, an import, a form). Raises RuleError.

    `operator` may be left out: each kind has only one. Bounds may be numbers or their text (« 10 » or « 10.5 »).
    """
    unknown = set(row) - set(_ROW_FIELDS)
    if unknown:
        raise RuleError(Refusal.UNKNOWN_FIELD, sorted(unknown)[0])
    values = {name: row[name] for name in _ROW_FIELDS if row.get(name) is not None}
    kind = _code(CriterionKind, values.get("kind"), Refusal.UNKNOWN_KIND, "kind")
    return Criterion(**{"operator": OPERATOR_OF_KIND[kind], **values, "kind": kind})


_ROW_FIELDS = (
    "kind", "operator", "values", "excluded", "lower", "upper",
    "expected", "hard", "applies_to", "contact", "text", "link",
)  # fmt: skip


def _set(criterion: Criterion, name: str, value: object) -> None:
    object.__setattr__(criterion, name, value)


def _code(kind: type, given: object, refusal: Refusal, name: str) -> Any:
    try:
        return kind(given)
    except ValueError as error:
        raise RuleError(refusal, name, given) from error


def _values(given: Any, reader: Callable[[object], str], name: str) -> frozenset[str]:
    if isinstance(given, str | Mapping):
        raise RuleError(Refusal.BAD_VALUE, name, given)
    try:
        return frozenset(reader(value) for value in given)
    except TypeError as error:
        raise RuleError(Refusal.BAD_VALUE, name, given) from error


def _number(given: object, name: str, *, whole: bool) -> Number:
    if isinstance(given, bool | float) or not isinstance(given, int | Decimal | str):
        raise RuleError(Refusal.BAD_NUMBER, name, given)
    try:
        number = Decimal(given)
    except InvalidOperation as error:
        raise RuleError(Refusal.BAD_NUMBER, name, given) from error
    if not number.is_finite() or number < 0:
        raise RuleError(Refusal.BAD_NUMBER, name, given)
    if number == number.to_integral_value():
        return int(number)
    if whole:
        raise RuleError(Refusal.BAD_NUMBER, name, given)
    return number


def _plain(number: Number | None) -> int | str | None:
    return str(number) if isinstance(number, Decimal) else number


def _enum_reader(kind: type) -> Callable[[object], str]:
    return lambda value: _code(kind, value, Refusal.BAD_VALUE, kind.__name__)


def _read_place(value: object) -> str:
    places.check_place_code(value)
    return str(value)


def _read_naf(value: object) -> str:
    return naf.normalised(value)  # type: ignore[arg-type]


def _read_legal_form(value: object) -> str:
    if not isinstance(value, str) or not _LEGAL_PREFIX.fullmatch(value):
        raise RuleError(Refusal.BAD_VALUE, "legal_form", value)
    return value


VALUE_READERS: dict[CriterionKind, Callable[[object], str]] = {
    CriterionKind.PLACE: _read_place,
    CriterionKind.AUDIENCE: _enum_reader(AudienceCode),
    CriterionKind.EU_SIZE: _enum_reader(EuSize),
    CriterionKind.NAF: _read_naf,
    CriterionKind.LEGAL_FORM: _read_legal_form,
    CriterionKind.PROJECT_NATURE: _enum_reader(ProjectNature),
    CriterionKind.EXPENSE_NATURE: _enum_reader(ExpenseNature),
}
