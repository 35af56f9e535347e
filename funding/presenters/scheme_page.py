"""A scheme's page. What visitors read without a place is kept, rendered, until the data or the day changes."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any, NamedTuple

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from funding import statuses, terms
from funding.answers import naf_labels
from funding.catalogue.loading import Key
from funding.eligibility import calls as call_rules
from funding.eligibility import french, labels
from funding.eligibility.amounts import estimate
from funding.eligibility.codes import CriterionKind
from funding.eligibility.errors import RuleError
from funding.eligibility.situation import Situation
from funding.eligibility.sums import estimate_text, step_text
from funding.enums import AidRegime, EditorialState, LinkKind, Role
from funding.models import Contact, Scheme
from funding.presenters.cards import Badge, badge_of
from funding.presenters.criteria import conditions, enumerated
from funding.presenters.scheme_rows import SchemeRows
from funding.presenters.timeline import ShownCall, shown_call
from territories.models import Place
from territories.perimeters import COUNTRY, applies, describe

KEPT_PAGES = 1024
_ROLES = {
    Role.FUNDER: "Qui finance",
    Role.INSTRUCTOR: "Qui instruit les dossiers",
    Role.PARTNER: "Qui accompagne",
    Role.DISTRIBUTOR: "Qui diffuse l’information",
}


class Body(NamedTuple):
    """A page's content and what its head says. It holds from `begins` to just before `ends`."""

    name: str
    html: SafeString
    description: str
    begins: datetime | None
    ends: datetime | None
    is_public: bool


_kept: OrderedDict[tuple, Body] = OrderedDict()
_lock = Lock()


def public_body(key: Key, slug: str, at: datetime) -> Body | None:
    """The page that all read, without a place; None when no public scheme bears this name. No query when kept."""
    name = (key, slug, at.astimezone(call_rules.zone_of(call_rules.PARIS)).date())
    body = _kept.get(name)
    if body is not None and (body.begins is None or body.begins <= at) and (body.ends is None or at < body.ends):
        return body
    scheme = Scheme.objects.public().filter(slug=slug).order_by("pk").first()
    if scheme is None:
        return None
    body = body_of(scheme, at, None)
    with _lock:
        _kept[name] = body
        _kept.move_to_end(name)
        while len(_kept) > KEPT_PAGES:
            _kept.popitem(last=False)
    return body


def body_of(scheme: Scheme, at: datetime, place: Place | None) -> Body:
    """The page of a scheme at an instant, as it reads at a place. Two queries."""
    rows = SchemeRows(scheme)
    names = _names(rows)
    begins, ends = _validity(rows, at)
    return Body(
        name=scheme.name,
        html=SafeString(render_to_string("funding/fragments/_scheme_body.html", content(rows, names, at, place))),
        description=scheme.summary or f"{scheme.name} : conditions, montant, dates et contacts.",
        begins=begins,
        ends=ends,
        is_public=scheme.state in EditorialState.public,
    )


def content(rows: SchemeRows, names: Mapping[str, str], at: datetime, place: Place | None) -> dict[str, Any]:
    """What the page says, section by section; an empty section is not shown."""
    scheme = rows.scheme
    on = at.astimezone(call_rules.zone_of(call_rules.PARIS)).date()
    shown = shown_calls(rows, names, at, place)
    return {
        "scheme": scheme,
        "place": place,
        "is_inside": place is None or applies(scheme.included_codes, scheme.excluded_codes, place.ancestor_codes),
        "badge": _badge(rows, at, place),
        "notice": _notice(scheme, on),
        "help_kinds": [labels.HELP_KINDS[kind] for kind in labels.HELP_KINDS if kind in scheme.help_kinds],
        "roles": _roles(rows),
        "amounts": _amounts(rows, on),
        "conditions": _conditions(rows, names),
        "audiences": _audiences(rows),
        "where": describe(scheme.included_codes, scheme.excluded_codes, names),
        "is_national": COUNTRY in scheme.included_codes,
        "calls": shown,
        "links": [_link(link) for link in rows.links if link.kind != LinkKind.LEGAL],
        "apply_links": [_link(link) for link in rows.links if link.kind == LinkKind.APPLY and not link.dead_since],
        "legal_links": [_link(link) for link in rows.links if link.kind == LinkKind.LEGAL],
        "regime": "" if scheme.regime == AidRegime.UNKNOWN else scheme.get_regime_display(),
        "contacts": contacts(rows.contacts, names, place),
        "exclusions": [row for row in rows.exclusions if row["state"] in EditorialState.public],
        "successor": _public(rows.successor),
        "predecessors": [row for row in rows.predecessors if row["state"] in EditorialState.public],
    }


def shown_calls(rows: SchemeRows, names: Mapping[str, str], at: datetime, place: Place | None) -> list[ShownCall]:
    """Calls of a scheme, those that can be used first. At a place: those that count there, then those they hide."""
    by_pk = {call.pk: call for call in rows.calls}
    here = [call for call in rows.calls if place is None or _counts_at(call, place)]
    hidden = {call.variant_of_id for call in here} if place is not None else set()
    shown = [
        shown_call(
            call,
            at,
            names,
            variant_of=by_pk[call.variant_of_id].name if call.variant_of_id in by_pk else "",
            is_hidden=call.pk in hidden,
        )
        for call in here
    ]
    return sorted(shown, key=lambda call: (call.is_hidden_here, not call.is_usable))


def _counts_at(call, place: Place) -> bool:
    if not call.included_codes:
        return not set(call.excluded_codes).intersection(place.ancestor_codes)
    return applies(call.included_codes, call.excluded_codes, place.ancestor_codes)


def _badge(rows: SchemeRows, at: datetime, place: Place | None) -> Badge:
    return badge_of(statuses.status_here(rows.scheme, at, None if place is None else place.ancestor_codes))


def _notice(scheme: Scheme, on: date) -> tuple[str, str] | None:
    """What must be read before the rest: a draft, a scheme that is over."""
    if scheme.state in (EditorialState.DRAFT, EditorialState.TO_VALIDATE):
        return "Cette page n’est pas publiée", "Elle n’est visible que de la délégation."
    if scheme.state == EditorialState.ARCHIVED:
        return "Cette aide n’existe plus", "Sa page est gardée pour mémoire."
    if scheme.valid_until and scheme.valid_until < on:
        if not scheme.end_is_known:
            words = "Sa date de fin n’a pas été publiée. Sa page est gardée pour mémoire."
            return "Cette aide est tenue pour terminée", words
        return f"Cette aide a pris fin le {french.day(scheme.valid_until)}", "Sa page est gardée pour mémoire."
    return None


def _roles(rows: SchemeRows) -> list[tuple[str, list]]:
    return [
        (title, found)
        for role, title in _ROLES.items()
        if (found := [row.organisation for row in rows.roles if row.role == role])
    ]


def _amounts(rows: SchemeRows, on: date) -> dict | None:
    """The sum in a few words, then its computation, for nobody in particular."""
    try:
        found = estimate(terms.amount_rules(rows.amounts), Situation(), on)
    except RuleError:
        return None
    if not rows.amounts:
        return None
    text = estimate_text(found)
    sources = [row.text for row in rows.amounts if row.text]
    return {
        "text": text[:1].upper() + text[1:],
        "steps": [step_text(step) for step in found.steps],
        "sources": list(dict.fromkeys(sources)),
    }


def _criteria(rows: SchemeRows) -> Iterable:
    for row in rows.criteria:
        try:
            yield terms.criterion_of(row)
        except RuleError:
            continue


def _conditions(rows: SchemeRows, names: Mapping[str, str]) -> list:
    return conditions(_criteria(rows), names)


def _audiences(rows: SchemeRows) -> str:
    for criterion in _criteria(rows):
        if criterion.kind is CriterionKind.AUDIENCE and criterion.values:
            words = [label for code, label in labels.AUDIENCES.items() if code in criterion.values]
            text = enumerated(words, "ou")
            return text[:1].upper() + text[1:]
    return ""


class ShownLink(NamedTuple):
    label: str
    url: str
    kind: str
    dead_since: str


def _link(link) -> ShownLink:
    return ShownLink(
        link.label, link.url, link.get_kind_display(), french.day(link.dead_since) if link.dead_since else ""
    )


class ShownContact(NamedTuple):
    name: str
    service: str
    where: str
    email: str
    phone: str
    url: str


def contacts(rows: Iterable[Contact], names: Mapping[str, str], place: Place | None) -> list[ShownContact]:
    """Whom to ask: at a place, only those of that place; else all, each with where it answers."""
    return [
        ShownContact(
            row.organisation.name,
            row.label,
            describe(row.included_codes, row.excluded_codes, names) if row.included_codes else "",
            row.email,
            row.phone,
            row.url,
        )
        for row in rows
        if place is None
        or not row.included_codes
        or applies(row.included_codes, row.excluded_codes, place.ancestor_codes)
    ]


def _public(row: dict | None) -> dict | None:
    return row if row and row["state"] in EditorialState.public else None


def _names(rows: SchemeRows) -> dict[str, str]:
    """Names of the places and activities that the page names. One query."""
    codes = {
        code
        for row in (rows.scheme, *rows.calls, *rows.contacts)
        for code in (*row.included_codes, *row.excluded_codes)
    }
    for row in rows.criteria:
        if row.kind == CriterionKind.PLACE:
            codes.update((*row.values, *row.excluded))
    activities = {
        code: naf_labels().get(code, code)
        for row in rows.criteria
        if row.kind == CriterionKind.NAF
        for code in (*row.values, *row.excluded)
    }
    return {**Place.objects.names_by_code(codes), **activities}


def _validity(rows: SchemeRows, at: datetime) -> tuple[datetime | None, datetime | None]:
    """The instants around `at` between which no call changes of state."""
    at = at.astimezone(UTC)
    instants = sorted(
        {instant for call in rows.calls for instant in call_rules.changes(terms.call_of(call, rows.scheme))}
    )
    begins = max((instant for instant in instants if instant <= at), default=None)
    ends = min((instant for instant in instants if instant > at), default=None)
    return begins, ends
