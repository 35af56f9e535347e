"""The list as it was read, and what can be wrong with it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

SHOWN_PROBLEMS = 20


@dataclass(frozen=True)
class Problem:
    """One fault of a file. `code` is stable, `message` is a French sentence, `line` counts from the header, line 1."""

    code: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        return f"Ligne {self.line} : {self.message}" if self.line else self.message


class ListingError(Exception):
    """The file is refused. `problems` holds every fault found, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(self.sentences()))

    def sentences(self) -> list[str]:
        """What to show: the first faults, and how many are left."""
        shown = [str(problem) for problem in self.problems[:SHOWN_PROBLEMS]]
        rest = len(self.problems) - len(shown)
        return shown + ([f"Et {rest} autre{'s' if rest > 1 else ''} erreur{'s' if rest > 1 else ''}."] if rest else [])


@dataclass(frozen=True)
class ListedMember:
    """One row of the list: a member of a territory. `number` has four digits, `siren` nine."""

    line: int
    number: str
    territory: str
    siren: str
    name: str = ""


@dataclass(frozen=True)
class Listing:
    """A list that was read whole. `label` names the edition; empty, its date will."""

    members: tuple[ListedMember, ...]
    label: str = ""

    @property
    def digest(self) -> str:
        """Fingerprint of what the list says: the same for the CSV and the XLSX of one list, whatever its order."""
        facts = sorted([row.number, row.territory, row.siren] for row in self.members)
        return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()
