"""Questions that settle an unknown, and the fact each one gives."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum


class QuestionCode(StrEnum):
    """In the order in which they are put when they are equally useful: easiest to answer first."""

    AUDIENCE = "audience"
    PLACE = "place"
    PROJECT_NATURE = "project_nature"
    WORK_STARTED = "work_started"
    STAFF = "staff"
    STAFF_EXACT = "staff_exact"
    NAF = "naf"
    LEGAL_FORM = "legal_form"
    CREATED_ON = "created_on"
    EXPENSE_NATURE = "expense_nature"
    PROJECT_AMOUNT = "project_amount"
    JOBS_CREATED = "jobs_created"
    ECOLOGICAL_TRANSITION = "ecological_transition"
    PARTNERSHIP = "partnership"
    PUBLIC_WORKS = "public_works"
    TURNOVER = "turnover"
    BALANCE_SHEET = "balance_sheet"
    AIDS = "aids"


_RANK = {question: rank for rank, question in enumerate(QuestionCode)}

# The fact of `Situation` that an answer fills.
FACT_OF_QUESTION: dict[QuestionCode, str] = {
    QuestionCode.AUDIENCE: "audience",
    QuestionCode.PLACE: "place",
    QuestionCode.PROJECT_NATURE: "project_natures",
    QuestionCode.WORK_STARTED: "work_started",
    QuestionCode.STAFF: "staff",
    QuestionCode.STAFF_EXACT: "staff",
    QuestionCode.NAF: "naf",
    QuestionCode.LEGAL_FORM: "legal_category",
    QuestionCode.CREATED_ON: "created_on",
    QuestionCode.EXPENSE_NATURE: "expense_natures",
    QuestionCode.PROJECT_AMOUNT: "project_amount",
    QuestionCode.JOBS_CREATED: "jobs_created",
    QuestionCode.ECOLOGICAL_TRANSITION: "ecological_transition",
    QuestionCode.PARTNERSHIP: "partnership",
    QuestionCode.PUBLIC_WORKS: "public_works",
    QuestionCode.TURNOVER: "turnover",
    QuestionCode.BALANCE_SHEET: "balance_sheet",
    QuestionCode.AIDS: "aids",
}


def by_usefulness(questions: Iterable[QuestionCode]) -> tuple[QuestionCode, ...]:
    """Each question once: first those that were asked most often, then the easiest."""
    return ranked(Counter(questions))


def ranked(weights: dict[QuestionCode, int]) -> tuple[QuestionCode, ...]:
    """Questions by decreasing weight, then the easiest; those without weight are left out."""
    useful = [question for question, weight in weights.items() if weight > 0]
    return tuple(sorted(useful, key=lambda question: (-weights[question], _RANK[question])))
