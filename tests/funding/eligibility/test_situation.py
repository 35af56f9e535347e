from datetime import UTC, date, datetime

import pytest

from funding.eligibility.bands import Band
from funding.eligibility.codes import AudienceCode, ProjectNature
from funding.eligibility.errors import FactError, Refusal, RuleError
from funding.eligibility.naf import NAF_REV2_SECTIONS, Naf, lineage, normalised
from funding.eligibility.questions import FACT_OF_QUESTION, QuestionCode
from funding.eligibility.situation import DeclaredAid, Situation


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"audience": "société"}, Refusal.BAD_VALUE),
        ({"place": "COM-30007"}, Refusal.BAD_VALUE),
        ({"place": []}, Refusal.BAD_VALUE),
        ({"place": ["Alès"]}, Refusal.BAD_VALUE),
        ({"staff": -1}, Refusal.BAD_NUMBER),
        ({"staff": 4.5}, Refusal.BAD_NUMBER),
        ({"staff": True}, Refusal.BAD_NUMBER),
        ({"staff": "45"}, Refusal.BAD_NUMBER),
        ({"turnover": float("nan")}, Refusal.BAD_NUMBER),
        ({"autonomous": "oui"}, Refusal.BAD_FLAG),
        ({"work_started": 1}, Refusal.BAD_FLAG),
        ({"naf": "25.62B"}, Refusal.BAD_VALUE),
        ({"legal_category": "SAS"}, Refusal.BAD_VALUE),
        ({"created_on": datetime(2020, 1, 1, tzinfo=UTC)}, Refusal.BAD_DATE),
        ({"created_on": "2020-01-01"}, Refusal.BAD_DATE),
        ({"project_natures": "training"}, Refusal.BAD_VALUE),
        ({"project_natures": ["rêve"]}, Refusal.BAD_VALUE),
        ({"expense_natures": 3}, Refusal.BAD_VALUE),
    ],
)
def test_a_bad_fact_is_refused(facts, code):
    with pytest.raises(FactError) as refused:
        Situation(**facts)
    assert refused.value.code is code


def test_a_band_whose_end_precedes_its_start_is_refused():
    with pytest.raises(FactError) as refused:
        Band(50, 49)
    assert refused.value.code is Refusal.REVERSED_BOUNDS


def test_a_declared_aid_has_a_real_amount():
    with pytest.raises(FactError):
        DeclaredAid(-1, date(2025, 1, 1), is_de_minimis=True)


def test_plain_codes_become_codes():
    situation = Situation(audience="firm", project_natures=["training"], place=["REG-76"])

    assert situation.audience is AudienceCode.FIRM
    assert situation.project_natures == frozenset({ProjectNature.TRAINING})
    assert situation.place == frozenset({"REG-76"})


def test_every_question_gives_a_fact_of_the_situation():
    assert set(FACT_OF_QUESTION) == set(QuestionCode)
    assert set(FACT_OF_QUESTION.values()) <= set(Situation.__dataclass_fields__)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("2562b", "25.62B"), ("25.62 B", "25.62B"), ("25.62B", "25.62B"), ("256", "25.6"), ("25", "25"), ("c", "C")],
)
def test_an_activity_code_is_read_in_any_common_form(typed, code):
    assert normalised(typed) == code


@pytest.mark.parametrize("typed", ["", "V", "2", "25.62BB", "25,62B", "25.", None, 25, "٢٥", "25.6B"])
def test_what_is_no_activity_code_is_refused(typed):
    with pytest.raises(RuleError):
        normalised(typed)


def test_an_activity_knows_all_its_levels():
    assert lineage("25.62B") == {"C", "25", "25.6", "25.62", "25.62B"}
    assert lineage("C") == {"C"}


def test_a_division_that_the_nomenclature_lacks_is_refused():
    assert "04" not in NAF_REV2_SECTIONS
    with pytest.raises(FactError):
        Naf.of("04.11Z")


def test_sections_come_from_the_map_that_is_given():
    moved = {**NAF_REV2_SECTIONS, "25": "D"}

    assert Naf.of("25.62B", moved).lineage == {"D", "25", "25.6", "25.62", "25.62B"}
    assert len(NAF_REV2_SECTIONS) == 88
    assert {NAF_REV2_SECTIONS[d] for d in ("05", "10", "33", "35", "36", "39")} == {"B", "C", "D", "E"}
