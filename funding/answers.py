"""Answers to the check: one flat set of named values, kept in the address from step to step.

The address is the draft. It needs no cookie, no account and no row, it survives a restart, a bookmark resumes it and
the back button goes back to what was typed. There is nothing in it to sign: each step reads it again with the same
forms, and a person may only change their own answers. It holds facts of a project, never a name, nor the SIRET.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from funding.eligibility.bands import Band
from funding.eligibility.errors import RuleError
from funding.eligibility.naf import Naf, normalised
from funding.eligibility.questions import QuestionCode
from funding.eligibility.situation import DeclaredAid, Situation
from territories.models import Place
from territories.reference_tables.tables import read_table

LONGEST_VALUE = 200
MOST_VALUES = 60
AID_ROWS = 4
NO_SCHEME = "none"
FLAGS = ("ecological_transition", "partnership", "public_works", "work_started")
AIDS = tuple(f"aid_{row}_{part}" for row in range(1, AID_ROWS + 1) for part in ("amount", "date", "de_minimis"))

# Answers by step, in the order of the address.
NAMES: dict[str, tuple[str, ...]] = {
    "who": (
        "audience", "naf", "legal_category", "created_on", "staff", "staff_band", "turnover", "balance_sheet", "group",
    ),
    "where": ("place", "place_origin"),
    "what": ("project_natures", "expense_natures", *FLAGS),
    "how_much": ("project_amount", "jobs_created", "has_aids", *AIDS, "schemes_obtained"),
}  # fmt: skip
ALL_NAMES = tuple(name for names in NAMES.values() for name in names)
# Where a question of the rules is asked: step and field.
FIELD_OF_QUESTION: dict[QuestionCode, tuple[str, str]] = {
    QuestionCode.AUDIENCE: ("who", "audience"),
    QuestionCode.PLACE: ("where", "place_text"),
    QuestionCode.PROJECT_NATURE: ("what", "project_natures"),
    QuestionCode.WORK_STARTED: ("what", "work_started"),
    QuestionCode.STAFF: ("who", "staff"),
    QuestionCode.STAFF_EXACT: ("who", "staff"),
    QuestionCode.NAF: ("who", "naf"),
    QuestionCode.LEGAL_FORM: ("who", "legal_category"),
    QuestionCode.CREATED_ON: ("who", "created_on"),
    QuestionCode.EXPENSE_NATURE: ("what", "expense_natures"),
    QuestionCode.PROJECT_AMOUNT: ("how_much", "project_amount"),
    QuestionCode.JOBS_CREATED: ("how_much", "jobs_created"),
    QuestionCode.ECOLOGICAL_TRANSITION: ("what", "ecological_transition"),
    QuestionCode.PARTNERSHIP: ("what", "partnership"),
    QuestionCode.PUBLIC_WORKS: ("what", "public_works"),
    QuestionCode.TURNOVER: ("who", "turnover"),
    QuestionCode.BALANCE_SHEET: ("who", "balance_sheet"),
    QuestionCode.AIDS: ("how_much", "has_aids"),
}

Answers = dict[str, Any]  # a name gives a string, or a list of strings


@dataclass(frozen=True, slots=True)
class Answered:
    """What the check starts from: the answers in plain JSON, the facts read from them, and the project's place."""

    answers: Answers
    situation: Situation
    place: Place | None


def known_values(data: QueryDict, names: Iterable[str] = ALL_NAMES) -> Answers:
    """The answers of an address as they stand, unchecked: known names, not empty, cut."""
    found: Answers = {}
    for name in names:
        values = [value[:LONGEST_VALUE] for value in data.getlist(name)[:MOST_VALUES] if value.strip()]
        if values:
            found[name] = values if len(values) > 1 else values[0]
    return found


def as_data(answers: Mapping[str, Any]) -> QueryDict:
    """Answers in the form in which forms read them."""
    data = QueryDict(mutable=True)
    for name in ALL_NAMES:
        value = answers.get(name)
        if value not in (None, "", []):
            data.setlist(name, [str(one) for one in value] if isinstance(value, list) else [str(value)])
    return data


def as_query(answers: Mapping[str, Any], **more: str) -> str:
    """The query string of answers, in one order, with what else the address says (the date)."""
    pairs = [(name, one) for name, values in as_data(answers).lists() for one in values]
    return urlencode([*pairs, *((name, value) for name, value in more.items() if value)])


def situation_of(cleaned: Mapping[str, Any], place: Place | None) -> Situation:
    """Facts for the rules, from the cleaned values of the four steps."""
    staff = cleaned.get("staff")
    if staff is None and cleaned.get("staff_band"):
        staff = staff_bands().get(cleaned["staff_band"])
    obtained = cleaned.get("schemes_obtained") or None
    return Situation(
        audience=cleaned.get("audience") or None,
        place=frozenset([place.code, *place.ancestor_codes]) if place else None,
        staff=staff,
        turnover=cleaned.get("turnover"),
        balance_sheet=cleaned.get("balance_sheet"),
        autonomous=None if (group := _flag(cleaned.get("group"))) is None else not group,
        naf=Naf.of(cleaned["naf"]) if cleaned.get("naf") else None,
        legal_category=cleaned.get("legal_category") or None,
        created_on=cleaned.get("created_on"),
        project_natures=cleaned.get("project_natures") or None,
        expense_natures=cleaned.get("expense_natures") or None,
        project_amount=cleaned.get("project_amount"),
        jobs_created=cleaned.get("jobs_created"),
        aids=_aids(cleaned),
        schemes_obtained=None if obtained is None else frozenset(obtained) - {NO_SCHEME},
        **{name: _flag(cleaned.get(name)) for name in FLAGS},
    )


def _flag(value: str | None) -> bool | None:
    return {"yes": True, "no": False}.get(value or "")


def _aids(cleaned: Mapping[str, Any]) -> tuple[DeclaredAid, ...] | None:
    declared = []
    for row in range(1, AID_ROWS + 1):
        amount: Decimal | None = cleaned.get(f"aid_{row}_amount")
        granted_on = cleaned.get(f"aid_{row}_date")
        if amount is not None and granted_on is not None:
            declared.append(DeclaredAid(amount, granted_on, cleaned.get(f"aid_{row}_de_minimis") == "yes"))
    if declared:
        return tuple(declared)
    return () if cleaned.get("has_aids") == "no" else None


@cache
def staff_bands() -> dict[str, Band]:
    """INSEE's bands of staff by code."""
    return {
        row["code"]: Band(int(row["lower"]), int(row["upper"]) if row["upper"] else None)
        for row in read_table("staff_bands")
        if row["lower"]
    }


@cache
def staff_band_labels() -> dict[str, str]:
    return {row["code"]: row["label"] for row in read_table("staff_bands") if row["lower"]}


@cache
def naf_labels() -> dict[str, str]:
    """Labels of activities at every level, by dotted code."""
    return {normalised(row["code"]): row["label"].strip() for row in read_table("naf")}


@cache
def legal_forms() -> dict[str, str]:
    """Labels of legal categories at every level, by code."""
    return {row["code"]: row["label"] for row in read_table("legal_categories")}


def is_naf(code: str) -> bool:
    try:
        return Naf.of(code).code in naf_labels()
    except RuleError:
        return False
