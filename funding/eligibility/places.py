"""Where a rule applies: included codes less excluded ones, an excluded code always winning."""

import re
from dataclasses import dataclass

from funding.eligibility.errors import Refusal, RuleError

_CODE = re.compile(r"(?:COM|EPCI|EPT|DEP|REG|PAYS|TI|ZON)-[0-9A-Za-z-]+")


def check_place_code(code: object) -> None:
    """Refuse what is not a place code of the project (`COM-30007`, `REG-76`, `TI-2018-7602`)."""
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise RuleError(Refusal.BAD_VALUE, "place", code)


def is_covered(lineage: frozenset[str], included: frozenset[str], excluded: frozenset[str]) -> bool:
    """Whether a place, given by its own code and those of all that contains it, is included and not excluded."""
    if not excluded.isdisjoint(lineage):
        return False
    return not included or not included.isdisjoint(lineage)


@dataclass(frozen=True, slots=True)
class Perimeter:
    """No included code means everywhere but the excluded ones."""

    included: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()

    def __post_init__(self):
        for code in self.included | self.excluded:
            check_place_code(code)
        both = self.included & self.excluded
        if both:
            raise RuleError(Refusal.CONTRADICTORY_VALUE, "excluded", sorted(both)[0])

    def covers(self, lineage: frozenset[str]) -> bool:
        """Whether a place lies inside."""
        return is_covered(lineage, self.included, self.excluded)
