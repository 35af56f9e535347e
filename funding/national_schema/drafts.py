"""What a source says of a scheme, in the portal's terms: plain values, compared and written by others.

The national schema tells nearly everything of a scheme, a feed of deadlines only its dates: `Draft.given` names what
the source tells, and nothing else is compared nor written.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from funding.enums import AidRegime, LinkKind
from ti_portal.core.text import fold

# The call that a source makes on a scheme of its own.
CALL_SLUG = "guichet"
CALL_NAME = "Dépôt des demandes"
MAX_KEY = 200


@dataclass(frozen=True)
class Body:
    """An organisation as a row names it. `siren` has nine digits or is empty."""

    name: str
    acronym: str = ""
    siren: str = ""

    @property
    def folded(self) -> str:
        return fold(self.name)

    @property
    def shown(self) -> str:
        return self.acronym or self.name


@dataclass(frozen=True)
class CriterionDraft:
    """A row of criteria, in the columns of the model. Codes are sorted; bounds are whole numbers."""

    kind: str
    values: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    lower: int | None = None
    upper: int | None = None
    is_hard: bool = True
    applies_to: tuple[str, ...] = ()
    contact: str = ""
    text: str = ""
    expected: bool = True
    link: str = ""


@dataclass(frozen=True)
class LinkDraft:
    kind: str
    url: str
    label: str


@dataclass(frozen=True)
class AmountDraft:
    """A line of what is paid, in the columns of the model. Sums are euros, `rate` is a share of one."""

    kind: str
    amount: Decimal | None = None
    rate: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    is_ceiling: bool = False
    text: str = ""


@dataclass(frozen=True)
class RoundDraft:
    """A relève. `pk` is the round of the portal that it continues, when the source's reader knows it: what the draft
    leaves empty (label, zone) then stays as it is. An empty `zone` is Paris for a new round.
    """

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    label: str = ""
    zone: str = ""
    announced_for: str = ""
    pk: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class CallDraft:
    """The one call that an entry tells of, with all its rounds: without any it is a permanent one.

    `slug` names it among the calls of the scheme. An empty `kind`, `name` or `url` is not told: a counter named
    `CALL_NAME` when the call is new, left as it is otherwise.
    """

    rounds: tuple[RoundDraft, ...] = ()
    kind: str = ""
    name: str = ""
    url: str = ""
    slug: str = CALL_SLUG

    @classmethod
    def between(cls, opens_at: datetime | None, closes_at: datetime | None, **told: Any) -> "CallDraft":
        """A call of one round, or a permanent one when neither date is known."""
        dated = opens_at is not None or closes_at is not None
        return cls((RoundDraft(opens_at, closes_at),) if dated else (), **told)

    @property
    def is_permanent(self) -> bool:
        return not self.rounds

    def as_told_by(self, other: "CallDraft | None") -> "CallDraft":
        """This call without what `other` does not tell, its rounds in one order: ready to be compared with it."""
        told = other or self
        untold = {name: "" for name in ("kind", "name", "url") if not getattr(told, name)}
        silent = {
            name: ""
            for name in ("label", "zone", "announced_for")
            if not any(getattr(one, name) for one in told.rounds)
        }
        rounds = sorted((replace(one, **silent) for one in self.rounds), key=_in_time)
        return replace(self, rounds=tuple(rounds), **untold)


def _in_time(one: RoundDraft) -> tuple:
    def instant(at: datetime | None) -> float:
        return at.timestamp() if at else 0.0

    return (instant(one.closes_at), instant(one.opens_at), one.label, one.announced_for)


# What is compared and written, one by one, with its name for people. The keys are those of `protected_fields`.
FIELDS: dict[str, str] = {
    "name": "nom",
    "summary": "en une phrase",
    "description": "description",
    "eligibility_text": "qui peut en bénéficier",
    "help_kinds": "natures de l’aide",
    "programme": "programme",
    "legal_basis": "base juridique",
    "included_codes": "lieux compris",
    "excluded_codes": "lieux exclus",
    "criteria": "critères",
    "amounts": "montants",
    "roles": "organismes",
    "links": "liens",
    "calls": "dates",
    "source_date": "date de la source",
}
RELATIONS = frozenset({"criteria", "amounts", "roles", "links", "calls"})
# What is written on the scheme's own row.
COLUMNS = tuple(name for name in FIELDS if name not in RELATIONS)
# What the national schema tells: it has no column for amounts.
NATIONAL_FIELDS = frozenset(FIELDS) - {"amounts"}


@dataclass(frozen=True)
class Draft:
    """A scheme as a source tells it.

    key         the scheme's identifier at the source: at most 200 signs, the same at each reading
    given       names of FIELDS that the source tells; the others are not to be compared, nor written
    target      slug of a scheme of the portal that the entry speaks of, whatever its own source (a feed of deadlines);
                empty: the scheme of this source that has this key, new if there is none
    link_kinds  kinds of links that the source tells of; links of other kinds are left alone
    """

    key: str
    name: str = ""
    summary: str = ""
    description: str = ""
    eligibility_text: str = ""
    help_kinds: tuple[str, ...] = ()
    programme: str = ""
    legal_basis: str = ""
    included_codes: tuple[str, ...] = ()
    excluded_codes: tuple[str, ...] = ()
    criteria: tuple[CriterionDraft, ...] = ()
    roles: tuple[tuple[Body, str], ...] = ()
    links: tuple[LinkDraft, ...] = ()
    call: CallDraft | None = None
    source_date: date | None = None
    regime: str = AidRegime.UNKNOWN
    amounts: tuple[AmountDraft, ...] = ()
    given: frozenset[str] = NATIONAL_FIELDS
    target: str = ""
    link_kinds: tuple[str, ...] = (LinkKind.OFFICIAL, LinkKind.LEGAL)


def comparable(
    draft: Draft,
    field: str,
    key_of: Callable[[Body], str] = lambda body: body.siren or body.folded,
    *,
    like: Draft | None = None,
) -> Any:
    """The value of a field in a form where « the same » is `==`. `key_of` tells organisations apart; `like` is the
    draft that it is compared with: what that one does not tell is left out.
    """
    like = like or draft
    if field == "roles":
        return frozenset((key_of(body), role) for body, role in draft.roles)
    if field == "links":
        return frozenset(link for link in draft.links if link.kind in like.link_kinds)
    if field == "calls":
        return draft.call and draft.call.as_told_by(like.call)
    if field in ("included_codes", "excluded_codes", "help_kinds"):
        return frozenset(getattr(draft, field))
    return getattr(draft, field)
