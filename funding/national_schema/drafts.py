"""What a row says of a scheme, in the portal's terms: plain values, compared and written by others."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from funding.enums import AidRegime
from ti_portal.core.text import fold

CALL_SLUG = "guichet"


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
class CallDraft:
    """The one call that a row can tell of: without any date it is a permanent one."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None

    @property
    def is_permanent(self) -> bool:
        return self.opens_at is None and self.closes_at is None


@dataclass(frozen=True)
class Draft:
    """A scheme as a row tells it. `key` is the row's identifier, a UUID in lower case."""

    key: str
    name: str
    summary: str
    description: str
    eligibility_text: str
    help_kinds: tuple[str, ...]
    programme: str
    legal_basis: str
    included_codes: tuple[str, ...]
    excluded_codes: tuple[str, ...]
    criteria: tuple[CriterionDraft, ...]
    roles: tuple[tuple[Body, str], ...]
    links: tuple[LinkDraft, ...]
    call: CallDraft | None
    source_date: date | None
    regime: str = AidRegime.UNKNOWN


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
    "roles": "organismes",
    "links": "liens",
    "calls": "dates",
    "source_date": "date de la source",
}
RELATIONS = frozenset({"criteria", "roles", "links", "calls"})
# What is written on the scheme's own row.
COLUMNS = tuple(name for name in FIELDS if name not in RELATIONS)


def comparable(draft: Draft, field: str, key_of: Callable[[Body], str] = lambda body: body.siren or body.folded) -> Any:
    """The value of a field in a form where « the same » is `==`. `key_of` tells organisations apart."""
    if field == "roles":
        return frozenset((key_of(body), role) for body, role in draft.roles)
    if field == "links":
        return frozenset(draft.links)
    if field == "calls":
        return draft.call
    if field in ("included_codes", "excluded_codes", "help_kinds"):
        return frozenset(getattr(draft, field))
    return getattr(draft, field)
