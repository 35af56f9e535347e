import json
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from funding.eligibility import versioning
from funding.eligibility.calls import Call, Round
from funding.eligibility.criteria import from_row
from funding.eligibility.rulebook import Rulebook
from funding.eligibility.situation import Situation
from funding.eligibility.verdict import Terms, verdict
from funding.eligibility.versioning import RULES_VERSION, DifferenceKind, differences, fingerprint, kept
from tests.funding.eligibility.strategies import AT, OPEN_CALL, situations, terms

FIRM = from_row({"kind": "audience", "values": ["firm"]})
STAFF = from_row({"kind": "staff_range", "lower": 10})


def call_until(days):
    return Call("call", (Round(None, AT + timedelta(days=days)),))


def test_fingerprint_is_the_same_from_one_process_to_the_next():
    """Frozen on purpose: a kept verdict names its rules by it. It changes with RULES_VERSION only."""
    library = [Terms("vte", (FIRM, STAFF), (call_until(5),)), Terms("dsil", (), (OPEN_CALL,))]

    assert RULES_VERSION == "2026.11.1"
    assert fingerprint(library) == "8feeff6b0c0da77b6e601262180c02613467b3792210dffbb541c2adc98a4c11"


@given(st.lists(terms(), max_size=3), st.randoms(use_true_random=False))
def test_fingerprint_does_not_depend_on_order(found, random):
    library = [Terms(f"scheme-{index}", one.criteria, one.calls) for index, one in enumerate(found)]
    shuffled = library.copy()
    random.shuffle(shuffled)

    assert fingerprint(shuffled) == fingerprint(library) == Rulebook.compile(library).fingerprint


def test_fingerprint_changes_with_any_part_of_the_terms(monkeypatch):
    base = Terms("vte", (FIRM,), (call_until(5),))
    others = [
        Terms("vta", (FIRM,), (call_until(5),)),
        Terms("vte", (FIRM, STAFF), (call_until(5),)),
        Terms("vte", (from_row({"kind": "audience", "values": ["firm"], "hard": False}),), (call_until(5),)),
        Terms("vte", (FIRM,), (call_until(6),)),
        Terms("vte", (FIRM,), (Call("call", call_until(5).rounds, exhausted_from=AT),)),
        Terms("vte", (FIRM,), (Call("call", call_until(5).rounds, suspended_from=AT),)),
        Terms("vte", (FIRM,), (Call("call", call_until(5).rounds, exists_until=AT),)),
        Terms("vte", (FIRM,)),
    ]
    found = {fingerprint([one]) for one in [base, *others]}
    monkeypatch.setattr(versioning, "RULES_VERSION", "another")
    found.add(fingerprint([base]))

    assert len(found) == len(others) + 2


@given(terms(), situations())
def test_a_kept_verdict_survives_json_and_equals_itself(one, situation):
    stored = kept(verdict(one, situation, AT))

    assert json.loads(json.dumps(stored)) == stored
    assert differences({"s": stored}, {"s": kept(verdict(one, situation, AT))}) == ()


def test_differences_name_what_changed():
    firm = Situation(audience="firm", staff=45)

    def keep(criteria, call, situation=firm):
        return kept(verdict(Terms("s", criteria, (call,)), situation, AT))

    old = {
        "gone": keep((), OPEN_CALL),
        "moved": keep((FIRM,), call_until(5)),
        "refused": keep((FIRM,), OPEN_CALL),
        "same": keep((FIRM,), OPEN_CALL),
        "told-otherwise": keep((FIRM,), OPEN_CALL),
    }
    new = {
        "moved": keep((FIRM,), call_until(9)),
        "new": keep((), OPEN_CALL),
        "refused": keep((FIRM,), OPEN_CALL, Situation(audience="epci")),
        "same": keep((FIRM,), OPEN_CALL),
        "told-otherwise": keep((FIRM, STAFF), OPEN_CALL),
    }

    found = differences(old, new)

    assert [(one.key, one.kind) for one in found] == [
        ("gone", DifferenceKind.GONE_SCHEME),
        ("moved", DifferenceKind.CALL),
        ("new", DifferenceKind.NEW_SCHEME),
        ("refused", DifferenceKind.STATE),
        ("told-otherwise", DifferenceKind.REASONS),
    ]
    assert (found[0].after, found[2].before) == (None, None)
    assert (found[3].before["state"], found[3].after["state"]) == ("eligible", "not_eligible")
