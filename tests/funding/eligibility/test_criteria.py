import json
from decimal import Decimal

import pytest
from hypothesis import given

from funding.eligibility.codes import AudienceCode, CriterionKind, Operator
from funding.eligibility.criteria import OPERATOR_OF_KIND, VALUE_READERS, Criterion, from_row
from funding.eligibility.errors import Refusal, RuleError
from funding.eligibility.findings import _JUDGES
from funding.eligibility.labels import CRITERION_KINDS
from tests.funding.eligibility.strategies import criteria


def test_every_kind_has_an_operator_a_judge_a_label_and_a_reader():
    assert set(OPERATOR_OF_KIND) == set(_JUDGES) == set(CRITERION_KINDS) == set(CriterionKind)
    among = {kind for kind, operator in OPERATOR_OF_KIND.items() if operator is Operator.AMONG}
    assert set(VALUE_READERS) == among


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({}, Refusal.UNKNOWN_KIND),
        ({"kind": "colour"}, Refusal.UNKNOWN_KIND),
        ({"kind": "place", "operator": "contains", "values": ["REG-76"]}, Refusal.UNKNOWN_OPERATOR),
        ({"kind": "place", "operator": "between", "lower": 1}, Refusal.OPERATOR_NOT_FOR_KIND),
        ({"kind": "place", "operator": "is", "values": ["REG-76"]}, Refusal.OPERATOR_NOT_FOR_KIND),
        ({"kind": "place"}, Refusal.NO_VALUES),
        ({"kind": "place", "values": []}, Refusal.NO_VALUES),
        ({"kind": "place", "values": ["Occitanie"]}, Refusal.BAD_VALUE),
        ({"kind": "place", "values": ["REG-76\x00"]}, Refusal.BAD_VALUE),
        ({"kind": "place", "values": "REG-76"}, Refusal.BAD_VALUE),
        ({"kind": "place", "values": {"REG-76": 1}}, Refusal.BAD_VALUE),
        ({"kind": "place", "values": 76}, Refusal.BAD_VALUE),
        ({"kind": "place", "values": [["REG-76"]]}, Refusal.BAD_VALUE),
        ({"kind": "place", "values": ["REG-76"], "excluded": ["REG-76"]}, Refusal.CONTRADICTORY_VALUE),
        ({"kind": "place", "values": ["REG-76"], "lower": 1}, Refusal.VALUES_NOT_WANTED),
        ({"kind": "place", "values": ["REG-76"], "expected": False}, Refusal.BAD_FLAG),
        ({"kind": "place", "values": ["REG-76"], "perimeter": "x"}, Refusal.UNKNOWN_FIELD),
        ({"kind": "audience", "values": ["entreprise"]}, Refusal.BAD_VALUE),
        ({"kind": "eu_size", "values": ["PME"]}, Refusal.BAD_VALUE),
        ({"kind": "naf", "values": ["Z"]}, Refusal.BAD_VALUE),
        ({"kind": "naf", "values": ["25.625B"]}, Refusal.BAD_VALUE),
        ({"kind": "naf", "values": [25]}, Refusal.BAD_VALUE),
        ({"kind": "naf", "values": ["25.62B"], "excluded": ["2562b"]}, Refusal.CONTRADICTORY_VALUE),
        ({"kind": "legal_form", "values": ["SAS"]}, Refusal.BAD_VALUE),
        ({"kind": "legal_form", "values": ["57100"]}, Refusal.BAD_VALUE),
        ({"kind": "staff_range"}, Refusal.NO_BOUND),
        ({"kind": "staff_range", "lower": 250, "upper": 10}, Refusal.REVERSED_BOUNDS),
        ({"kind": "staff_range", "lower": -1}, Refusal.BAD_NUMBER),
        ({"kind": "staff_range", "lower": 10.0}, Refusal.BAD_NUMBER),
        ({"kind": "staff_range", "lower": "10.5"}, Refusal.BAD_NUMBER),
        ({"kind": "staff_range", "lower": "dix"}, Refusal.BAD_NUMBER),
        ({"kind": "staff_range", "lower": True}, Refusal.BAD_NUMBER),
        ({"kind": "staff_range", "lower": 10, "values": ["x"]}, Refusal.VALUES_NOT_WANTED),
        ({"kind": "project_amount", "lower": "NaN"}, Refusal.BAD_NUMBER),
        ({"kind": "project_amount", "lower": "Infinity"}, Refusal.BAD_NUMBER),
        ({"kind": "project_amount", "lower": "1e999999999999999999999"}, Refusal.BAD_NUMBER),
        ({"kind": "partnership", "expected": "oui"}, Refusal.BAD_FLAG),
        ({"kind": "partnership", "values": ["yes"]}, Refusal.VALUES_NOT_WANTED),
        ({"kind": "work_not_started", "expected": False}, Refusal.BAD_FLAG),
        ({"kind": "partnership", "hard": 1}, Refusal.BAD_FLAG),
        ({"kind": "partnership", "applies_to": ["everybody"]}, Refusal.BAD_VALUE),
        ({"kind": "free_text"}, Refusal.NO_TEXT),
        ({"kind": "free_text", "text": "   "}, Refusal.NO_TEXT),
        ({"kind": "free_text", "text": ["x"]}, Refusal.BAD_VALUE),
        ({"kind": "free_text", "text": "x", "values": ["x"]}, Refusal.VALUES_NOT_WANTED),
        ({"kind": "partnership", "link": "javascript:alert(1)"}, Refusal.BAD_LINK),
        ({"kind": "partnership", "link": "https://a b"}, Refusal.BAD_LINK),
    ],
)
def test_a_badly_written_row_is_refused_with_its_code(row, code):
    with pytest.raises(RuleError) as refused:
        from_row(row)
    assert refused.value.code is code


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        ({"kind": "naf", "values": ["2562b", "c", "25.6"]}, "values", {"25.62B", "C", "25.6"}),
        ({"kind": "naf", "excluded": ["10"]}, "excluded", {"10"}),
        ({"kind": "staff_range", "lower": "10", "upper": 249}, "lower", 10),
        ({"kind": "project_amount", "lower": "10000.50"}, "lower", Decimal("10000.5")),
        ({"kind": "project_amount", "upper": Decimal("1E+6")}, "upper", 1_000_000),
        ({"kind": "audience", "values": ["firm", "firm"]}, "values", {AudienceCode.FIRM}),
        ({"kind": "partnership", "values": None, "lower": None}, "expected", True),
        ({"kind": "place", "values": ["DEP-2A", "ZON-afr-2022"]}, "values", {"DEP-2A", "ZON-afr-2022"}),
    ],
)
def test_a_row_is_read_in_its_normal_form(row, field, value):
    assert getattr(from_row(row), field) == value


@given(criteria())
def test_a_criterion_survives_its_row_in_json(criterion):
    again = from_row(json.loads(json.dumps(criterion.as_row())))

    assert again == criterion
    assert hash(again) == hash(criterion)
    assert again.sort_key == criterion.sort_key


def test_two_criteria_that_differ_only_in_their_source_are_two():
    one, other = (from_row({"kind": "partnership", "text": text}) for text in ("un", "deux"))

    assert one != other


def test_a_criterion_cannot_be_changed():
    with pytest.raises(AttributeError):
        Criterion(CriterionKind.PARTNERSHIP, Operator.IS).hard = False
