"""From a list and what is known to a plan. Pure: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from territories.enums import Wave
from territories.official_list.listing import ListedMember, Listing, ListingError, Problem

# First and last day of each wave. A wave without a last day is the current one.
PERIODS: dict[int, tuple[date, date | None]] = {
    Wave.FIRST: (date(2018, 11, 22), date(2022, 12, 31)),
    Wave.CURRENT: (date(2023, 11, 9), None),
}
MAX_CLOSED_SHARE = 0.05


@dataclass(frozen=True)
class KnownTerritory:
    number: str
    name: str
    members: frozenset[str]
    is_open: bool = True


@dataclass(frozen=True)
class Known:
    """What the database holds, as far as a list is concerned.

    `members` gives the code of the place behind a SIREN; `names` the name behind a code. `basis` is the fingerprint of
    all this but the SIREN: a plan only applies to what it was made from.
    """

    territories: Mapping[str, KnownTerritory] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    regions: frozenset[str] = frozenset()
    newest: date | None = None
    newest_digest: str = ""
    basis: str = ""


@dataclass(frozen=True)
class NewTerritory:
    number: str
    name: str
    members: tuple[str, ...]
    is_reopened: bool = False


@dataclass(frozen=True)
class Rename:
    number: str
    before: str
    after: str


@dataclass(frozen=True)
class MemberChange:
    number: str
    name: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True)
class Closure:
    number: str
    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What applying a list would change. Members are codes of places; `names` gives their names."""

    wave: int
    as_of: date
    label: str
    digest: str
    basis: str
    new: tuple[NewTerritory, ...] = ()
    renamed: tuple[Rename, ...] = ()
    changed: tuple[MemberChange, ...] = ()
    closed: tuple[Closure, ...] = ()
    unchanged: int = 0
    closed_share: float = 0.0
    is_known_edition: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Nothing to write: the same facts, under the same date, are there already."""
        return self.changes_nothing and self.is_known_edition

    @property
    def changes_nothing(self) -> bool:
        """No territory and no member comes or goes; the date may be new."""
        return not (self.new or self.renamed or self.changed or self.closed)

    @property
    def needs_confirmation(self) -> bool:
        return self.closed_share > MAX_CLOSED_SHARE

    @property
    def counts(self) -> dict[str, int]:
        """Numbers of territories new, renamed, with other members, closed, unchanged, and of members come and gone."""
        return {
            "new": len(self.new),
            "renamed": len(self.renamed),
            "changed": len(self.changed),
            "closed": len(self.closed),
            "unchanged": self.unchanged,
            "members_added": sum(len(change.added) for change in self.changed)
            + sum(len(territory.members) for territory in self.new),
            "members_removed": sum(len(change.removed) for change in self.changed)
            + sum(len(territory.members) for territory in self.closed),
        }


def plan(listing: Listing, known: Known, *, wave: int, as_of: date) -> Plan:
    """Compare a list with what is known. Raises ListingError when it cannot be applied.

    Refused: an unknown wave, a date outside the wave or before the list in force, an unknown SIREN, an unknown région.
    A territory that is absent from the list is closed, its members with it.
    """
    problems = [*_wave_problems(wave, as_of, known), *_row_problems(listing.members, known)]
    if problems:
        raise ListingError(problems)
    listed: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for row in listing.members:
        listed.setdefault(row.number, set()).add(known.members[row.siren])
        names[row.number] = row.territory
    new, renamed, changed, closed = [], [], [], []
    unchanged = 0
    for number in sorted(listed):
        before = known.territories.get(number)
        if before is None or not before.is_open:
            new.append(NewTerritory(number, names[number], tuple(sorted(listed[number])), before is not None))
            continue
        added, removed = listed[number] - before.members, before.members - listed[number]
        if before.name != names[number]:
            renamed.append(Rename(number, before.name, names[number]))
        if added or removed:
            changed.append(MemberChange(number, names[number], tuple(sorted(added)), tuple(sorted(removed))))
        unchanged += before.name == names[number] and not added and not removed
    for number, before in sorted(known.territories.items()):
        if before.is_open and number not in listed:
            closed.append(Closure(number, before.name, tuple(sorted(before.members))))
    return Plan(
        wave=wave,
        as_of=as_of,
        label=listing.label,
        digest=listing.digest,
        basis=known.basis,
        new=tuple(new),
        renamed=tuple(renamed),
        changed=tuple(changed),
        closed=tuple(closed),
        unchanged=unchanged,
        closed_share=_closed_share(known, changed, closed),
        is_known_edition=known.newest == as_of and known.newest_digest == listing.digest,
        names=known.names,
    )


def _closed_share(known: Known, changed: list[MemberChange], closed: list[Closure]) -> float:
    """Share of what is in force that the plan closes: of members or of territories, whichever is greater."""
    territories = [territory for territory in known.territories.values() if territory.is_open]
    members = sum(len(territory.members) for territory in territories)
    if not territories or not members:
        return 0.0
    gone = sum(len(change.removed) for change in changed) + sum(len(closure.members) for closure in closed)
    return max(gone / members, len(closed) / len(territories))


def _wave_problems(wave: int, as_of: date, known: Known) -> list[Problem]:
    if wave not in PERIODS:
        waves = " et ".join(Wave(value).label for value in PERIODS)
        return [Problem("unknown_wave", f"La vague {wave} est inconnue : le portail connaît les vagues {waves}.")]
    first, last = PERIODS[wave]
    label = Wave(wave).label
    if as_of < first or (last is not None and as_of > last):
        end = f" et s’est achevée le {last:%d/%m/%Y}" if last else ""
        message = f"La vague {label} a commencé le {first:%d/%m/%Y}{end} : {as_of:%d/%m/%Y} n’en fait pas partie."
        return [Problem("outside_wave", message)]
    if (
        last is not None
        and known.territories
        and not any(territory.is_open for territory in known.territories.values())
    ):
        message = f"La vague {label} s’est achevée le {last:%d/%m/%Y} : sa liste ne change plus."
        return [Problem("closed_wave", message)]
    if known.newest is not None and as_of < known.newest:
        message = f"La liste en vigueur est au {known.newest:%d/%m/%Y} : donnez cette date ou une date postérieure."
        return [Problem("older_than_current", message)]
    return []


def _row_problems(rows: tuple[ListedMember, ...], known: Known) -> list[Problem]:
    problems = []
    names: dict[str, str] = {}
    places: dict[tuple[str, str], int] = {}
    if not rows:
        problems.append(Problem("empty", "La liste ne contient aucun membre."))
    for row in rows:
        if row.siren not in known.members:
            message = f"le SIREN {row.siren} n’est celui d’aucune intercommunalité ni d’aucune commune connue."
            problems.append(Problem("unknown_siren", message, row.line))
        if row.number not in known.territories and row.number[:2] not in known.regions:
            message = f"le numéro ti-{row.number} commence par « {row.number[:2]} », qui n’est le code d’aucune région."
            problems.append(Problem("unknown_region", message, row.line))
        if names.setdefault(row.number, row.territory) != row.territory:
            message = f"le territoire ti-{row.number} porte deux noms : « {names[row.number]} » et « {row.territory} »."
            problems.append(Problem("two_names", message, row.line))
        first = places.setdefault((row.number, row.siren), row.line)
        if first != row.line:
            message = f"le membre {row.siren} est déjà dans le territoire ti-{row.number} (ligne {first})."
            problems.append(Problem("duplicate", message, row.line))
    return problems
