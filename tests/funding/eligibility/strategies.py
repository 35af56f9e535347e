"""Small worlds for hypothesis: few places and values, so that rules and facts meet often.

Strategies drawn from in a loop are built once: building them costs far more than drawing.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from funding.eligibility.bands import Band
from funding.eligibility.calls import Call, Round
from funding.eligibility.codes import AudienceCode, CriterionKind, EuSize, ExpenseNature, Operator, ProjectNature
from funding.eligibility.criteria import OPERATOR_OF_KIND, Criterion
from funding.eligibility.naf import Naf
from funding.eligibility.places import Perimeter
from funding.eligibility.situation import Situation
from funding.eligibility.verdict import Terms

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

PLACES = ("COM-30007", "COM-76540", "DEP-30", "DEP-76", "REG-76", "REG-28", "PAYS-99100", "TI-2018-7602")
LINEAGES = (
    frozenset({"COM-30007", "DEP-30", "REG-76", "TI-2018-7602", "PAYS-99100"}),
    frozenset({"COM-76540", "DEP-76", "REG-28", "PAYS-99100"}),
    frozenset({"DEP-30", "REG-76", "PAYS-99100"}),
    frozenset({"COM-97302", "REG-03"}),
)
NAF_VALUES = ("C", "B", "25", "25.6", "25.62", "25.62B", "10", "62.01Z")
NAF_FACTS = ("C", "25", "25.6", "25.62B", "25.62A", "10.11Z", "62.01Z", "01.11Z")
LEGAL_VALUES = ("5", "57", "5710", "5499", "7", "9220")
LEGAL_FACTS = ("5", "57", "5710", "5720", "5499", "7346", "9220")
AUDIENCES = (AudienceCode.FIRM, AudienceCode.EPCI, AudienceCode.ASSOCIATION)
NATURES = (ProjectNature.VTE_RECRUITMENT, ProjectNature.SITE_LAYOUT, ProjectNature.BROWNFIELD)
EXPENSES = (ExpenseNature.WAGES, ExpenseNature.LAND, ExpenseNature.EQUIPMENT)

_VALUES = {
    CriterionKind.PLACE: PLACES,
    CriterionKind.AUDIENCE: AUDIENCES,
    CriterionKind.EU_SIZE: tuple(EuSize),
    CriterionKind.NAF: NAF_VALUES,
    CriterionKind.LEGAL_FORM: LEGAL_VALUES,
    CriterionKind.PROJECT_NATURE: NATURES,
    CriterionKind.EXPENSE_NATURE: EXPENSES,
}
_BOUNDS = {
    CriterionKind.STAFF_RANGE: (0, 10, 45, 250),
    CriterionKind.FIRM_AGE: (1, 3, 8),
    CriterionKind.PROJECT_AMOUNT: (0, 10_000, Decimal("50000.50"), 1_000_000),
    CriterionKind.JOBS_CREATED: (0, 2, 5, 20),
}
DECIDABLE_KINDS = tuple(kind for kind in CriterionKind if kind is not CriterionKind.FREE_TEXT)


def _pair(bounds):
    """A lower and an upper bound in order, either of which may be missing, not both."""
    one = st.sampled_from(bounds)
    return st.one_of(
        st.tuples(one, st.none()),
        st.tuples(st.none(), one),
        st.tuples(one, one).map(lambda pair: (min(pair), max(pair))),
    )


_HARD = st.sampled_from((True, True, True, False))
_APPLIES_TO = st.sampled_from((frozenset(), frozenset(), frozenset({"firm"}), frozenset({"epci"})))
_SOME_VALUES = {
    kind: st.lists(st.sampled_from(values), min_size=1, max_size=4, unique=True) for kind, values in _VALUES.items()
}
_PAIRS = {kind: _pair(bounds) for kind, bounds in _BOUNDS.items()}


@cache
def criteria(kinds=tuple(CriterionKind)):
    return _criteria(st.sampled_from(kinds))


@st.composite
def _criteria(draw, kinds):
    kind = draw(kinds)
    operator = OPERATOR_OF_KIND[kind]
    written = {
        "kind": kind,
        "operator": operator,
        "hard": draw(_HARD),
        "applies_to": draw(_APPLIES_TO),
        "text": "La condition telle que publiée",
    }
    if operator is Operator.AMONG:
        values = draw(_SOME_VALUES[kind])
        cut = draw(st.integers(0, len(values)))
        written |= {"values": frozenset(values[:cut]), "excluded": frozenset(values[cut:])}
    elif operator is Operator.BETWEEN:
        written["lower"], written["upper"] = draw(_PAIRS[kind])
    elif operator is Operator.IS and kind is not CriterionKind.WORK_NOT_STARTED:
        written["expected"] = draw(st.booleans())
    return Criterion(**written)


@cache
def instants():
    return st.integers(-90 * 24, 90 * 24).map(lambda hours: AT + timedelta(hours=hours))


_ZONES = st.sampled_from(("Europe/Paris", "America/Cayenne", "Indian/Reunion"))
_MOSTLY_TRUE = st.sampled_from((True, True, False))


@st.composite
def _rounds(draw):
    opens_at, closes_at = sorted((draw(instants()), draw(instants())))
    return Round(
        opens_at if draw(_MOSTLY_TRUE) else None,
        closes_at if draw(_MOSTLY_TRUE) else None,
        draw(_ZONES),
        draw(_RARE_INSTANTS),
    )


def rarely(strategy):
    return st.one_of(st.none(), st.none(), st.none(), strategy)


@cache
def rounds():
    return _rounds()


_RARE_INSTANTS = rarely(instants())
_SOME_ROUNDS = st.lists(rounds(), max_size=3)
_SOMETIMES = st.sampled_from((False, False, True))


@st.composite
def calls(draw, key="call", perimeter=None, variant_of=None):
    return Call(
        key,
        tuple(draw(_SOME_ROUNDS)),
        is_permanent=draw(_SOMETIMES),
        suspended_from=draw(_RARE_INSTANTS),
        suspended_until=draw(_RARE_INSTANTS),
        exhausted_from=draw(_RARE_INSTANTS),
        exists_from=draw(_RARE_INSTANTS),
        exists_until=draw(_RARE_INSTANTS),
        perimeter=perimeter,
        variant_of=variant_of,
    )


@cache
def call_families():
    """Up to four calls of one scheme; one with a perimeter may be a variant of any before it."""
    return _call_families()


@st.composite
def _call_families(draw):
    found = []
    for index in range(draw(_FAMILY_SIZES)):
        perimeter = draw(_MAYBE_PERIMETER)
        earlier = st.sampled_from([call.key for call in found]) if found else st.none()
        variant_of = draw(st.one_of(st.none(), earlier)) if perimeter else None
        found.append(draw(calls(f"call-{index}", perimeter, variant_of)))
    return tuple(found)


@cache
def perimeters():
    codes = st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique=True)
    return codes.map(lambda found: Perimeter(frozenset(found[:2]), frozenset(found[2:])))


_FAMILY_SIZES = st.integers(0, 4)
_MAYBE_PERIMETER = st.one_of(st.none(), perimeters())
OPEN_CALL = Call("open", is_permanent=True)


@cache
def _some_criteria(kinds):
    return st.lists(criteria(kinds), max_size=5)


@st.composite
def terms(draw, key="scheme", kinds=tuple(CriterionKind), with_calls=True):
    chosen = draw(_some_criteria(kinds))
    if not with_calls:
        return Terms(key, tuple(chosen), (OPEN_CALL,))
    return Terms(key, tuple(chosen), draw(call_families()))


def figures(*bounds):
    exact = st.sampled_from(bounds)
    band = st.tuples(exact, exact).map(lambda pair: Band(min(pair), max(pair)))
    return st.one_of(exact, band, exact.map(lambda lower: Band(lower, None)))


def exact_figures(*bounds):
    return st.sampled_from(bounds)


_STAFF = (0, 5, 9, 10, 45, 49, 50, 249, 250, 6_000)
_MONEY = (0, 1_000_000, 2_000_000, 6_000_000, 45_000_000, 60_000_000, 3_000_000_000)
_COSTS = (0, 5_000, 10_000, Decimal("50000.50"), 800_000, 1_000_000, 9_000_000)
_JOBS = (0, 1, 4, 5, 30)


def subsets(values):
    return st.frozensets(st.sampled_from(values), max_size=len(values))


@cache
def facts(*, exact=False):
    """A strategy for each fact of a situation, never None; with `exact`, none that is loose or coarse."""
    number = exact_figures if exact else figures
    return {
        "audience": st.sampled_from(AUDIENCES),
        "place": st.sampled_from(LINEAGES),
        "staff": number(*_STAFF),
        "turnover": number(*_MONEY),
        "balance_sheet": number(*_MONEY),
        "autonomous": st.booleans(),
        "naf": st.sampled_from([code for code in NAF_FACTS if len(code) == 6 or not exact]).map(Naf.of),
        "legal_category": st.sampled_from([code for code in LEGAL_FACTS if len(code) == 4 or not exact]),
        "created_on": st.dates(date(2010, 1, 1), date(2027, 12, 31)),
        "project_natures": subsets(NATURES),
        "expense_natures": subsets(EXPENSES),
        "project_amount": number(*_COSTS),
        "jobs_created": number(*_JOBS),
        "ecological_transition": st.booleans(),
        "public_works": st.booleans(),
        "partnership": st.booleans(),
        "work_started": st.booleans(),
    }


@cache
def situations(*, exact=False):
    optional = {name: st.one_of(st.none(), strategy) for name, strategy in facts(exact=exact).items()}
    return st.builds(Situation, **optional)


@cache
def full_situations():
    return st.builds(Situation, **facts(exact=True))
