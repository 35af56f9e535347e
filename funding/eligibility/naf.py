"""Activity codes at any level: section, division, group, class, sub-class."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from funding.eligibility.errors import FactError, Refusal, RuleError

_FORM = re.compile(r"([A-U])|([0-9]{2})(?:\.?([0-9])(?:([0-9])([A-Z])?)?)?")

_FINEST = len("25.62B")

_SECTION_RANGES = (
    ("A", 1, 3), ("B", 5, 9), ("C", 10, 33), ("D", 35, 35), ("E", 36, 39), ("F", 41, 43), ("G", 45, 47),
    ("H", 49, 53), ("I", 55, 56), ("J", 58, 63), ("K", 64, 66), ("L", 68, 68), ("M", 69, 75), ("N", 77, 82),
    ("O", 84, 84), ("P", 85, 85), ("Q", 86, 88), ("R", 90, 93), ("S", 94, 96), ("T", 97, 98), ("U", 99, 99),
)  # fmt: skip

# Parent map of NAF rév. 2 (INSEE, in force since 2008). NAF 2025 moves sections: give its own map then.
NAF_REV2_SECTIONS: Mapping[str, str] = MappingProxyType(
    {f"{division:02d}": section for section, first, last in _SECTION_RANGES for division in range(first, last + 1)}
)


def normalised(code: str) -> str:
    """Return a code in its dotted form: « 2562b », « 25.62 B » and « 25.62B » give « 25.62B ».

    Raises RuleError(BAD_VALUE) for what is not a code of any level.
    """
    compact = re.sub(r"\s", "", code).upper() if isinstance(code, str) else ""
    match = _FORM.fullmatch(compact)
    if not match:
        raise RuleError(Refusal.BAD_VALUE, "naf", code)
    section, division, group, klass, subclass = match.groups(default="")
    return section or division + (f".{group}{klass}{subclass}" if group else "")


def lineage(code: str, sections: Mapping[str, str] = NAF_REV2_SECTIONS) -> frozenset[str]:
    """A code in its dotted form with all that contains it, itself included."""
    if code.isalpha():
        return frozenset({code})
    levels = {code[:length] for length in (2, 4, 5, 6) if length <= len(code)}
    section = sections.get(code[:2])
    return frozenset(levels | {section} if section else levels)


@dataclass(frozen=True, slots=True)
class Naf:
    """A firm's main activity, known at the level of `code`. Build it with `Naf.of`."""

    code: str
    lineage: frozenset[str]
    sections: Mapping[str, str] = field(repr=False, compare=False)

    @classmethod
    def of(cls, code: str, sections: Mapping[str, str] = NAF_REV2_SECTIONS) -> "Naf":
        """Read a code of any level; `sections` gives the section of each division. Raises FactError(BAD_VALUE)."""
        try:
            dotted = normalised(code)
        except RuleError as error:
            raise FactError(error.code, "naf", code) from error
        if dotted[:2].isdigit() and dotted[:2] not in sections:
            raise FactError(Refusal.BAD_VALUE, "naf", code)
        return cls(dotted, lineage(dotted, sections), sections)

    @property
    def is_finest(self) -> bool:
        """Whether no code is finer than this one."""
        return len(self.code) == _FINEST

    def may_be(self, value: str) -> bool:
        """Whether `value` lies inside this code, so that a finer code could turn out to be it."""
        if self.code.isalpha():
            return not value.isalpha() and self.sections.get(value[:2]) == self.code
        return self.code != value and value.startswith(self.code)
