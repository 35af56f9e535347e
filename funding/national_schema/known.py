"""What the database holds, as far as a file is concerned."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from funding.enums import LinkKind
from funding.models import Call, Organisation, Scheme
from funding.national_schema.cells import listed
from funding.national_schema.drafts import (
    CALL_SLUG,
    Body,
    CallDraft,
    CriterionDraft,
    Draft,
    LinkDraft,
    RoundDraft,
)
from funding.national_schema.exporting import Exporter, with_all
from funding.national_schema.identifiers import by_identifier
from funding.national_schema.mapping import mapped
from funding.national_schema.reading import Sheet, SheetRow
from territories.models import Place
from ti_portal.core.text import fold

IMPORTED_LINKS = (LinkKind.OFFICIAL, LinkKind.LEGAL)


@dataclass(frozen=True)
class KnownScheme:
    """A scheme that a row names. `row` is what the portal's own export says of it, in the columns of the schema."""

    pk: int
    slug: str
    source_name: str
    protected: frozenset[str]
    stored: Draft
    row: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def exported(self) -> Draft | None:
        """The draft that importing the portal's own export would make: another way to say the same scheme."""
        return mapped(SheetRow(0, dict(self.row)), _Everything()).draft if self.row else None


@dataclass(frozen=True)
class Known:
    """`schemes` by identifier; `places` among the codes of the file; `organisations` by SIREN and by folded name."""

    schemes: Mapping[str, KnownScheme] = field(default_factory=dict)
    places: frozenset[str] = frozenset()
    by_siren: Mapping[str, int] = field(default_factory=dict)
    by_name: Mapping[str, int] = field(default_factory=dict)

    def key_of(self, body: Body) -> str:
        """What tells an organisation from another one: its row in the portal, or else its SIREN, or else its name."""
        pk = self.organisation(body)
        return f"#{pk}" if pk else body.siren or body.folded

    def organisation(self, body: Body) -> int | None:
        """The organisation of the portal that a row names, if there is one."""
        return self.by_siren.get(body.siren) or self.by_name.get(body.folded)

    @property
    def basis(self) -> str:
        """Fingerprint of the schemes: a plan only applies to what it was made from."""
        facts = [
            (key, scheme.pk, scheme.source_name, sorted(scheme.protected), scheme.stored)
            for key, scheme in sorted(self.schemes.items())
        ]
        return hashlib.sha256(repr(facts).encode()).hexdigest()


class _Everything(Collection[str]):
    """Codes that the portal itself wrote are places, without asking."""

    def __contains__(self, code: object) -> bool:
        return True

    def __iter__(self):
        return iter(())

    def __len__(self) -> int:
        return 0


def known_for(sheet: Sheet, *, source: str, at: datetime) -> Known:
    """Read what is known about the rows of a file: a constant number of queries for each thousand schemes."""
    columns = ("eligibilite_geographique", "eligibilite_geographique_exclusions")
    codes = {code.upper() for row in sheet.rows for name in columns for code in listed(row.cells[name])}
    places = Place.objects.in_force().filter(code__in=codes).values_list("code", flat=True)
    keys = {row.cells["id"].strip().lower() for row in sheet.rows}
    by_siren, by_name = _organisations()
    return Known(known_schemes(keys, source=source, at=at), frozenset(places), by_siren, by_name)


def known_schemes(keys: Iterable[str], *, source: str, at: datetime) -> dict[str, KnownScheme]:
    """Schemes by identifier: those of this source first, then any that the portal exports under it."""
    keys = {key for key in keys if key}
    found = by_identifier(keys)
    mine = Scheme.objects.filter(source_name=source, source_key__in=keys)
    found |= dict(mine.order_by("pk").values_list("source_key", "pk"))
    if not found:
        return {}
    exporter = Exporter(at)
    schemes = with_all(Scheme.objects.filter(pk__in=found.values())).order_by("pk").iterator(chunk_size=1_000)
    known = {scheme.pk: _known(scheme, exporter) for scheme in schemes}
    return {key: known[pk] for key, pk in found.items()}


def _known(scheme: Scheme, exporter: Exporter) -> KnownScheme:
    row = exporter.row(scheme)
    return KnownScheme(
        pk=scheme.pk,
        slug=scheme.slug,
        source_name=scheme.source_name,
        protected=frozenset(scheme.protected_fields),
        stored=_draft(scheme, row["id"]),
        row=row,
    )


def _draft(scheme: Scheme, key: str) -> Draft:
    roles = [(role.organisation, role.role) for role in scheme.roles.all()]
    return Draft(
        key=key,
        name=scheme.name,
        summary=scheme.summary,
        description=scheme.description,
        eligibility_text=scheme.eligibility_text,
        help_kinds=tuple(sorted(scheme.help_kinds)),
        programme=scheme.programme,
        legal_basis=scheme.legal_basis,
        included_codes=tuple(scheme.included_codes),
        excluded_codes=tuple(scheme.excluded_codes),
        criteria=tuple(_criterion(row) for row in scheme.criteria.all()),
        roles=tuple((Body(body.name, body.acronym, body.siren), role) for body, role in roles),
        links=tuple(
            LinkDraft(link.kind, link.url, link.label) for link in scheme.links.all() if link.kind in IMPORTED_LINKS
        ),
        call=_call(list(scheme.calls.all())),
        source_date=scheme.source_date,
        regime=scheme.regime,
    )


def _criterion(row) -> CriterionDraft:
    return CriterionDraft(
        kind=row.kind,
        values=tuple(sorted(row.values)),
        excluded=tuple(sorted(row.excluded)),
        lower=row.lower and int(row.lower),
        upper=None if row.upper is None else int(row.upper),
        is_hard=row.is_hard,
        applies_to=tuple(row.applies_to),
        contact=row.contact,
        text=row.text,
        expected=row.expected,
        link=row.link,
    )


def _call(calls: list[Call]) -> CallDraft | None:
    """The call that an import makes; None when the portal holds others, of which a row cannot tell."""
    if len(calls) != 1 or calls[0].slug != CALL_SLUG:
        return None
    rounds = list(calls[0].rounds.all())
    if len(rounds) > 1 or bool(rounds) == calls[0].is_permanent:
        return None
    return CallDraft(
        tuple(
            RoundDraft(one.opens_at, one.closes_at, one.label, one.zone, one.announced_for, one.pk) for one in rounds
        ),
        calls[0].kind,
        calls[0].name,
        calls[0].url,
    )


def _organisations() -> tuple[dict[str, int], dict[str, int]]:
    by_siren: dict[str, int] = {}
    by_name: dict[str, int] = {}
    for pk, name, siren in Organisation.objects.order_by("pk").values_list("pk", "name", "siren"):
        if siren:
            by_siren[siren] = pk
        by_name.setdefault(fold(name), pk)
    return by_siren, by_name
