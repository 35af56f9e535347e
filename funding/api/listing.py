"""One page of schemes for the API: the catalogue's own filters, in an order that never moves.

The pages sort by closing date or relevance, which change from day to day. Here schemes come in the order in which they
were created, so that a cursor keeps its place.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.urls import reverse

from funding import statuses
from funding.api.presenters import day, euros, instant
from funding.catalogue import loading
from funding.catalogue.bits import in_order
from funding.catalogue.filters import Wanted
from funding.catalogue.loading import Catalogue, Key
from funding.catalogue.rows import Row
from funding.catalogue.selection import Selection
from funding.eligibility.codes import CallState

_TEXTS = """
SELECT id, slug, name, acronym, summary, included_codes, excluded_codes, regime, programme, valid_from,
       CASE WHEN end_is_known THEN valid_until END, source_name, source_date, updated_at
FROM funding_scheme WHERE id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """The catalogue at an instant. `version` changes whenever an answer about schemes may."""

    catalogue: Catalogue
    at: datetime

    @property
    def version(self) -> tuple:
        return self.catalogue.key, self.catalogue.index.moment(self.at.timestamp()).begins


def ask(at: datetime) -> Asked:
    """One small query when nothing changed."""
    return Asked(loading.current(), at)


def page(asked: Asked, wanted: Wanted, after: int | None, limit: int) -> list[Row]:
    """At most `limit + 1` rows, each of another scheme, after a scheme's number."""
    index = asked.catalogue.index
    selection = Selection(asked.catalogue, wanted, asked.at.timestamp())
    order, numbers = _order(asked.catalogue)
    start = 0 if after is None else bisect_right(numbers, after)
    positions = in_order(selection.mask, order[start:] if start else order, index.size, 0, limit + 1)
    return [index.rows[position] for position in positions]


_kept: tuple[object, Key, list[int], list[int]] | None = None


def _order(catalogue: Catalogue) -> tuple[list[int], list[int]]:
    """Positions of this very index by number of scheme, and those numbers; made once for an index and its version."""
    global _kept  # noqa: PLW0603 - one order is kept, that of the index in use
    kept = _kept
    if kept is None or kept[0] is not catalogue.index or kept[1] != catalogue.key:
        rows = enumerate(catalogue.index.rows)
        pairs = sorted((row.scheme_id, position) for position, row in rows if row is not None)
        order, numbers = [position for _, position in pairs], [number for number, _ in pairs]
        kept = _kept = (catalogue.index, catalogue.key, order, numbers)
    return kept[2], kept[3]


def items(rows: list[Row], asked: Asked, request: HttpRequest) -> list[dict[str, Any]]:
    """The rows in plain JSON, in order. One query. A scheme that went away meanwhile is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS, [[row.scheme_id for row in rows]])
        texts = {values[0]: values for values in cursor.fetchall()}
    catalogue, at = asked.catalogue, asked.at.timestamp()
    # Written once and filled in: asking the resolver for each would cost more than the rest.
    pattern = request.build_absolute_uri(reverse("funding:scheme", kwargs={"slug": "_slug_"}))
    return [_item(row, texts[row.scheme_id], catalogue, at, pattern) for row in rows if row.scheme_id in texts]


def _item(row: Row, texts: tuple, catalogue: Catalogue, at: float, pattern: str) -> dict[str, Any]:
    (
        _,
        slug,
        name,
        acronym,
        summary,
        included,
        excluded,
        regime,
        programme,
        since,
        until,
        source,
        source_date,
        updated,
    ) = texts
    phase = row.phases[row.phase_number(at)]
    return {
        "slug": slug,
        "name": name,
        "acronym": acronym,
        "summary": summary,
        "page": pattern.replace("_slug_", slug),
        "status": {
            "state": phase.state,
            "label": statuses.label(CallState(phase.state)),
            "call": phase.call or None,
            "closes_at": None if phase.closes_at is None else instant(datetime.fromtimestamp(phase.closes_at, UTC)),
        },
        "help_kinds": row.help_kinds,
        "audiences": row.audiences,
        "project_natures": row.project_natures,
        "expense_natures": row.expense_natures,
        "perimeter": {"included": included, "excluded": excluded},
        "funders": [catalogue.funders[pk].slug for pk in row.funders if pk in catalogue.funders],
        "highest_amount": euros(row.highest_amount),
        "regime": regime,
        "programme": programme,
        "valid_from": day(since),
        "valid_until": day(until),
        "source_name": source,
        "source_date": day(source_date),
        "updated_at": instant(updated),
    }
