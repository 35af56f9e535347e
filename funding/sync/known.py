"""What the database holds, as far as the entries of a source are concerned."""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import QuerySet

from funding.enums import EditorialState
from funding.models import Call, Organisation, Scheme
from funding.national_schema.drafts import AmountDraft, Body, CriterionDraft, Draft, LinkDraft, RoundDraft
from funding.national_schema.exporting import Exporter, with_all
from funding.national_schema.identifiers import by_identifier
from funding.national_schema.mapping import mapped
from funding.national_schema.reading import SheetRow
from funding.sync.rounds import KnownCall
from ti_portal.core.text import fold

CHUNK = 500
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class KnownScheme:
    """A scheme that an entry names. `row` is what the portal's own export says of it, in the columns of the national
    schema; empty for schemes whose key is not one of that schema.
    """

    pk: int
    slug: str
    source_name: str
    protected: frozenset[str]
    stored: Draft
    calls: tuple[KnownCall, ...] = ()
    state: str = EditorialState.PUBLISHED
    row: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def exported(self) -> Draft | None:
        """The draft that reading the portal's own export would make: another way to say the same scheme."""
        return mapped(SheetRow(0, dict(self.row)), _Everything()).draft if self.row else None

    @property
    def facts(self) -> tuple:
        """All that a plan depends on."""
        return (self.pk, self.source_name, sorted(self.protected), self.stored, self.calls, self.state)


@dataclass(frozen=True)
class Known:
    """`schemes` by key at the source, `targets` by slug; `places` among the codes of a file; `organisations` by SIREN
    and by folded name.
    """

    schemes: Mapping[str, KnownScheme] = field(default_factory=dict)
    places: frozenset[str] = frozenset()
    by_siren: Mapping[str, int] = field(default_factory=dict)
    by_name: Mapping[str, int] = field(default_factory=dict)
    targets: Mapping[str, KnownScheme] = field(default_factory=dict)

    def scheme_of(self, draft: Draft) -> KnownScheme | None:
        """The scheme that a draft speaks of, None when the portal has none."""
        return self.targets.get(draft.target) if draft.target else self.schemes.get(draft.key)

    def key_of(self, body: Body) -> str:
        """What tells an organisation from another one: its row in the portal, or else its SIREN, or else its name."""
        pk = self.organisation(body)
        return f"#{pk}" if pk else body.siren or body.folded

    def organisation(self, body: Body) -> int | None:
        """The organisation of the portal that a source names, if there is one."""
        return self.by_siren.get(body.siren) or self.by_name.get(body.folded)

    @property
    def basis(self) -> str:
        """Fingerprint of the schemes: a plan only applies to what it was made from."""
        facts = [(key, scheme.facts) for group in (self.schemes, self.targets) for key, scheme in sorted(group.items())]
        return hashlib.sha256(repr(facts).encode()).hexdigest()


class _Everything(Collection[str]):
    """Codes that the portal itself wrote are places, without asking."""

    def __contains__(self, code: object) -> bool:
        return True

    def __iter__(self):
        return iter(())

    def __len__(self) -> int:
        return 0


def known_schemes(keys: Iterable[str], *, source: str, at: datetime) -> dict[str, KnownScheme]:
    """Schemes by key: those of this source first, then any that the portal exports under it. A constant number of
    queries for each five hundred schemes.
    """
    keys = {key for key in keys if key}
    national = {key for key in keys if _UUID.fullmatch(key)}
    found = by_identifier(national) if national else {}
    mine = Scheme.objects.filter(source_name=source, source_key__in=keys)
    found |= dict(mine.order_by("pk").values_list("source_key", "pk"))
    if not found:
        return {}
    exporter = Exporter(at) if national else None
    exported = {pk for key, pk in found.items() if key in national}
    known = {
        scheme.pk: _known(scheme, exporter if scheme.pk in exported else None)
        for scheme in _whole(Scheme.objects.filter(pk__in=found.values()))
    }
    return {key: known[pk] for key, pk in found.items()}


def known_targets(slugs: Iterable[str]) -> dict[str, KnownScheme]:
    """Schemes by slug, as they are now."""
    slugs = {slug for slug in slugs if slug}
    return {scheme.slug: _known(scheme, None) for scheme in _whole(Scheme.objects.filter(slug__in=slugs))}


def known_scheme(scheme_id: int) -> KnownScheme | None:
    """One scheme as it is now."""
    return next((_known(scheme, None) for scheme in _whole(Scheme.objects.filter(pk=scheme_id))), None)


def known_organisations() -> tuple[dict[str, int], dict[str, int]]:
    """Organisations by SIREN, and by folded name."""
    by_siren: dict[str, int] = {}
    by_name: dict[str, int] = {}
    for pk, name, siren in Organisation.objects.order_by("pk").values_list("pk", "name", "siren"):
        if siren:
            by_siren[siren] = pk
        by_name.setdefault(fold(name), pk)
    return by_siren, by_name


def known_for_drafts(drafts: Iterable[Draft], *, source: str, at: datetime) -> Known:
    """What is known about drafts, whatever the kind of their source."""
    drafts = list(drafts)
    schemes = known_schemes((draft.key for draft in drafts if not draft.target), source=source, at=at)
    targets = known_targets(draft.target for draft in drafts)
    return Known(schemes, frozenset(), *known_organisations(), targets)


def _whole(schemes: QuerySet[Scheme]) -> Iterable[Scheme]:
    return with_all(schemes).order_by("pk").iterator(chunk_size=CHUNK)


def _known(scheme: Scheme, exporter: Exporter | None) -> KnownScheme:
    row = exporter.row(scheme) if exporter else {}
    return KnownScheme(
        pk=scheme.pk,
        slug=scheme.slug,
        source_name=scheme.source_name,
        protected=frozenset(scheme.protected_fields),
        stored=_draft(scheme, row.get("id") or scheme.source_key),
        calls=tuple(_call(call) for call in scheme.calls.all()),
        state=scheme.state,
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
        links=tuple(LinkDraft(link.kind, link.url, link.label) for link in scheme.links.all()),
        source_date=scheme.source_date,
        regime=scheme.regime,
        amounts=tuple(_amount(row) for row in scheme.amounts.all()),
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


def _amount(row) -> AmountDraft:
    return AmountDraft(row.kind, row.amount, row.rate, row.lower, row.upper, row.is_ceiling, row.text)


def _call(call: Call) -> KnownCall:
    rounds = tuple(
        RoundDraft(one.opens_at, one.closes_at, one.label, one.zone, one.announced_for, one.pk)
        for one in call.rounds.all()
    )
    return KnownCall(call.pk, call.slug, call.is_permanent, rounds, call.kind, call.name, call.url)
