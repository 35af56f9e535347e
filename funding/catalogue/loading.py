"""The index of this process, brought up to the version of the data at each request.

One small query tells whether anything changed since. If so, rows written since are recognised by PostgreSQL's own mark
of the transaction that wrote them (`xmin`), so that no writer has to declare what it touched, and only those are read.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from math import inf
from threading import Lock

from django.db import connection

from funding.catalogue.index import Index
from funding.catalogue.rows import Phase, Row

_MARKS = "SELECT id, xmin::text::bigint FROM funding_listing"
_ROWS = (
    "SELECT id, xmin::text::bigint, scheme_id, call_id, is_main, included_codes, excluded_codes, within_codes,"
    " audiences, help_kinds, project_natures, expense_natures, funders, highest_amount, phases FROM funding_listing"
)
_SOME_ROWS = f"{_ROWS} WHERE id = ANY(%s)"
_ORGANISATIONS = "SELECT id, slug, name, acronym FROM funding_organisation"


# Name of the database, version of the data, last load of the reference tables, last edition of the list.
Key = tuple[str, int, int | None, datetime | None]

DATA_NUMBER = "coalesce((SELECT number FROM funding_dataversion ORDER BY id LIMIT 1), 0)"
_VERSION = f"""
SELECT {DATA_NUMBER},
       (SELECT id FROM territories_referenceload ORDER BY id DESC LIMIT 1),
       (SELECT applied_at FROM territories_listedition ORDER BY id DESC LIMIT 1)
"""  # noqa: S608 - an expression of our own


@dataclass(frozen=True, slots=True)
class Funder:
    slug: str
    name: str
    acronym: str

    @property
    def label(self) -> str:
        return self.acronym or self.name


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a process knows. Caches of what is made from it bear its `key`."""

    key: Key
    index: Index
    funders: dict[int, Funder]

    @property
    def version(self) -> int:
        return self.key[1]


_kept: Catalogue | None = None
_lock = Lock()


def data_key() -> Key:
    """What pages about schemes and places depend on. One small query, not compiled by the ORM."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION)
        return connection.settings_dict["NAME"], *cursor.fetchone()


def current(key: Key | None = None) -> Catalogue:
    """The catalogue at the version of the data: one query when nothing changed, none when that version is given."""
    global _kept  # noqa: PLW0603 - one index for the process
    key = key or data_key()
    kept = _kept
    if kept is not None and kept.key == key:
        return kept
    with _lock:
        kept = _kept
        if kept is None or kept.key != key:
            if kept is None or kept.key[0] != key[0]:
                kept = Catalogue(key, Index().updated(gone=(), come=_read(_ROWS)), _funders())
            elif kept.version != key[1]:
                kept = Catalogue(key, _brought_up(kept.index), _funders())
            else:
                kept = Catalogue(key, kept.index, kept.funders)
            _kept = kept
    return kept


def forget() -> None:
    """Read everything again at the next request; for tests, whose transactions are undone."""
    global _kept  # noqa: PLW0603
    _kept = None


def _brought_up(index: Index) -> Index:
    if not index.positions:
        return index.updated(gone=(), come=_read(_ROWS))
    with connection.cursor() as cursor:
        cursor.execute(_MARKS)
        marks = dict(cursor.fetchall())
    gone = [
        listing_id
        for listing_id, position in index.positions.items()
        if marks.get(listing_id) != index.rows[position].stamp
    ]
    known = index.positions.keys() - set(gone)
    come = [listing_id for listing_id in marks if listing_id not in known]
    if not gone and not come:
        return index
    return index.updated(gone=gone, come=_read(_SOME_ROWS, [come]) if come else ())


def _funders() -> dict[int, Funder]:
    with connection.cursor() as cursor:
        cursor.execute(_ORGANISATIONS)
        return {pk: Funder(*rest) for pk, *rest in cursor.fetchall()}


def _read(sql: str, parameters: list | None = None) -> Iterator[Row]:
    """Rows of the catalogue; the values that they share are kept once."""
    shared: dict[tuple, tuple] = {}
    told: dict[str, tuple[Phase, ...]] = {}

    def one(values: Iterable) -> tuple:
        kept = tuple(values)
        return shared.setdefault(kept, kept)

    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        for row in cursor:
            phases = told.get(row[14])
            if phases is None:
                phases = told[row[14]] = tuple(_phases(json.loads(row[14])))
            yield Row(*row[:5], *(one(values) for values in row[5:13]), row[13], phases)


def _phases(story: list) -> Iterator[Phase]:
    for since, state, closes_at, call in story or [[None, "no_call", None, ""]]:
        yield Phase(
            -inf if since is None else datetime.fromisoformat(since).timestamp(),
            state,
            None if closes_at is None else datetime.fromisoformat(closes_at).timestamp(),
            call or "",
        )
