import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given

from funding.eligibility import french, labels, refusals, wording
from funding.eligibility.bands import Band
from funding.eligibility.calls import CallStatus, status
from funding.eligibility.codes import (
    AudienceCode,
    CallState,
    Caution,
    ChangeCode,
    CriterionKind,
    EuSize,
    ExpenseNature,
    HelpKind,
    ProjectNature,
    ReasonCode,
    Truth,
    VerdictState,
)
from funding.eligibility.criteria import from_row
from funding.eligibility.errors import Refusal, RuleError
from funding.eligibility.questions import QuestionCode
from funding.eligibility.verdict import CALL_DEPENDS_ON_PLACE, verdict
from tests.funding.eligibility.strategies import AT, calls, instants, situations, terms
from tests.funding.eligibility.test_findings import CASES, judged

TABLES = [
    (wording.REASONS, ReasonCode),
    (wording.QUESTIONS, QuestionCode),
    (wording.CHANGES, ChangeCode),
    (wording.CAUTIONS, Caution),
    (wording.VERDICT_SENTENCES, VerdictState),
    (wording.CALL_SENTENCES, CallState),
    (refusals.REFUSALS, Refusal),
    (labels.TRUTHS, Truth),
    (labels.VERDICT_STATES, VerdictState),
    (labels.CALL_STATES, CallState),
    (labels.CRITERION_KINDS, CriterionKind),
    (labels.AUDIENCES, AudienceCode),
    (labels.EU_SIZES, EuSize),
    (labels.PROJECT_NATURES, ProjectNature),
    (labels.EXPENSE_NATURES, ExpenseNature),
    (labels.HELP_KINDS, HelpKind),
]


@pytest.mark.parametrize(("table", "codes"), TABLES, ids=lambda value: getattr(value, "__name__", ""))
def test_every_code_has_one_sentence_and_no_other_code_has(table, codes):
    assert list(table) == list(codes) or set(table) == set(codes)
    assert all(isinstance(code, codes) for code in table)
    assert len(set(table.values())) == len(table)


def test_what_a_closed_call_would_give_is_said_for_each_state_that_can_be():
    assert set(wording.OTHERWISE_SENTENCES) == {VerdictState.ELIGIBLE, VerdictState.TO_SPECIFY, VerdictState.NEAR}


@pytest.mark.parametrize(("table", "codes"), TABLES, ids=lambda value: getattr(value, "__name__", ""))
def test_sentences_are_plain_french(table, codes):
    for sentence in table.values():
        assert "'" not in sentence
        assert "·" not in sentence
        assert "\N{NO-BREAK SPACE}" not in sentence


def is_clean(text):
    return not re.search(r"[{}]|None|frozenset|<|  |\(\)| [;:?!»]|« ", text.replace("« La condition", "")) and text


@pytest.mark.parametrize(("kind", "written", "facts"), [case[:3] for case in CASES])
def test_every_reason_and_change_is_written_out(kind, written, facts):
    found = judged(kind, written, facts)

    assert is_clean(wording.reason_text(found))
    if found.change:
        assert is_clean(wording.change_text(found.change))


def test_changes_that_can_happen_are_all_reached_by_the_cases():
    assert {case[6] for case in CASES} - {None} == set(ChangeCode)


@given(terms(), situations())
def test_no_verdict_has_a_sentence_with_a_hole(one, situation):
    for finding in verdict(one, situation, AT).findings:
        assert is_clean(wording.reason_text(finding))


@given(calls(), instants())
def test_no_call_has_a_sentence_with_a_hole(call, at):
    assert is_clean(wording.call_text(status(call, at)))


NOON = datetime(2021, 3, 31, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (CallStatus("c", CallState.OPEN, closes_at=NOON), "Ouvert jusqu’au 31 mars 2021 à 12 h."),
        (CallStatus("c", CallState.OPEN), "Ouvert, sans date de clôture."),
        (
            CallStatus("c", CallState.CLOSING_SOON, closes_at=NOON, zone="America/Cayenne"),
            "Bientôt clos : ouvert jusqu’au 31 mars 2021 à 7 h (heure de Cayenne).",
        ),
        (CallStatus("c", CallState.PERMANENT), "Ouvert en permanence."),
        (
            CallStatus("c", CallState.PERMANENT, next_at=NOON),
            "Ouvert en permanence ; prochaine relève le 31 mars 2021 à 12 h.",
        ),
        (CallStatus("c", CallState.UPCOMING, next_at=NOON), "Ouvre le 31 mars 2021 à 12 h."),
        (CallStatus("c", CallState.ANNOUNCED, announced_for="début 2021"), "Annoncé, sans date connue (début 2021)."),
        (CallStatus("c", CallState.EXHAUSTED), "L’enveloppe est épuisée."),
        (
            CallStatus("c", CallState.EXHAUSTED, next_at=NOON),
            "L’enveloppe est épuisée ; prochaine ouverture le 31 mars 2021 à 12 h.",
        ),
        (CallStatus("c", CallState.SUSPENDED), "Suspendu : aucune demande n’est reçue pour le moment."),
        (
            CallStatus("c", CallState.SUSPENDED, next_at=NOON),
            "Suspendu : aucune demande n’est reçue avant le 31 mars 2021 à 12 h.",
        ),
        (CallStatus("c", CallState.CLOSED, closes_at=NOON), "Clos depuis le 31 mars 2021 à 12 h."),
        (CallStatus("", CallState.NO_CALL), "Aucun appel n’est connu pour ce lieu."),
    ],
)
def test_the_state_of_a_call_in_words(shown, text):
    assert wording.call_text(shown).replace("\xa0", " ") == text


@pytest.mark.parametrize(
    ("kind", "written", "facts", "text"),
    [
        (
            "staff_range",
            {"lower": 10, "upper": 249},
            {"staff": 9},
            "L’effectif est trop faible : 9 personnes ; il faut entre 10 et 249 personnes.",
        ),
        (
            "staff_range",
            {"lower": 1},
            {"staff": 0},
            "L’effectif est trop faible : 0 personne ; il faut au moins 1 personne.",
        ),
        (
            "staff_range",
            {"upper": 249},
            {"staff": Band(200, 299)},
            (
                "La tranche d’effectif (entre 200 et 299 personnes) ne permet pas de conclure ; "
                "il faut au plus 249 personnes."
            ),
        ),
        (
            "project_amount",
            {"lower": 10_000},
            {"project_amount": Decimal("4999.5")},
            "Le montant du projet est trop faible : 4 999,50 € ; il faut au moins 10 000 €.",
        ),
        (
            "audience",
            {"values": ["commune", "epci"]},
            {"audience": "firm"},
            (
                "Le dispositif ne s’adresse pas à votre catégorie (entreprise). "
                "Public visé : commune ou intercommunalité (EPCI)."
            ),
        ),
        (
            "expense_nature",
            {"excluded": ["land"]},
            {},
            "La nature des dépenses n’est pas indiquée. Dépenses admises : toutes, sauf foncier.",
        ),
        (
            "free_text",
            {"text": "Être à jour"},
            {},
            "À vérifier auprès du service instructeur. Condition publiée : « Être à jour »",
        ),
        (
            "free_text",
            {"text": "{Être} à jour", "contact": "Bpifrance"},
            {},
            "À vérifier auprès de : Bpifrance. Condition publiée : « {Être} à jour »",
        ),
    ],
)
def test_a_reason_in_words(kind, written, facts, text):
    assert wording.reason_text(judged(kind, written, facts)).replace("\xa0", " ") == text


def test_places_and_activities_are_named_by_the_caller():
    outside = judged("place", {"values": ["REG-28", "REG-11"]}, {"place": ["REG-76"]})
    names = {"REG-28": "Normandie"}

    assert "hors du périmètre du dispositif\xa0: REG-11 ou Normandie." in wording.reason_text(outside, names)


def test_a_long_list_is_cut_with_what_is_left():
    refused = judged("naf", {"values": [f"{n}" for n in range(10, 25)]}, {"naf": "62.01Z"})

    assert "10, 11, 12, 13, 14 ou 10 autres." in wording.reason_text(refused)


def test_many_places_of_one_kind_are_counted():
    territories = judged("place", {"values": [f"TI-2018-{n}" for n in range(149)]}, {"place": ["REG-76"]})
    mixed = judged("place", {"values": [f"REG-{n}" for n in range(10, 16)] + ["DEP-30"]}, {"place": ["REG-28"]})

    assert "périmètre du dispositif\xa0: 149 territoires d’industrie." in wording.reason_text(territories)
    assert "DEP-30, REG-10, REG-11, REG-12, REG-13 ou 2 autres." in wording.reason_text(mixed)


def test_an_opening_that_depends_on_the_place_is_said():
    assert "dépend du lieu" in wording.reason_text(CALL_DEPENDS_ON_PLACE)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"kind": "place"}, "Indiquez au moins une valeur admise ou exclue."),
        ({"kind": "naf", "values": ["ZZ"]}, "Cette valeur n’est pas reconnue. (« ZZ »)"),
    ],
)
def test_a_refusal_in_words(row, text):
    with pytest.raises(RuleError) as refused:
        from_row(row)
    assert refusals.refusal_text(refused.value).replace("\xa0", " ") == text


def test_a_refusal_shows_the_beginning_of_a_long_value():
    text = refusals.refusal_text(RuleError(Refusal.BAD_VALUE, "x", "y" * 10_000))

    assert len(text) < 150
    assert "…" in text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (french.number(1_234_567), "1 234 567"),
        (french.number(Decimal("1234.50")), "1 234,5"),
        (french.euros(Decimal("4000.00")), "4 000 €"),
        (french.euros(Decimal("4000.05")), "4 000,05 €"),
        (french.euros(Decimal("1E+6")), "1 000 000 €"),
        (french.percent(Decimal("0.20")), "20 %"),
        (french.percent(Decimal("0.125")), "12,5 %"),
        (french.counted(0, "personne"), "0 personne"),
        (french.counted(1, "emploi"), "1 emploi"),
        (french.counted(2, "emploi"), "2 emplois"),
        (french.day(date(2021, 3, 1)), "1er mars 2021"),
        (french.moment(datetime(2020, 12, 15, 22, 59, 59, tzinfo=UTC)), "15 décembre 2020 à 23 h 59"),
        (french.bounds(10, 10, "personne"), "exactement 10 personnes"),
        (french.listed([], "ou"), ""),
        (french.listed(["a"], "ou"), "a"),
        (french.listed(["a", "b", "c"], "et"), "a, b et c"),
    ],
)
def test_figures_dates_and_lists(written, text):
    assert written.replace("\xa0", " ") == text
