"""What can be added up: schemes that exclude each other, and what is left of the de minimis ceiling.

Sources: Regulation (EU) 2023/2831, article 3(2): 300,000 € per single undertaking and Member State over any period
of three years, since 1 January 2024. Before it, Regulation (EU) 1407/2013, article 3(2): 200,000 € over three fiscal
years, the current one and the two before. Sectors with ceilings of their own (road haulage before 2024, farming,
fishing) are not computed: the wording says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from funding.eligibility.bands import Number
from funding.eligibility.codes import Truth
from funding.eligibility.errors import Refusal, RuleError
from funding.eligibility.situation import DeclaredAid, Situation


class DeMinimisRegime(StrEnum):
    ROLLING_THREE_YEARS = "rolling_three_years"
    THREE_FISCAL_YEARS = "three_fiscal_years"


ROLLING_FROM = date(2024, 1, 1)
CEILINGS: dict[DeMinimisRegime, Decimal] = {
    DeMinimisRegime.ROLLING_THREE_YEARS: Decimal(300_000),
    DeMinimisRegime.THREE_FISCAL_YEARS: Decimal(200_000),
}


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Two schemes that one project cannot have together; the order of the two does not matter."""

    schemes: frozenset[str]
    reason: str = ""
    link: str = ""

    def __post_init__(self):
        object.__setattr__(self, "schemes", frozenset(self.schemes))
        if len(self.schemes) != 2:
            raise RuleError(Refusal.CONTRADICTORY_VALUE, "schemes", sorted(self.schemes))

    def other_than(self, key: str) -> str:
        """The other scheme of the pair."""
        return next(iter(self.schemes - {key}))


def exclusions_met(key: str, situation: Situation, exclusions: Iterable[Exclusion]) -> tuple[Exclusion, ...] | None:
    """Exclusions that a scheme meets among those already obtained, in the order of the other scheme's key.

    None when nothing is known of what was obtained and an exclusion names this scheme: it remains to be asked.
    """
    naming = [exclusion for exclusion in exclusions if key in exclusion.schemes]
    if not naming:
        return ()
    if situation.schemes_obtained is None:
        return None
    met = [exclusion for exclusion in naming if exclusion.other_than(key) in situation.schemes_obtained]
    return tuple(sorted(met, key=lambda exclusion: exclusion.other_than(key)))


def clashes(keys: Iterable[str], exclusions: Iterable[Exclusion]) -> tuple[Exclusion, ...]:
    """Pairs that cannot stand together among schemes that somebody thinks of combining."""
    chosen = frozenset(keys)
    return tuple(sorted((e for e in exclusions if e.schemes <= chosen), key=lambda e: sorted(e.schemes)))


@dataclass(frozen=True, slots=True)
class Headroom:
    """What is left under the de minimis ceiling on a day.

    counted    aids that count in the period, by date
    left       euros left; None when no aid was declared, not even « none »
    since      first day of the period
    """

    regime: DeMinimisRegime
    ceiling: Decimal
    since: date
    counted: tuple[DeclaredAid, ...]
    left: Decimal | None

    @property
    def used(self) -> Decimal | None:
        return None if self.left is None else sum((Decimal(aid.amount) for aid in self.counted), Decimal(0))

    def allows(self, amount: Number) -> Truth:
        """Whether a new de minimis aid fits; UNKNOWN when nothing was declared and it is under the ceiling."""
        if self.left is None:
            return Truth.NOT_MET if amount > self.ceiling else Truth.UNKNOWN
        return Truth.MET if amount <= self.left else Truth.NOT_MET

    def excess(self, amount: Number) -> Decimal | None:
        """Euros by which a new aid would go over; zero when it fits, None when not known."""
        if self.left is None:
            return None
        return max(Decimal(amount) - self.left, Decimal(0))


def headroom(situation: Situation, on: date) -> Headroom:
    """What is left for an aid granted on a day, from the aids that the firm declares (its whole group's).

    Aids granted after that day do not count, nor those that are not de minimis. Fiscal years are taken as calendar
    years.
    """
    if on >= ROLLING_FROM:
        regime, since = DeMinimisRegime.ROLLING_THREE_YEARS, _day_after(_three_years_before(on))
    else:
        regime, since = DeMinimisRegime.THREE_FISCAL_YEARS, date(on.year - 2, 1, 1)
    ceiling = CEILINGS[regime]
    if situation.aids is None:
        return Headroom(regime, ceiling, since, (), None)
    counted = sorted(
        (aid for aid in situation.aids if aid.is_de_minimis and since <= aid.granted_on <= on),
        key=lambda aid: (aid.granted_on, aid.amount),
    )
    used = sum((Decimal(aid.amount) for aid in counted), Decimal(0))
    return Headroom(regime, ceiling, since, tuple(counted), max(ceiling - used, Decimal(0)))


def _three_years_before(on: date) -> date:
    try:
        return on.replace(year=on.year - 3)
    except ValueError:  # 29 February
        return date(on.year - 3, 2, 28)


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
