"""Small worlds for hypothesis: few places and values, so that rules and facts meet often."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

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


@st.composite
def criteria(draw, kinds=tuple(CriterionKind)):
    kind = draw(st.sampled_from(kinds))
    operator = OPERATOR_OF_KIND[kind]
    written = {
        "kind": kind,
        "operator": operator,
        "hard": draw(st.sampled_from((True, True, True, False))),
        "applies_to": draw(st.sampled_from((frozenset(), frozenset(), frozenset({"firm"}), frozenset({"epci"})))),
        "text": "La condition telle que publiée",
    }
    if operator is Operator.AMONG:
        values = draw(st.lists(st.sampled_from(_VALUES[kind]), min_size=1, max_size=4, unique=True))
        cut = draw(st.integers(0, len(values)))
        written |= {"values": frozenset(values[:cut]), "excluded": frozenset(values[cut:])}
    elif operator is Operator.BETWEEN:
        written["lower"], written["upper"] = draw(_pair(_BOUNDS[kind]))
    elif operator is Operator.IS and kind is not CriterionKind.WORK_NOT_STARTED:
        written["expected"] = draw(st.booleans())
    return Criterion(**written)


def instants():
    return st.integers(-90 * 24, 90 * 24).map(lambda hours: AT + timedelta(hours=hours))


@st.composite
def rounds(draw):
    opens_at, closes_at = sorted((draw(instants()), draw(instants())))
    return Round(
        draw(st.sampled_from((opens_at, opens_at, None))),
        draw(st.sampled_from((closes_at, closes_at, None))),
        draw(st.sampled_from(("Europe/Paris", "America/Cayenne", "Indian/Reunion"))),
        draw(rarely(instants())),
    )


def rarely(strategy):
    return st.one_of(st.none(), st.none(), st.none(), strategy)


@st.composite
def calls(draw, key="call", perimeter=None, variant_of=None):
    return Call(
        key,
        tuple(draw(st.lists(rounds(), max_size=3))),
        is_permanent=draw(st.sampled_from((False, False, True))),
        suspended_from=draw(rarely(instants())),
        suspended_until=draw(rarely(instants())),
        exhausted_from=draw(rarely(instants())),
        exists_from=draw(rarely(instants())),
        exists_until=draw(rarely(instants())),
        perimeter=perimeter,
        variant_of=variant_of,
    )


@st.composite
def call_families(draw):
    """Up to four calls of one scheme; one with a perimeter may be a variant of any before it."""
    found = []
    for index in range(draw(st.integers(0, 4))):
        perimeter = draw(st.one_of(st.none(), perimeters()))
        earlier = st.sampled_from([call.key for call in found]) if found else st.none()
        variant_of = draw(st.one_of(st.none(), earlier)) if perimeter else None
        found.append(draw(calls(f"call-{index}", perimeter, variant_of)))
    return tuple(found)


def perimeters():
    codes = st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique=True)
    return codes.map(lambda found: Perimeter(frozenset(found[:2]), frozenset(found[2:])))


OPEN_CALL = Call("open", is_permanent=True)


@st.composite
def terms(draw, key="scheme", kinds=tuple(CriterionKind), with_calls=True):
    chosen = draw(st.lists(criteria(kinds), max_size=5))
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


def situations(*, exact=False):
    optional = {name: st.one_of(st.none(), strategy) for name, strategy in facts(exact=exact).items()}
    return st.builds(Situation, **optional)


def full_situations():
    return st.builds(Situation, **facts(exact=True))
