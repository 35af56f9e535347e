"""Schemes of the assembly of 15 December 2020, as the rules see them, for the people who would ask."""

from datetime import UTC, date, datetime

import pytest

from funding.eligibility import wording
from funding.eligibility.amounts import Bonus, Flat, Monthly, estimate
from funding.eligibility.bands import Band
from funding.eligibility.calls import Call, Round, last_instant
from funding.eligibility.criteria import from_row
from funding.eligibility.naf import Naf
from funding.eligibility.questions import QuestionCode
from funding.eligibility.situation import Situation
from funding.eligibility.sums import estimate_text
from funding.eligibility.verdict import Terms, verdict

ASSEMBLY = datetime(2020, 12, 15, 9, 30, tzinfo=UTC)
TODAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

FIRST_WAVE = ["TI-2018-7602", "TI-2018-2706", "TI-2018-4415"]
ALES = frozenset({"COM-30007", "EPCI-200066918", "DEP-30", "REG-76", "PAYS-99100", "TI-2018-7602"})
PARIS = frozenset({"COM-75056", "DEP-75", "REG-11", "PAYS-99100"})

IN_A_TERRITORY = from_row({"kind": "place", "values": FIRST_WAVE})
FOR_FIRMS = from_row({"kind": "audience", "values": ["firm"]})
UP_TO_MID_CAP = from_row({"kind": "eu_size", "values": ["micro", "small", "medium", "mid_cap"]})
HIRES_A_VTE = from_row({"kind": "project_nature", "values": ["vte_recruitment"]})
GREEN = from_row({"kind": "ecological_transition", "text": "métier de la transition écologique"})
COUNTER = Call("guichet", (Round(None, last_instant(date(2021, 12, 31))),))

VTE = Terms("vte", (FOR_FIRMS, IN_A_TERRITORY, UP_TO_MID_CAP, HIRES_A_VTE), (COUNTER,))
VTE_GREEN = Terms("vte-vert", (*VTE.criteria, GREEN), (COUNTER,))
MOBILI_JEUNE = Terms("mobili-jeune", (from_row({"kind": "audience", "values": ["young_recruit"]}),), (COUNTER,))
DSIL = Terms(
    "dsil",
    (
        from_row({"kind": "audience", "values": ["commune", "epci"]}),
        from_row({"kind": "project_nature", "values": ["site_layout", "digital_infrastructure"]}),
    ),
    (Call("dsil", is_permanent=True),),
)
TURNKEY_SITES = Terms("sites-cles-en-main", (), (Call("ami", (Round(None, last_instant(date(2021, 3, 31))),)),))
COLLECTIVE_TRANSITIONS = Terms(
    "transitions-collectives",
    (),
    (Call("ami", (Round(None, last_instant(date(2020, 12, 21))), Round(announced_for="début 2021"))),),
)

METALWORKING = Situation(
    audience="firm",
    place=ALES,
    staff=45,
    turnover=6_000_000,
    balance_sheet=4_000_000,
    naf=Naf.of("25.62B"),
    project_natures=["vte_recruitment"],
)


def test_a_metalworking_firm_of_45_people_at_ales_has_the_vte():
    found = verdict(VTE, METALWORKING, ASSEMBLY)

    assert (found.state, found.questions) == ("eligible", ())
    assert estimate_text(estimate([Flat(4_000)], METALWORKING, ASSEMBLY.date())) == "4\xa0000\xa0€"


def test_the_same_without_its_turnover_has_to_specify_it():
    found = verdict(VTE, METALWORKING.knowing(turnover=None, balance_sheet=None), ASSEMBLY)

    assert (found.state, found.questions) == ("to_specify", (QuestionCode.TURNOVER, QuestionCode.BALANCE_SHEET))


def test_the_same_without_its_staff_has_to_specify_it():
    found = verdict(VTE, METALWORKING.knowing(staff=None), ASSEMBLY)

    assert (found.state, found.questions) == ("to_specify", (QuestionCode.STAFF,))


@pytest.mark.parametrize(("band", "state"), [(Band(20, 49), "eligible"), (Band(2_000, 9_999), "to_specify")])
def test_the_same_with_a_band_of_staff(band, state):
    assert verdict(VTE, METALWORKING.knowing(staff=band), ASSEMBLY).state == state


def test_the_same_outside_any_territory_is_refused_by_the_place_alone():
    found = verdict(VTE, METALWORKING.knowing(place=PARIS), ASSEMBLY)

    assert found.state == "not_eligible"
    assert [wording.reason_text(obstacle, {"TI-2018-7602": "Bassin d’Alès"}) for obstacle in found.obstacles] == [
        "Le lieu du projet est hors du périmètre du dispositif\xa0: TI-2018-2706, TI-2018-4415 ou Bassin d’Alès."
    ]


def test_the_same_today_meets_a_closed_call():
    found = verdict(VTE, METALWORKING, TODAY)

    assert (found.state, found.otherwise, found.call.state) == ("not_open", "eligible", "closed")


@pytest.mark.parametrize(("is_green", "state"), [(True, "eligible"), (None, "to_specify"), (False, "near")])
def test_the_green_vte_depends_on_the_job(is_green, state):
    assert verdict(VTE_GREEN, METALWORKING.knowing(ecological_transition=is_green), ASSEMBLY).state == state


def test_vte_and_its_green_bonus_are_added_up_when_one_scheme_holds_both():
    found = estimate(
        [Flat(4_000), Bonus(8_000, GREEN)], METALWORKING.knowing(ecological_transition=True), ASSEMBLY.date()
    )

    assert (found.lower, found.upper) == (12_000, 12_000)


def test_mobili_jeune_is_for_the_young_recruit():
    young = Situation(audience="young_recruit")

    assert verdict(MOBILI_JEUNE, young, ASSEMBLY).state == "eligible"
    assert verdict(MOBILI_JEUNE, METALWORKING, ASSEMBLY).state == "not_eligible"
    assert estimate_text(estimate([Monthly(100, 12)], young, ASSEMBLY.date())) == "jusqu’à 1\xa0200\xa0€"


def test_an_epci_that_lays_out_a_site_has_the_dsil():
    epci = Situation(audience="epci", place=ALES, project_natures=["site_layout"])

    assert verdict(DSIL, epci, ASSEMBLY).state == "eligible"


def test_a_firm_that_lays_out_a_site_is_refused_the_dsil_by_its_audience():
    found = verdict(DSIL, METALWORKING.knowing(project_natures=["site_layout"]), ASSEMBLY)

    assert (found.state, [obstacle.reason for obstacle in found.obstacles]) == ("not_eligible", ["audience_not_served"])


@pytest.mark.parametrize(
    ("terms", "at", "state", "call"),
    [
        (TURNKEY_SITES, ASSEMBLY, "eligible", "open"),
        (TURNKEY_SITES, datetime(2021, 3, 1, 9, 0, tzinfo=UTC), "eligible", "closing_soon"),
        (TURNKEY_SITES, datetime(2021, 3, 31, 21, 0, tzinfo=UTC), "eligible", "closing_soon"),
        (TURNKEY_SITES, datetime(2021, 3, 31, 22, 0, tzinfo=UTC), "not_open", "closed"),
        (TURNKEY_SITES, TODAY, "not_open", "closed"),
        (COLLECTIVE_TRANSITIONS, ASSEMBLY, "eligible", "closing_soon"),
        (COLLECTIVE_TRANSITIONS, datetime(2020, 12, 28, 9, 0, tzinfo=UTC), "not_open", "announced"),
    ],
)
def test_calls_of_the_assembly_at_their_dates(terms, at, state, call):
    found = verdict(terms, METALWORKING, at)

    assert (found.state, found.call.state) == (state, call)
