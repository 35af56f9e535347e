"""Reading the answers of the check, by the forms of its steps: for pages, and for what is judged without one."""

from collections.abc import Iterable
from typing import Any

from django.http import QueryDict

from funding.answers import Answered, Answers, situation_of
from funding.eligibility.cumul import Exclusion
from funding.forms.check import HowMuchForm, StepForm, WhatForm, WhereForm, WhoForm

FORMS: dict[str, type[StepForm]] = {"who": WhoForm, "where": WhereForm, "what": WhatForm, "how_much": HowMuchForm}


def exclusive_keys(exclusions: Iterable[Exclusion]) -> list[str]:
    """Schemes that cannot be combined with some other one: those worth asking about."""
    return sorted({key for exclusion in exclusions for key in exclusion.schemes})


def read_answers(data: QueryDict, exclusions: Iterable[Exclusion]) -> tuple[Answered, str]:
    """Read all the steps; also return the first step that holds a mistake, or an empty text.

    What is wrong is left out of the facts: an unknown never does harm.
    """
    answers: Answers = {}
    cleaned: dict[str, Any] = {}
    wrong = ""
    place = None
    for step, form_class in FORMS.items():
        more = {"exclusive": [(key, key) for key in exclusive_keys(exclusions)]} if step == "how_much" else {}
        form = form_class(data, **more)
        if not form.is_valid():
            wrong = wrong or step
        answers |= form.answers()
        cleaned |= form.cleaned_data
        if isinstance(form, WhereForm):
            place = form.found
    return Answered(answers, situation_of(cleaned, place), place), wrong
