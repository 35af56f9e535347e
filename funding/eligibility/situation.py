"""What is known of a firm or local authority and of its project. Every fact is optional; None means not known."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from funding.eligibility.bands import Band, Number, check_number
from funding.eligibility.codes import AudienceCode, ExpenseNature, ProjectNature
from funding.eligibility.errors import FactError, Refusal, RuleError
from funding.eligibility.naf import Naf
from funding.eligibility.places import check_place_code

_LEGAL_CATEGORY = re.compile(r"[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class DeclaredAid:
    """A public aid that the firm says it was granted; `amount` in euros (gross grant equivalent when it is known)."""

    amount: Number
    granted_on: date
    is_de_minimis: bool

    def __post_init__(self):
        check_number(self.amount, "aid_amount")
        _check_date(self.granted_on, "aid_granted_on")
        _check_flag(self.is_de_minimis, "aid_is_de_minimis")


@dataclass(frozen=True, slots=True)
class Situation:
    """Facts for the rules. « Now » is not one of them: it is given apart.

    place               codes of the PROJECT's place and of all that contains it, itself included; not the head office's
    staff, turnover, balance_sheet
                        whole numbers of people, euros, euros, or a Band. By contract they count partner and linked
                        firms (Recommendation 2003/361/EC, annex, article 6). For a firm of a group that gives only its
                        own figures, pass `bands.at_least(n)`: the answer is then honest by itself.
    autonomous          True without partner or linked firms, False in a group. It changes no answer, only its caution
    project_natures, expense_natures
                        everything the project is and everything it spends on; an empty set says « nothing of that »
    aids                None when nothing was declared, () when the firm declares that it had none
    schemes_obtained    keys of schemes already granted for this project
    """

    audience: AudienceCode | None = None
    place: frozenset[str] | None = None
    staff: int | Band | None = None
    turnover: Number | Band | None = None
    balance_sheet: Number | Band | None = None
    autonomous: bool | None = None
    naf: Naf | None = None
    legal_category: str | None = None
    created_on: date | None = None
    project_natures: frozenset[ProjectNature] | None = None
    expense_natures: frozenset[ExpenseNature] | None = None
    project_amount: Number | Band | None = None
    jobs_created: int | Band | None = None
    ecological_transition: bool | None = None
    public_works: bool | None = None
    partnership: bool | None = None
    work_started: bool | None = None
    aids: tuple[DeclaredAid, ...] | None = None
    schemes_obtained: frozenset[str] | None = None

    def __post_init__(self):
        self._read_codes("audience", AudienceCode)
        self._read_codes("project_natures", ProjectNature, many=True)
        self._read_codes("expense_natures", ExpenseNature, many=True)
        self._check_place()
        for name in ("staff", "jobs_created"):
            _check_figure(getattr(self, name), name, whole=True)
        for name in ("turnover", "balance_sheet", "project_amount"):
            _check_figure(getattr(self, name), name)
        for name in ("autonomous", "ecological_transition", "public_works", "partnership", "work_started"):
            if getattr(self, name) is not None:
                _check_flag(getattr(self, name), name)
        if self.naf is not None and not isinstance(self.naf, Naf):
            raise FactError(Refusal.BAD_VALUE, "naf", self.naf)
        if self.legal_category is not None and not _is_legal_category(self.legal_category):
            raise FactError(Refusal.BAD_VALUE, "legal_category", self.legal_category)
        if self.created_on is not None:
            _check_date(self.created_on, "created_on")
        if self.aids is not None:
            object.__setattr__(self, "aids", tuple(self.aids))
        if self.schemes_obtained is not None:
            object.__setattr__(self, "schemes_obtained", frozenset(self.schemes_obtained))

    def knowing(self, **facts: Any) -> "Situation":
        """The same situation with more facts."""
        return replace(self, **facts)

    def _read_codes(self, name: str, kind: type[StrEnum], *, many: bool = False) -> None:
        given = getattr(self, name)
        if given is None:
            return
        if many and (isinstance(given, str) or not isinstance(given, Iterable)):
            raise FactError(Refusal.BAD_VALUE, name, given)
        try:
            read = frozenset(kind(code) for code in given) if many else kind(given)
        except ValueError as error:
            raise FactError(Refusal.BAD_VALUE, name, given) from error
        object.__setattr__(self, name, read)

    def _check_place(self) -> None:
        if self.place is None:
            return
        if isinstance(self.place, str) or not self.place:
            raise FactError(Refusal.BAD_VALUE, "place", self.place)
        object.__setattr__(self, "place", frozenset(self.place))
        for code in self.place:
            try:
                check_place_code(code)
            except RuleError as error:
                raise FactError(error.code, "place", code) from error


def _is_legal_category(code: object) -> bool:
    return isinstance(code, str) and _LEGAL_CATEGORY.fullmatch(code) is not None


def _check_figure(figure: object, field: str, *, whole: bool = False) -> None:
    if figure is None:
        return
    bounds = [figure.lower, figure.upper] if isinstance(figure, Band) else [figure]
    for bound in bounds:
        if bound is None:
            continue
        check_number(bound, field)
        if whole and not isinstance(bound, int):
            raise FactError(Refusal.BAD_NUMBER, field, bound)


def _check_flag(value: object, field: str) -> None:
    if not isinstance(value, bool):
        raise FactError(Refusal.BAD_FLAG, field, value)


def _check_date(value: object, field: str) -> None:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise FactError(Refusal.BAD_DATE, field, value)
