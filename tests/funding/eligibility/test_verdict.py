from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funding.eligibility.bands import Band, as_band
from funding.eligibility.calls import Call, Round, status
from funding.eligibility.codes import CallState, CriterionKind, ReasonCode, Truth, VerdictState
from funding.eligibility.criteria import from_row
from funding.eligibility.errors import Refusal, RuleError
from funding.eligibility.findings import evaluate
from funding.eligibility.naf import Naf
from funding.eligibility.places import Perimeter
from funding.eligibility.questions import FACT_OF_QUESTION, QuestionCode
from funding.eligibility.situation import Situation
from funding.eligibility.verdict import Terms, opening_of, verdict
from tests.funding.eligibility.strategies import (
    AT,
    LINEAGES,
    OPEN_CALL,
    PLACES,
    call_families,
    criteria,
    facts,
    full_situations,
    situations,
    terms,
)

FIRM = from_row({"kind": "audience", "values": ["firm"]})
STAFF = from_row({"kind": "staff_range", "lower": 10, "upper": 249})
PARTNERS = from_row({"kind": "partnership"})
TRANSITION = from_row({"kind": "ecological_transition"})
FREE = from_row({"kind": "free_text", "text": "Être à jour de ses cotisations", "contact": "Urssaf"})
ALES = frozenset({"COM-30007", "DEP-30", "REG-76", "PAYS-99100"})
CLOSED_CALL = Call("closed", (Round(None, AT - timedelta(days=1)),))
UPCOMING_CALL = Call("soon", (Round(AT + timedelta(days=9), None),))


@st.composite
def refined(draw):
    """A situation, and the same with one fact more or one fact finer."""
    before = draw(situations())
    # The audience decides whom a criterion concerns: it is the fact that unsettles most easily.
    name = draw(st.sampled_from([*sorted(facts()), *["audience"] * 8]))
    held = getattr(before, name)
    if held is None:
        return before, before.knowing(**{name: draw(facts()[name])})
    if isinstance(held, Band):
        inside = [value for value in (held.lower, held.upper) if value is not None] or [held.lower]
        finer = draw(st.sampled_from([*inside, Band(held.lower, held.upper if held.upper is not None else 10**10)]))
        return before, before.knowing(**{name: finer})
    if isinstance(held, Naf):
        finer = [fact for fact in ("25.62B", "10.11Z", "62.01Z") if held.may_be(fact)]
        return before, before.knowing(naf=Naf.of(draw(st.sampled_from(finer or [held.code]))))
    if name == "legal_category":
        finer = [code for code in ("5710", "5720", "5499", "7346") if code.startswith(held)]
        return before, before.knowing(legal_category=draw(st.sampled_from(finer or [held])))
    return before, before


class TestStates:
    @pytest.mark.parametrize(
        ("criteria_", "facts_", "call", "state", "otherwise"),
        [
            ([FIRM, STAFF], {"audience": "firm", "staff": 45}, OPEN_CALL, "eligible", "eligible"),
            ([FIRM, STAFF], {"audience": "firm"}, OPEN_CALL, "to_specify", "to_specify"),
            ([FIRM, STAFF], {}, OPEN_CALL, "to_specify", "to_specify"),
            ([], {}, OPEN_CALL, "eligible", "eligible"),
            ([FIRM, STAFF], {"audience": "firm", "staff": 9}, OPEN_CALL, "near", "near"),
            ([FIRM, STAFF], {"staff": 9}, OPEN_CALL, "near", "near"),
            ([FIRM, STAFF], {"audience": "firm", "staff": 250}, OPEN_CALL, "not_eligible", "not_eligible"),
            ([FIRM, STAFF], {"audience": "epci"}, OPEN_CALL, "not_eligible", "not_eligible"),
            ([PARTNERS], {"partnership": False}, OPEN_CALL, "near", "near"),
            (
                [PARTNERS, TRANSITION],
                {"partnership": False, "ecological_transition": False},
                OPEN_CALL,
                "not_eligible",
                "not_eligible",
            ),
            ([FIRM], {"audience": "firm"}, CLOSED_CALL, "not_open", "eligible"),
            ([FIRM], {}, UPCOMING_CALL, "not_open", "to_specify"),
            ([PARTNERS], {"partnership": False}, UPCOMING_CALL, "not_open", "near"),
            ([FIRM], {"audience": "epci"}, CLOSED_CALL, "not_eligible", "not_eligible"),
            ([FREE], {}, OPEN_CALL, "to_specify", "to_specify"),
        ],
    )
    def test_state_follows_the_table(self, criteria_, facts_, call, state, otherwise):
        found = verdict(Terms("scheme", tuple(criteria_), (call,)), Situation(**facts_), AT)

        assert (found.state, found.otherwise) == (state, otherwise)

    def test_a_near_miss_says_which_criterion_fails_and_what_would_change_it(self):
        found = verdict(Terms("s", (FIRM, STAFF), (OPEN_CALL,)), Situation(audience="firm", staff=9), AT)

        assert [obstacle.criterion for obstacle in found.obstacles] == [STAFF]
        assert found.change.code == "hire"
        assert dict(found.change.parameters) == {"missing": 1, "lower": 10}

    def test_a_scheme_that_is_not_open_gives_its_next_date(self):
        found = verdict(Terms("s", (), (UPCOMING_CALL,)), Situation(), AT)

        assert (found.call.state, found.call.next_at) == (CallState.UPCOMING, AT + timedelta(days=9))

    def test_every_reason_of_a_refusal_is_given(self):
        found = verdict(
            Terms("s", (FIRM, STAFF, PARTNERS), (OPEN_CALL,)),
            Situation(audience="epci", staff=3, partnership=False),
            AT,
        )

        assert [obstacle.reason for obstacle in found.obstacles] == [
            ReasonCode.AUDIENCE_NOT_SERVED,
            ReasonCode.STAFF_BELOW,
            ReasonCode.PARTNERSHIP_REQUIRED,
        ]

    def test_an_advisory_criterion_is_said_and_rejects_nothing(self):
        advisory = from_row({"kind": "partnership", "hard": False})

        found = verdict(Terms("s", (advisory,), (OPEN_CALL,)), Situation(partnership=False), AT)

        assert found.state is VerdictState.ELIGIBLE
        assert [finding.criterion for finding in found.advice] == [advisory]

    def test_the_question_that_settles_most_comes_first(self):
        sizes = from_row({"kind": "eu_size", "values": ["micro", "small", "medium"]})
        found = verdict(Terms("s", (sizes, STAFF, PARTNERS), (OPEN_CALL,)), Situation(), AT)

        assert found.questions == (
            QuestionCode.STAFF,
            QuestionCode.PARTNERSHIP,
            QuestionCode.TURNOVER,
            QuestionCode.BALANCE_SHEET,
        )

    def test_a_free_text_is_to_check_and_has_no_question(self):
        found = verdict(Terms("s", (FREE,), (OPEN_CALL,)), Situation(), AT)

        assert found.questions == ()
        assert [finding.criterion for finding in found.checks] == [FREE]

    def test_two_calls_of_the_same_key_are_refused(self):
        with pytest.raises(RuleError) as refused:
            Terms("s", (), (OPEN_CALL, OPEN_CALL))
        assert refused.value.code is Refusal.DUPLICATE_KEY


class TestVariants:
    NATIONAL = Call("a-national", is_permanent=True)
    OCCITANIE = Call(
        "occitanie", CLOSED_CALL.rounds, perimeter=Perimeter(frozenset({"REG-76"})), variant_of="a-national"
    )
    GARD = Call("gard", is_permanent=True, perimeter=Perimeter(frozenset({"DEP-30"})), variant_of="occitanie")
    ALSO_IN_GARD = Call("also-in-gard", CLOSED_CALL.rounds, perimeter=Perimeter(frozenset({"DEP-30"})))

    @pytest.mark.parametrize(
        ("place", "calls", "state", "call"),
        [
            (ALES, (NATIONAL, OCCITANIE), "not_open", "occitanie"),
            (frozenset({"REG-28"}), (NATIONAL, OCCITANIE), "eligible", "a-national"),
            (None, (NATIONAL, OCCITANIE), "to_specify", "a-national"),
            (ALES, (NATIONAL, OCCITANIE, GARD), "eligible", "gard"),
            (None, (NATIONAL, OCCITANIE, GARD), "to_specify", "a-national"),
            (ALES, (NATIONAL, ALSO_IN_GARD), "eligible", "a-national"),
            (None, (NATIONAL, ALSO_IN_GARD), "eligible", "a-national"),
            (ALES, (ALSO_IN_GARD,), "not_open", "also-in-gard"),
            (frozenset({"REG-28"}), (ALSO_IN_GARD,), "not_open", ""),
            (None, (ALSO_IN_GARD,), "not_open", "also-in-gard"),
            (None, (NATIONAL,), "eligible", "a-national"),
            (ALES, (), "not_open", ""),
        ],
    )
    def test_a_regional_variant_hides_the_national_call_for_its_place(self, place, calls, state, call):
        found = verdict(Terms("s", (), calls), Situation(place=place), AT)

        assert (found.state, found.call.call_key) == (state, call)

    def test_an_opening_that_depends_on_the_place_asks_for_it(self):
        found = verdict(Terms("s", (), (self.NATIONAL, self.OCCITANIE)), Situation(), AT)

        assert found.questions == (QuestionCode.PLACE,)
        assert found.open_points[0].reason is ReasonCode.CALL_DEPENDS_ON_PLACE

    @pytest.mark.parametrize("calls", [(OCCITANIE,), (NATIONAL, GARD)])
    def test_a_variant_of_a_call_that_is_not_there_is_refused(self, calls):
        with pytest.raises(RuleError) as refused:
            Terms("s", (), calls)
        assert (refused.value.code, refused.value.field) == (Refusal.BAD_VALUE, "variant_of")

    def test_variants_that_hide_each_other_are_refused(self):
        everywhere = Perimeter(frozenset({"PAYS-99100"}))
        with pytest.raises(RuleError):
            Terms(
                "s",
                (),
                (Call("a", perimeter=everywhere, variant_of="b"), Call("b", perimeter=everywhere, variant_of="a")),
            )

    @given(call_families(), st.sampled_from(LINEAGES))
    def test_an_opening_known_without_the_place_is_the_same_everywhere(self, calls, place):
        statuses = [status(call, AT) for call in calls]
        anywhere = opening_of(calls, statuses, None)
        here = opening_of(calls, statuses, place)

        assert here.truth is not Truth.UNKNOWN
        if anywhere.truth is not Truth.UNKNOWN:
            assert here.truth is anywhere.truth


class TestProperties:
    @settings(max_examples=200)
    @given(terms(), refined())
    def test_more_facts_never_unsettle_a_criterion_nor_save_a_refused_scheme(self, one, pair):
        before, after = (verdict(one, situation, AT) for situation in pair)
        later = {finding.criterion: finding.truth for finding in after.findings}

        for finding in before.findings:
            if finding.truth is not Truth.UNKNOWN:
                assert later[finding.criterion] is finding.truth
        if before.state is VerdictState.NOT_ELIGIBLE:
            assert after.state is VerdictState.NOT_ELIGIBLE

    @given(terms(), situations(), full_situations())
    def test_answering_every_question_leaves_only_free_texts(self, one, situation, answers):
        for _ in range(len(FACT_OF_QUESTION)):
            questions = verdict(one, situation, AT).questions
            if not questions:
                break
            name = FACT_OF_QUESTION[questions[0]]
            situation = situation.knowing(**{name: getattr(answers, name)})

        found = verdict(one, situation, AT)
        assert found.questions == ()
        assert {finding.criterion.kind for finding in found.open_points} <= {CriterionKind.FREE_TEXT}
        if not any(criterion.kind is CriterionKind.FREE_TEXT for criterion in one.criteria):
            assert VerdictState.TO_SPECIFY not in (found.state, found.otherwise)

    @given(terms(), situations())
    def test_every_unknown_has_a_question_unless_it_is_a_free_text(self, one, situation):
        for finding in verdict(one, situation, AT).findings:
            if finding.truth is Truth.UNKNOWN and finding.criterion:
                assert bool(finding.questions) or finding.criterion.kind is CriterionKind.FREE_TEXT

    @given(criteria((CriterionKind.PLACE,)), situations())
    def test_an_excluded_place_wins(self, criterion, situation):
        concerned = not criterion.applies_to or situation.audience in criterion.applies_to
        if concerned and situation.place and criterion.excluded & situation.place:
            assert evaluate(criterion, situation, AT.date()).truth is Truth.NOT_MET

    @given(terms(with_calls=False), full_situations(), st.data())
    def test_an_unknown_never_rejects_and_never_passes(self, one, situation, data):
        known = verdict(one, situation, AT).otherwise
        hidden = data.draw(st.sampled_from(sorted(facts())))

        without = verdict(one, situation.knowing(**{hidden: None}), AT).otherwise

        if known is VerdictState.ELIGIBLE:
            assert without in (VerdictState.ELIGIBLE, VerdictState.TO_SPECIFY)
        if without is VerdictState.NOT_ELIGIBLE:
            assert known is VerdictState.NOT_ELIGIBLE
        if without is VerdictState.ELIGIBLE:
            assert known is VerdictState.ELIGIBLE

    @given(terms())
    def test_nothing_known_rejects_nothing(self, one):
        assert verdict(one, Situation(), AT).otherwise in (VerdictState.ELIGIBLE, VerdictState.TO_SPECIFY)

    @given(terms(), situations(), st.randoms(use_true_random=False))
    def test_order_of_criteria_and_calls_never_matters(self, one, situation, random):
        shuffled = [*one.criteria, *one.criteria]
        random.shuffle(shuffled)
        other = Terms(one.key, tuple(shuffled), tuple(reversed(one.calls)))

        assert verdict(other, situation, AT) == verdict(one, situation, AT)

    @settings(max_examples=50)
    @given(terms(), situations())
    def test_facts_are_not_needed_to_be_exact_to_be_consistent(self, one, situation):
        """A verdict on bands holds for the ends of the bands."""
        banded = verdict(one, situation, AT)
        names = [name for name in ("staff", "jobs_created") if isinstance(getattr(situation, name), Band)]
        if banded.state in (VerdictState.ELIGIBLE, VerdictState.NOT_ELIGIBLE):
            for name in names:
                lowest = situation.knowing(**{name: as_band(getattr(situation, name)).lower})
                assert verdict(one, lowest, AT).state is banded.state


def test_excluded_places_are_tested_with_places_that_meet():
    """The strategies hold what the property about exclusion needs."""
    assert set(PLACES) & ALES


def test_ages_are_counted_on_the_day_in_paris():
    young = Terms("s", (from_row({"kind": "firm_age", "lower": 1}),), (OPEN_CALL,))
    situation = Situation(created_on=date(2025, 11, 25))

    last_minute = datetime(2026, 11, 24, 22, 59, tzinfo=UTC)
    assert verdict(young, situation, last_minute).state is VerdictState.NEAR
    assert verdict(young, situation, last_minute + timedelta(minutes=1)).state is VerdictState.ELIGIBLE
