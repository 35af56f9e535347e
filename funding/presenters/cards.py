"""Cards of schemes, in the catalogue and on other pages. Those made lately are kept, for a version of the data."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString

from funding import statuses
from funding.catalogue.loading import Catalogue
from funding.catalogue.rows import Row
from funding.eligibility import french, labels
from funding.eligibility.calls import NO_CALL, CallStatus
from funding.eligibility.codes import CallState
from funding.models import Call, Scheme

KEPT_CARDS = 4096
# Stands in a kept card for the query string of its links, which changes from page to page.
_SUFFIX = "?%suffix%"

# DSFR's own colours of badges; the word says the state, the colour only helps.
BADGES = {
    CallState.OPEN: "fr-badge--success",
    CallState.CLOSING_SOON: "fr-badge--warning",
    CallState.PERMANENT: "fr-badge--success",
    CallState.UPCOMING: "fr-badge--info",
    CallState.ANNOUNCED: "fr-badge--info",
    CallState.EXHAUSTED: "fr-badge--error",
    CallState.SUSPENDED: "fr-badge--warning",
    CallState.CLOSED: "",
    CallState.NO_CALL: "",
}


@dataclass(frozen=True)
class Badge:
    """A state in words, and the sentence that gives its date."""

    label: str
    css: str
    sentence: str


def badge_of(status: CallStatus) -> Badge:
    return Badge(statuses.label(status), BADGES[status.state], statuses.sentence(status))


_kept: OrderedDict[tuple, SafeString] = OrderedDict()
_lock = Lock()


def cards(rows: Sequence[Row], catalogue: Catalogue, at: datetime, suffix: str = "") -> list[SafeString]:
    """One card a row, in order, its links ending in `suffix` (a query string). Three queries at most."""
    instant = at.timestamp()
    keys = [(catalogue.key, row.listing_id, row.phase_number(instant)) for row in rows]
    found = [_kept.get(key) for key in keys]
    missing = [row for row, card in zip(rows, found, strict=True) if card is None]
    made = _make(missing, catalogue, at) if missing else {}
    with _lock:
        for key in keys:
            if key[1] in made:
                _kept[key] = made[key[1]]
        while len(_kept) > KEPT_CARDS:
            _kept.popitem(last=False)
    ready = (card or made.get(row.listing_id) for row, card in zip(rows, found, strict=True))
    ending = escape(suffix)
    return [SafeString(card.replace(_SUFFIX, ending)) for card in ready if card is not None]


def _make(rows: Sequence[Row], catalogue: Catalogue, at: datetime) -> dict[int, SafeString]:
    """Cards by listing id. A scheme that went away since the index was made has none."""
    known = with_calls(row.scheme_id for row in rows)
    return {
        row.listing_id: render_to_string(
            "funding/fragments/_card.html",
            {"card": card_of(row, known[row.scheme_id], catalogue, at), "suffix": _SUFFIX},
        )
        for row in rows
        if row.scheme_id in known
    }


def with_calls(scheme_ids: Iterable[int]) -> dict[int, Scheme]:
    """What a card or a line needs of public schemes, by id. Three queries."""
    schemes = (
        Scheme.objects.public()
        .filter(pk__in=set(scheme_ids))
        .defer("description", "eligibility_text", "to_prepare", "legal_basis")
        .prefetch_related("calls__rounds")
    )
    return {scheme.pk: scheme for scheme in schemes.order_by("pk")}


def deciding(scheme: Scheme, row: Row, at: datetime) -> tuple[Call | None, CallStatus]:
    """The call that decides at the places of a row, and its status."""
    slug = row.phases[row.phase_number(at.timestamp())].call
    call = next((call for call in scheme.calls.all() if call.slug == slug), None)
    if call is None:
        return None, NO_CALL
    call.scheme = scheme  # as select_related would
    return call, statuses.status_of(call, at)


def call_name(scheme: Scheme, call: Call | None) -> str:
    """The name of a call when it says more than that of its scheme."""
    return call.name if call is not None and call.name != scheme.name else ""


@dataclass(frozen=True)
class Card:
    url: str
    name: str
    call_name: str
    summary: str
    badge: Badge
    audiences: str
    help_kinds: str
    funders: str
    amount: str


def card_of(row: Row, scheme: Scheme, catalogue: Catalogue, at: datetime) -> Card:
    """What a card says of a scheme: the call that decides at the places of this row, and what the row knows."""
    call, status = deciding(scheme, row, at)
    return Card(
        url=scheme.get_absolute_url(),
        name=scheme.name,
        call_name=call_name(scheme, call),
        summary=scheme.summary,
        badge=badge_of(status),
        audiences=_listed(labels.AUDIENCES[code] for code in labels.AUDIENCES if code in row.audiences),
        help_kinds=_listed(labels.HELP_KINDS[code] for code in labels.HELP_KINDS if code in row.help_kinds),
        funders=_listed(catalogue.funders[pk].label for pk in row.funders if pk in catalogue.funders),
        amount=amount(row),
    )


def amount(row: Row) -> str:
    return "" if row.highest_amount is None else f"jusqu’à {french.euros(row.highest_amount)}"


def _listed(words) -> str:
    text = french.listed(list(words), "et")
    return text[:1].upper() + text[1:]
