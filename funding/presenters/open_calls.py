"""What can be used now, in a few lines, for pages about something else: a territory, the home."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from funding.catalogue.rows import Row
from funding.models import Scheme
from funding.presenters.cards import Badge, badge_of, call_name, deciding, with_calls


class Line(NamedTuple):
    name: str
    url: str
    call_name: str
    badge: Badge


def lines(rows: Iterable[Row], at: datetime) -> dict[int, Line]:
    """Lines by listing id, in the order of the rows. Three queries, whatever the number of rows; none without rows.

    A scheme that went away since the index was made has none.
    """
    rows = list(rows)
    known = with_calls(row.scheme_id for row in rows) if rows else {}
    return {row.listing_id: _line(known[row.scheme_id], row, at) for row in rows if row.scheme_id in known}


def _line(scheme: Scheme, row: Row, at: datetime) -> Line:
    call, status = deciding(scheme, row, at)
    return Line(scheme.name, scheme.get_absolute_url(), call_name(scheme, call), badge_of(status))
