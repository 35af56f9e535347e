from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funding.eligibility.calls import Call, Round, changes
from funding.eligibility.codes import VerdictState
from funding.eligibility.criteria import from_row
from funding.eligibility.errors import Refusal, RuleError
from funding.eligibility.naf import Naf
from funding.eligibility.questions import QuestionCode
from funding.eligibility.rulebook import Rulebook
from funding.eligibility.situation import Situation
from funding.eligibility.verdict import Terms, verdict
from tests.funding.eligibility.strategies import AT, OPEN_CALL, instants, situations, terms
from tests.funding.eligibility.test_findings import CASES

SCHEMES = [terms(key=f"scheme-{index}") for index in range(8)]
NUMBERS = st.integers(0, 8)


@st.composite
def libraries(draw):
    return [draw(scheme) for scheme in SCHEMES[: draw(NUMBERS)]]


@given(libraries(), situations(), instants())
def test_rulebook_gives_what_the_plain_path_gives(library, situation, at):
    found = Rulebook.compile(library).verdicts(situation, at)

    expected = [verdict(one, situation, at) for one in library]
    assert found.states() == {one.key: one.state for one in expected}
    assert list(found) == expected
    assert [found[one.key] for one in expected] == expected
    assert [found.state_of(one.key) for one in expected] == [one.state for one in expected]
    for state in VerdictState:
        assert list(found.of(state)) == [one for one in expected if one.state is state]
        assert found.counts[state] == len(found.keys(state)) == sum(one.state is state for one in expected)
        for otherwise in VerdictState:
            assert found.keys(state, otherwise) == [
                one.key for one in expected if (one.state, one.otherwise) == (state, otherwise)
            ]
    questions_come_by_the_schemes_they_settle(found)
    schemes_of_a_state_come_by_closing(found, at)


def questions_come_by_the_schemes_they_settle(found):
    touched = Counter(question for one in found.of(VerdictState.TO_SPECIFY) for question in one.questions)
    order = list(QuestionCode)
    assert found.questions() == tuple(sorted(touched, key=lambda q: (-touched[q], order.index(q))))


def schemes_of_a_state_come_by_closing(found, at):
    for state in VerdictState:
        keys = found.by_closing(state)
        assert sorted(keys) == sorted(found.keys(state))
        assert found.some_keys(state, 1, 3) == found.keys(state)[1:3]
        closings = [found[key].call.closes_at for key in keys]
        assert closings == sorted(closings, key=lambda closing: (closing is None, closing or at))


@settings(max_examples=30)
@given(libraries(), situations())
def test_rulebook_agrees_on_both_sides_of_every_change(library, situation):
    """The same rulebook, asked about one instant after another, never answers from the wrong one."""
    rulebook = Rulebook.compile(library)
    for instant in sorted({instant for one in library for call in one.calls for instant in changes(call)}):
        for at in (instant - timedelta(microseconds=1), instant):
            assert list(rulebook.verdicts(situation, at)) == [verdict(one, situation, at) for one in library]


def test_rulebook_gives_what_the_plain_path_gives_in_a_crowd():
    """Many schemes that bear the same criteria, of which several fail, within reach and out of it."""
    random = Random(20201215)
    written = [from_row({"kind": kind, **row}) for kind, row, *_ in CASES]
    library = [
        Terms(f"scheme-{n}", tuple(random.sample(written, random.randint(1, 3))), (OPEN_CALL,)) for n in range(400)
    ]
    rulebook = Rulebook.compile(library)
    seen = Counter()
    for _ in range(40):
        facts = {name: value for case in random.sample(CASES, 12) for name, value in case[2].items()}
        facts |= {"naf": Naf.of(facts["naf"])} if "naf" in facts else {}
        situation = Situation(**facts)
        found = rulebook.verdicts(situation, AT)
        expected = [verdict(one, situation, AT) for one in library]
        assert list(found) == expected
        seen.update(
            (one.state, len(one.obstacles), one.obstacles[0].change is not None) for one in expected if one.obstacles
        )
    assert seen[VerdictState.NEAR, 1, True] > 100
    assert seen[VerdictState.NOT_ELIGIBLE, 1, False] > 100
    assert seen[VerdictState.NOT_ELIGIBLE, 2, True] > 100


def test_reasons_are_shared_between_schemes():
    firm = from_row({"kind": "audience", "values": ["firm"]})
    library = [Terms(key, (firm,), (OPEN_CALL,)) for key in ("one", "two")]

    found = Rulebook.compile(library).verdicts(Situation(audience="epci"), AT)

    assert found["one"].findings[0] is found["two"].findings[0]


def test_two_schemes_of_one_key_are_refused():
    with pytest.raises(RuleError) as refused:
        Rulebook.compile([Terms("same"), Terms("same")])
    assert refused.value.code is Refusal.DUPLICATE_KEY


def test_an_unknown_key_has_no_verdict():
    found = Rulebook.compile([Terms("known")]).verdicts(Situation(), AT)

    with pytest.raises(KeyError):
        found["unknown"]


def test_a_naive_instant_is_refused():
    with pytest.raises(RuleError) as refused:
        Rulebook.compile([]).verdicts(Situation(), AT.replace(tzinfo=None))
    assert refused.value.code is Refusal.BAD_INSTANT


def test_answers_kept_between_two_changes_do_not_grow_without_end():
    days = [AT + timedelta(days=day) for day in range(60)]
    rounds = tuple(Round(day, day + timedelta(hours=12)) for day in days)
    rulebook = Rulebook.compile([Terms("daily", (), (Call("daily", rounds),))])

    for day in days:
        assert rulebook.verdicts(Situation(), day).counts[VerdictState.ELIGIBLE] == 1
        assert rulebook.verdicts(Situation(), day + timedelta(hours=13)).counts[VerdictState.ELIGIBLE] == 0
    assert len(rulebook._usable) <= 16
