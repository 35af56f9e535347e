"""Size of a firm in the European sense, from its staff, turnover and balance sheet, each exact, banded or unknown.

Sources: Commission Recommendation 2003/361/EC, annex, article 2 (micro, small, medium), and Decree 2008-1354, article 3
(ETI and large firms above them). A firm is of the smallest size of which it respects the staff ceiling AND at least one
of the two financial ceilings. The rule that a size changes only after two accounting years in a row (article 4) is
left to the instructing service: the person gives the figures of the last closed year.
"""

from dataclasses import dataclass

from funding.eligibility.bands import Band, Number, as_band
from funding.eligibility.codes import EuSize
from funding.eligibility.questions import QuestionCode
from funding.eligibility.situation import Situation

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Fewer than `staff` people, and at most `turnover` or at most `balance_sheet` euros."""

    size: EuSize
    staff: int
    turnover: int
    balance_sheet: int


CEILINGS = (
    Ceilings(EuSize.MICRO, 10, 2 * _MILLION, 2 * _MILLION),
    Ceilings(EuSize.SMALL, 50, 10 * _MILLION, 10 * _MILLION),
    Ceilings(EuSize.MEDIUM, 250, 50 * _MILLION, 43 * _MILLION),
    Ceilings(EuSize.MID_CAP, 5_000, 1_500 * _MILLION, 2_000 * _MILLION),
)
_SIZES = tuple(EuSize)


@dataclass(frozen=True, slots=True)
class SizeAnswer:
    """Every size that the known figures allow, from smallest to largest, and what would narrow it.

    by_staff, by_finance    sizes allowed by staff alone and by the two financial ceilings alone: the intermediate
    answer questions               facts that are missing or too loose, when more than one size remains
    """

    sizes: tuple[EuSize, ...]
    by_staff: tuple[EuSize, ...]
    by_finance: tuple[EuSize, ...]
    questions: tuple[QuestionCode, ...]

    @property
    def size(self) -> EuSize | None:
        """The size, when only one is possible."""
        return self.sizes[0] if len(self.sizes) == 1 else None


def exact_size(staff: int, turnover: Number, balance_sheet: Number) -> EuSize:
    """Size of a firm whose three figures are known: the definition, word for word."""
    for ceilings in CEILINGS:
        finance = turnover <= ceilings.turnover or balance_sheet <= ceilings.balance_sheet
        if staff < ceilings.staff and finance:
            return ceilings.size
    return EuSize.LARGE


def possible_sizes(situation: Situation) -> SizeAnswer:
    """Sizes that the known figures allow.

    Each figure alone allows a run of sizes; turnover and balance sheet together give the smaller of theirs, and staff
    with finance the larger of theirs. The smaller and the larger of independent runs are runs too, so both ends are
    enough.
    """
    staff = as_band(situation.staff)
    turnover = as_band(situation.turnover)
    balance_sheet = as_band(situation.balance_sheet)
    by_staff = _ranks(staff, [ceilings.staff - 1 for ceilings in CEILINGS])
    by_turnover = _ranks(turnover, [ceilings.turnover for ceilings in CEILINGS])
    by_balance = _ranks(balance_sheet, [ceilings.balance_sheet for ceilings in CEILINGS])
    by_finance = (min(by_turnover[0], by_balance[0]), min(by_turnover[1], by_balance[1]))
    lowest, highest = max(by_staff[0], by_finance[0]), max(by_staff[1], by_finance[1])
    questions: tuple[QuestionCode, ...] = ()
    if lowest != highest:
        asked = [(by_staff, QuestionCode.STAFF if situation.staff is None else QuestionCode.STAFF_EXACT)]
        if by_finance[1] > lowest:
            asked += [(by_turnover, QuestionCode.TURNOVER), (by_balance, QuestionCode.BALANCE_SHEET)]
        questions = tuple(question for ranks, question in asked if ranks[0] != ranks[1] and ranks[1] > lowest)
    return SizeAnswer(_run((lowest, highest)), _run(by_staff), _run(by_finance), questions)


def _ranks(figure: Band, ceilings: list[int]) -> tuple[int, int]:
    """First and last rank of the sizes that a figure allows, given the highest figure of each size but the last."""
    last = len(ceilings)
    lower = sum(figure.lower > ceiling for ceiling in ceilings)
    upper = last if figure.upper is None else sum(figure.upper > ceiling for ceiling in ceilings)
    return lower, upper


def _run(ranks: tuple[int, int]) -> tuple[EuSize, ...]:
    return _SIZES[ranks[0] : ranks[1] + 1]
