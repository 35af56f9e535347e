"""Conditions in words, before any answer."""

import pytest

from funding.eligibility.codes import CriterionKind
from funding.eligibility.criteria import from_row
from funding.presenters.criteria import conditions

NAMES = {"REG-76": "Occitanie", "TI-2018-7602": "Bassin d’Alès", "25": "métallurgie", "25.40Z": "armes"}
CASES = [
    ({"kind": "place", "values": ["REG-76"], "excluded": ["TI-2018-7602"]}, "Occitanie, sauf Bassin d’Alès."),
    ({"kind": "audience", "values": ["epci", "firm"]}, "Entreprise ou intercommunalité (EPCI)."),
    ({"kind": "eu_size", "values": ["medium", "micro"]}, "Microentreprise ou moyenne entreprise."),
    ({"kind": "staff_range", "lower": 10}, "Au moins 10\xa0personnes."),
    ({"kind": "naf", "values": ["25"], "excluded": ["25.40Z"]}, "Métallurgie, sauf armes."),
    ({"kind": "legal_form", "excluded": ["7"]}, "Toutes, sauf 7."),
    ({"kind": "firm_age", "upper": 3}, "Au plus 3\xa0ans."),
    ({"kind": "project_nature", "values": ["brownfield"]}, "Reconversion d’une friche."),
    ({"kind": "expense_nature", "values": ["land"]}, "Foncier."),
    ({"kind": "project_amount", "lower": 5000}, "Au moins 5\xa0000\xa0€."),
    ({"kind": "jobs_created", "lower": 1}, "Au moins 1\xa0emploi."),
    ({"kind": "ecological_transition"}, "Le projet contribue à la transition écologique."),
    ({"kind": "public_works", "expected": False}, "Le projet ne passe pas par un marché public de travaux."),
    ({"kind": "partnership"}, "Le projet est porté à plusieurs (groupe d’entreprises, «\xa0grappe\xa0»)."),
    ({"kind": "work_not_started"}, "La demande est faite avant tout démarrage du projet."),
    ({"kind": "free_text", "text": "Un accord", "contact": "la DREETS"}, "Un accord. Auprès de\xa0: la DREETS."),
]


@pytest.mark.parametrize(("row", "expected"), CASES, ids=[row["kind"] for row, _ in CASES])
def test_a_condition_in_words(row, expected):
    (condition,) = conditions([from_row(row)], NAMES)
    assert condition.text == expected


def test_every_kind_has_its_words():
    assert {row["kind"] for row, _ in CASES} == {str(kind) for kind in CriterionKind}


def test_all_values_are_told_and_whom_it_concerns():
    wanted = ["firm", "epci", "commune", "department", "region", "public_body", "association", "cluster"]
    row = {"kind": "audience", "values": wanted, "applies_to": ["firm"], "hard": False, "text": "mots publiés"}
    (condition,) = conditions([from_row(row)], {})
    assert "autres" not in condition.text
    assert condition.text.endswith("ou pôle de compétitivité, cluster ou filière.")
    assert (condition.concerns, condition.is_hard, condition.source) == ("entreprise", False, "mots publiés")
