from datetime import date

import pytest

from funding.eligibility.bands import Band, at_least
from funding.eligibility.codes import Caution, ReasonCode
from funding.eligibility.criteria import from_row
from funding.eligibility.findings import evaluate
from funding.eligibility.naf import Naf
from funding.eligibility.situation import Situation

ON = date(2026, 11, 24)
ALES = frozenset({"COM-30007", "DEP-30", "REG-76", "PAYS-99100"})

# kind, criterion, facts, truth, reason, questions, change
CASES = [
    ("place", {"values": ["REG-76"]}, {"place": ALES}, "met", "place_inside", "", None),
    ("place", {"values": ["REG-28"]}, {"place": ALES}, "not_met", "place_outside", "", None),
    ("place", {"values": ["REG-76"], "excluded": ["DEP-30"]}, {"place": ALES}, "not_met", "place_excluded", "", None),
    (
        "place",
        {"values": ["COM-30007"], "excluded": ["REG-76"]},
        {"place": ALES},
        "not_met",
        "place_excluded",
        "",
        None,
    ),
    ("place", {"excluded": ["REG-28"]}, {"place": ALES}, "met", "place_inside", "", None),
    ("place", {"values": ["REG-76"]}, {}, "unknown", "place_unknown", "place", None),
    ("audience", {"values": ["firm"]}, {"audience": "firm"}, "met", "audience_served", "", None),
    ("audience", {"values": ["firm"]}, {"audience": "epci"}, "not_met", "audience_not_served", "", None),
    ("audience", {"excluded": ["firm"]}, {"audience": "firm"}, "not_met", "audience_not_served", "", None),
    ("audience", {"excluded": ["firm"]}, {"audience": "epci"}, "met", "audience_served", "", None),
    ("audience", {"values": ["firm"]}, {}, "unknown", "audience_unknown", "audience", None),
    ("eu_size", {"values": ["small"]}, {"staff": 45, "turnover": 6_000_000}, "met", "size_fits", "", None),
    ("eu_size", {"values": ["micro"]}, {"staff": 45}, "not_met", "size_does_not_fit", "", None),
    ("eu_size", {"excluded": ["micro"]}, {"staff": 45}, "met", "size_fits", "", None),
    ("eu_size", {"values": ["small"]}, {"staff": 45}, "unknown", "size_uncertain", "turnover balance_sheet", None),
    ("staff_range", {"lower": 10, "upper": 49}, {"staff": 10}, "met", "staff_within", "", None),
    ("staff_range", {"lower": 10, "upper": 49}, {"staff": 49}, "met", "staff_within", "", None),
    ("staff_range", {"lower": 10, "upper": 49}, {"staff": 50}, "not_met", "staff_above", "", None),
    ("staff_range", {"lower": 10}, {"staff": 9}, "not_met", "staff_below", "", "hire"),
    ("staff_range", {"lower": 10}, {"staff": 8}, "not_met", "staff_below", "", "hire"),
    ("staff_range", {"lower": 10}, {"staff": 7}, "not_met", "staff_below", "", None),
    ("staff_range", {"lower": 250}, {"staff": 225}, "not_met", "staff_below", "", "hire"),
    ("staff_range", {"lower": 250}, {"staff": 224}, "not_met", "staff_below", "", None),
    ("staff_range", {"lower": 10}, {"staff": Band(6, 9)}, "not_met", "staff_below", "", "hire"),
    ("staff_range", {"lower": 10, "upper": 49}, {"staff": Band(20, 49)}, "met", "staff_within", "", None),
    ("staff_range", {"upper": 249}, {"staff": Band(200, 299)}, "unknown", "staff_straddles", "staff_exact", None),
    ("staff_range", {"upper": 249}, {"staff": at_least(10)}, "unknown", "staff_straddles", "staff_exact", None),
    ("staff_range", {"upper": 249}, {"staff": at_least(250)}, "not_met", "staff_above", "", None),
    ("staff_range", {"upper": 249}, {}, "unknown", "staff_unknown", "staff", None),
    ("staff_range", {"lower": 0}, {}, "met", "staff_within", "", None),
    ("naf", {"values": ["C"]}, {"naf": "25.62B"}, "met", "naf_included", "", None),
    ("naf", {"values": ["25"]}, {"naf": "25.62B"}, "met", "naf_included", "", None),
    ("naf", {"values": ["25.6"]}, {"naf": "25.62B"}, "met", "naf_included", "", None),
    ("naf", {"values": ["25.62"]}, {"naf": "25.62B"}, "met", "naf_included", "", None),
    ("naf", {"values": ["25.62B"]}, {"naf": "25.62B"}, "met", "naf_included", "", None),
    ("naf", {"values": ["25.62A"]}, {"naf": "25.62B"}, "not_met", "naf_not_included", "", None),
    ("naf", {"values": ["B"]}, {"naf": "25.62B"}, "not_met", "naf_not_included", "", None),
    ("naf", {"values": ["C"], "excluded": ["25.6"]}, {"naf": "25.62B"}, "not_met", "naf_excluded", "", None),
    ("naf", {"excluded": ["C"]}, {"naf": "62.01Z"}, "met", "naf_included", "", None),
    ("naf", {"values": ["25.62B"]}, {"naf": "25"}, "unknown", "naf_too_coarse", "naf", None),
    ("naf", {"values": ["25"]}, {"naf": "C"}, "unknown", "naf_too_coarse", "naf", None),
    ("naf", {"values": ["C"], "excluded": ["25.62B"]}, {"naf": "25"}, "unknown", "naf_too_coarse", "naf", None),
    ("naf", {"values": ["C"]}, {}, "unknown", "naf_unknown", "naf", None),
    ("legal_form", {"values": ["57"]}, {"legal_category": "5710"}, "met", "legal_form_included", "", None),
    ("legal_form", {"values": ["57"]}, {"legal_category": "5499"}, "not_met", "legal_form_not_included", "", None),
    ("legal_form", {"excluded": ["7"]}, {"legal_category": "7346"}, "not_met", "legal_form_excluded", "", None),
    (
        "legal_form",
        {"values": ["5710"]},
        {"legal_category": "57"},
        "unknown",
        "legal_form_too_coarse",
        "legal_form",
        None,
    ),
    ("legal_form", {"values": ["5"]}, {}, "unknown", "legal_form_unknown", "legal_form", None),
    ("firm_age", {"lower": 3}, {"created_on": date(2023, 11, 24)}, "met", "age_within", "", None),
    ("firm_age", {"lower": 3}, {"created_on": date(2023, 11, 25)}, "not_met", "age_below", "", "wait"),
    ("firm_age", {"lower": 3}, {"created_on": date(2025, 11, 25)}, "not_met", "age_below", "", None),
    ("firm_age", {"upper": 7}, {"created_on": date(2018, 11, 25)}, "met", "age_within", "", None),
    ("firm_age", {"upper": 7}, {"created_on": date(2018, 11, 24)}, "not_met", "age_above", "", None),
    ("firm_age", {"lower": 0}, {"created_on": date(2027, 1, 1)}, "not_met", "age_below", "", "wait"),
    ("firm_age", {"lower": 9999}, {"created_on": date(2020, 1, 1)}, "not_met", "age_below", "", None),
    ("firm_age", {"lower": 3}, {}, "unknown", "age_unknown", "created_on", None),
    (
        "project_nature",
        {"values": ["vte_recruitment", "training"]},
        {"project_natures": ["vte_recruitment", "export"]},
        "met",
        "nature_fits",
        "",
        None,
    ),
    (
        "project_nature",
        {"values": ["training"]},
        {"project_natures": ["export"]},
        "not_met",
        "nature_does_not_fit",
        "",
        None,
    ),
    ("project_nature", {"values": ["training"]}, {"project_natures": []}, "not_met", "nature_does_not_fit", "", None),
    ("project_nature", {"values": ["training"]}, {}, "unknown", "nature_unknown", "project_nature", None),
    ("expense_nature", {"excluded": ["land"]}, {"expense_natures": ["land", "wages"]}, "met", "expense_fits", "", None),
    (
        "expense_nature",
        {"excluded": ["land"]},
        {"expense_natures": ["land"]},
        "not_met",
        "expense_does_not_fit",
        "",
        "add_expense",
    ),
    ("expense_nature", {"values": ["land"]}, {}, "unknown", "expense_unknown", "expense_nature", None),
    ("project_amount", {"lower": 10_000}, {"project_amount": 10_000}, "met", "amount_within", "", None),
    ("project_amount", {"lower": 10_000}, {"project_amount": 5_000}, "not_met", "amount_below", "", "enlarge_project"),
    ("project_amount", {"lower": 10_000}, {"project_amount": 4_999}, "not_met", "amount_below", "", None),
    ("project_amount", {"upper": 10_000}, {"project_amount": 20_000}, "not_met", "amount_above", "", "reduce_project"),
    ("project_amount", {"upper": 10_000}, {"project_amount": 20_001}, "not_met", "amount_above", "", None),
    (
        "project_amount",
        {"upper": 10_000},
        {"project_amount": Band(5_000, 20_000)},
        "unknown",
        "amount_straddles",
        "project_amount",
        None,
    ),
    ("project_amount", {"upper": 10_000}, {}, "unknown", "amount_unknown", "project_amount", None),
    ("jobs_created", {"lower": 5}, {"jobs_created": 5}, "met", "jobs_within", "", None),
    ("jobs_created", {"lower": 5}, {"jobs_created": 3}, "not_met", "jobs_below", "", "create_jobs"),
    ("jobs_created", {"lower": 5}, {"jobs_created": 2}, "not_met", "jobs_below", "", None),
    ("jobs_created", {"upper": 5}, {"jobs_created": 6}, "not_met", "jobs_above", "", None),
    ("jobs_created", {"lower": 5}, {"jobs_created": Band(1, 9)}, "unknown", "jobs_straddle", "jobs_created", None),
    ("jobs_created", {"lower": 5}, {}, "unknown", "jobs_unknown", "jobs_created", None),
    ("work_not_started", {}, {"work_started": False}, "met", "work_not_started", "", None),
    ("work_not_started", {}, {"work_started": True}, "not_met", "work_started", "", None),
    ("work_not_started", {}, {}, "unknown", "work_unknown", "work_started", None),
    ("free_text", {"text": "Être à jour"}, {}, "unknown", "free_text_to_check", "", None),
    (
        "partnership",
        {"applies_to": ["epci"]},
        {"audience": "firm", "partnership": False},
        "met",
        "not_concerned",
        "",
        None,
    ),
    (
        "partnership",
        {"applies_to": ["epci"]},
        {"partnership": False},
        "unknown",
        "maybe_not_concerned",
        "audience",
        None,
    ),
    ("partnership", {"applies_to": ["epci"]}, {"partnership": True}, "met", "partnership_fits", "", None),
    ("partnership", {"applies_to": ["epci"]}, {}, "unknown", "partnership_unknown", "audience partnership", None),
    *(
        (kind, {"expected": expected}, {fact: value}, truth, f"{stem}_{reason}", "", change)
        for kind, fact, stem, change_code in (
            ("ecological_transition", "ecological_transition", "transition", "add_transition"),
            ("public_works", "public_works", "public_works", "sign_public_works"),
            ("partnership", "partnership", "partnership", "find_partners"),
        )
        for expected, value, truth, reason, change in (
            (True, True, "met", "fits", None),
            (True, False, "not_met", "required", change_code),
            (False, True, "not_met", "refused", None),
            (False, False, "met", "fits", None),
        )
    ),
    ("ecological_transition", {}, {}, "unknown", "transition_unknown", "ecological_transition", None),
    ("public_works", {}, {}, "unknown", "public_works_unknown", "public_works", None),
]


def judged(kind, written, facts):
    facts = dict(facts)
    if "naf" in facts:
        facts["naf"] = Naf.of(facts["naf"])
    return evaluate(from_row({"kind": kind, **written}), Situation(**facts), ON)


@pytest.mark.parametrize(("kind", "written", "facts", "truth", "reason", "questions", "change"), CASES)
def test_a_criterion_against_a_situation(kind, written, facts, truth, reason, questions, change):
    found = judged(kind, written, facts)

    assert (found.truth, found.reason) == (truth, reason)
    assert found.questions == tuple(questions.split())
    assert (found.change and found.change.code) == change


def test_the_cases_reach_every_reason_of_a_criterion():
    reached = {case[4] for case in CASES}

    assert reached == set(ReasonCode) - {ReasonCode.CALL_DEPENDS_ON_PLACE}


@pytest.mark.parametrize(
    ("autonomous", "caution"), [(None, Caution.GROUP_NOT_ASKED), (False, Caution.GROUP_FIGURES), (True, None)]
)
def test_a_size_says_what_it_takes_for_granted_of_the_group(autonomous, caution):
    criterion = from_row({"kind": "eu_size", "values": ["small"]})
    situation = Situation(staff=45, turnover=6_000_000, autonomous=autonomous)

    assert evaluate(criterion, situation, ON).caution is caution


@pytest.mark.parametrize(
    ("created_on", "on", "truth"),
    [
        (date(2024, 2, 29), date(2025, 2, 28), "not_met"),
        (date(2024, 2, 29), date(2025, 3, 1), "met"),
        (date(2024, 2, 29), date(2028, 2, 29), "met"),
    ],
)
def test_a_firm_created_on_29_february_is_a_year_older_on_1_march(created_on, on, truth):
    criterion = from_row({"kind": "firm_age", "lower": 1})
    found = evaluate(criterion, Situation(created_on=created_on), on)

    assert found.truth == truth
    if found.change:
        assert dict(found.change.parameters)["until"] == date(2025, 3, 1)
