"""Schemes, calls and rounds in plain JSON. Identifiers are slugs and codes; keys of the database never leave."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from funding import statuses, terms
from funding.answers import legal_forms, naf_labels
from funding.eligibility import labels, wording
from funding.eligibility.calls import CallStatus
from funding.eligibility.codes import CriterionKind
from funding.eligibility.errors import RuleError
from funding.enums import AidRegime, AmountKind, CallKind, EditorialState, OrganisationKind, Role
from funding.models import AmountRule, Call, Contact, Criterion, Organisation, Round
from funding.presenters.criteria import conditions
from funding.presenters.scheme_rows import SchemeRows
from territories.models import Place
from territories.perimeters import applies

Plain = dict[str, Any]


def day(value: Any) -> str | None:
    return value.isoformat() if value else None


def instant(value: datetime | None) -> str | None:
    """UTC, to the second when that says all: « 2021-01-15T11:00:00Z »."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else None


def euros(value: Decimal | None) -> int | float | None:
    """A sum or a rate as a JSON number; sums have at most two decimals and twelve figures, which a float holds."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def perimeter(row: Any) -> Plain:
    return {"included": list(row.included_codes), "excluded": list(row.excluded_codes)}


def scheme_page(slug: str, request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("funding:scheme", kwargs={"slug": slug}))


def status(found: CallStatus) -> Plain:
    return {
        "state": str(found.state),
        "label": statuses.label(found),
        "call": found.call_key or None,
        "closes_at": instant(found.closes_at),
        "sentence": statuses.sentence(found),
        "opens_at": instant(found.opens_at),
        "next_at": instant(found.next_at),
        "zone": found.zone,
    }


def round_(row: Round) -> Plain:
    return {
        "label": row.label,
        "opens_at": instant(row.opens_at),
        "closes_at": instant(row.closes_at),
        "zone": row.zone,
        "announced_for": row.announced_for,
        "committee_on": day(row.committee_on),
        "results_on": day(row.results_on),
        "envelope": euros(row.envelope),
        "remaining": euros(row.remaining),
        "exhausted_from": instant(row.exhausted_from),
    }


def call(row: Call, at: datetime, request: HttpRequest, variant_of: str | None) -> Plain:
    return {
        "scheme": row.scheme.slug,
        "slug": row.slug,
        "name": row.name,
        "kind": row.kind,
        "page": request.build_absolute_uri(row.get_absolute_url()),
        "text": row.text,
        "url": row.url,
        "status": status(statuses.status_of(row, at)),
        "is_permanent": row.is_permanent,
        "perimeter": perimeter(row),
        "variant_of": variant_of,
        "suspended_from": instant(row.suspended_from),
        "suspended_until": instant(row.suspended_until),
        "exhausted_from": instant(row.exhausted_from),
        "rounds": [round_(one) for one in sorted(row.rounds.all(), key=_by_opening)],
    }


def _by_opening(row: Round) -> tuple:
    return row.opens_at is None, row.opens_at, row.closes_at is None, row.closes_at, row.pk


def dated_round(row: Round, request: HttpRequest) -> Plain:
    return {
        **round_(row),
        "scheme": row.call.scheme.slug,
        "call": row.call.slug,
        "call_name": row.call.name,
        "page": request.build_absolute_uri(row.call.get_absolute_url()),
    }


def organisation(row: Organisation) -> Plain:
    return {
        "slug": row.slug,
        "name": row.name,
        "acronym": row.acronym,
        "kind": row.kind,
        "siren": row.siren or None,
        "url": row.url,
    }


def contact(row: Contact) -> Plain:
    return {
        "organisation": row.organisation.slug,
        "service": row.label,
        "email": row.email,
        "phone": row.phone,
        "url": row.url,
    }


def scheme(rows: SchemeRows, at: datetime, place: Place | None, request: HttpRequest) -> Plain:
    """One scheme whole. With a place: the state of the call that counts there, and the contacts of that place."""
    found = rows.scheme
    slugs = {one.pk: one.slug for one in rows.calls}
    here = None if place is None else place.ancestor_codes
    return {
        "slug": found.slug,
        "name": found.name,
        "acronym": found.acronym,
        "summary": found.summary,
        "page": scheme_page(found.slug, request),
        "editorial_state": found.state,
        "status": status(statuses.status_here(found, at, here)),
        "help_kinds": list(found.help_kinds),
        "perimeter": perimeter(found),
        "description": found.description,
        "eligibility_text": found.eligibility_text,
        "to_prepare": found.to_prepare,
        "regime": found.regime,
        "legal_basis": found.legal_basis,
        "programme": found.programme,
        "valid_from": day(found.valid_from),
        "valid_until": day(found.valid_until if found.end_is_known else None),
        "source_name": found.source_name,
        "source_date": day(found.source_date),
        "updated_at": instant(found.updated_at),
        "criteria": list(_criteria(rows.criteria)),
        "amounts": [_amount(row) for row in rows.amounts],
        "calls": [call(row, at, request, slugs.get(row.variant_of_id)) for row in rows.calls],
        "roles": [
            {"role": row.role, "organisation": row.organisation.slug, "name": row.organisation.name}
            for row in rows.roles
        ],
        "links": [
            {"kind": row.kind, "label": row.label, "url": row.url, "dead_since": day(row.dead_since)}
            for row in rows.links
        ],
        "contacts": [
            {**contact(row), "perimeter": perimeter(row)}
            for row in rows.contacts
            if here is None or not row.included_codes or applies(row.included_codes, row.excluded_codes, here)
        ],
        "not_with": [
            {"scheme": _reference(row), "reason": row["reason"], "link": row["link"]}
            for row in rows.exclusions
            if _is_public(row)
        ],
        "successor": _reference(rows.successor) if _is_public(rows.successor) else None,
        "predecessors": [_reference(row) for row in rows.predecessors if _is_public(row)],
    }


def _is_public(row: Plain | None) -> bool:
    return bool(row) and row["state"] in EditorialState.public


def _reference(row: Plain) -> Plain:
    return {"slug": row["slug"], "name": row["name"]}


def _criteria(rows: Iterable[Criterion]) -> Iterable[Plain]:
    # Codes of activities and of legal forms look alike: each kind is named by its own nomenclature.
    names: dict[str, Mapping[str, str]] = {CriterionKind.NAF: naf_labels(), CriterionKind.LEGAL_FORM: legal_forms()}
    for row in rows:
        try:
            sentence = conditions([terms.criterion_of(row)], names.get(row.kind, {}))[0].text
        except RuleError:
            continue
        yield {
            "kind": row.kind,
            "values": list(row.values),
            "excluded": list(row.excluded),
            "lower": euros(row.lower),
            "upper": euros(row.upper),
            "expected": row.expected,
            "is_hard": row.is_hard,
            "applies_to": list(row.applies_to),
            "sentence": sentence,
            "source": row.text,
            "link": row.link,
            "contact": row.contact,
        }


def _amount(row: AmountRule) -> Plain:
    return {
        "kind": row.kind,
        "amount": euros(row.amount),
        "months": row.months,
        "rate": euros(row.rate),
        "lower": euros(row.lower),
        "upper": euros(row.upper),
        "base_cap": euros(row.base_cap),
        "is_ceiling": row.is_ceiling,
        "source": row.text,
    }


def vocabularies() -> Plain:
    """Every code that the API uses, in the order in which they are shown, with its label."""
    found = {
        "audiences": labels.AUDIENCES.items(),
        "help_kinds": labels.HELP_KINDS.items(),
        "project_natures": labels.PROJECT_NATURES.items(),
        "expense_natures": labels.EXPENSE_NATURES.items(),
        "eu_sizes": labels.EU_SIZES.items(),
        "call_states": labels.CALL_STATES.items(),
        "verdict_states": labels.VERDICT_STATES.items(),
        "criterion_kinds": labels.CRITERION_KINDS.items(),
        "truths": labels.TRUTHS.items(),
        "aid_regimes": AidRegime.choices,
        "call_kinds": CallKind.choices,
        "amount_kinds": AmountKind.choices,
        "organisation_kinds": OrganisationKind.choices,
        "roles": Role.choices,
        "questions": ((code, wording.typeset(text)) for code, text in wording.QUESTIONS.items()),
    }
    return {name: [{"code": str(code), "label": str(label)} for code, label in pairs] for name, pairs in found.items()}
