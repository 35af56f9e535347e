"""Finding what happened to calls: each is compared with what its followers knew, whoever wrote it and however.

The comparison is made by PostgreSQL on the whole content: a change by the administration, a sync or by hand in the
database is found alike, a week later too. Facts, what is known from then on and when to look again are written in one
transaction per batch: killed anywhere, the next run finds the same facts, under the same keys.
"""

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from funding.alerts import story
from funding.alerts.known import KnownCall
from funding.eligibility.errors import RuleError
from funding.models import CallNews, CallSnapshot

BATCH = 500
# One recorder at a time, whoever started it: the lock falls with its transaction.
_LOCK = 4_104_001

logger = logging.getLogger(__name__)


class _Seen(NamedTuple):
    call_id: int
    known: dict | None
    taken_at: datetime | None
    next_at: datetime | None
    changed_at: datetime | None
    content: dict


def record(*, at: datetime, batch: int = BATCH) -> Iterator[int]:
    """Record what happened until `at`; give the number of facts of each batch, once it is committed.

    The very first time, what is there is only noted: nothing of it is news. Safe to run twice, to kill and to repeat.
    """
    if not CallSnapshot.objects.exists():
        yield _note_all(at, batch)
        return
    last = 0
    while True:
        with transaction.atomic():
            _lock()
            seen = _seen(at, last, batch)
            written = _record(seen, at)
        if not seen:
            return
        last = seen[-1].call_id
        yield written


@transaction.atomic
def _note_all(at: datetime, batch: int) -> int:
    _lock()
    last = 0
    while seen := _seen(at, last, batch):
        last = seen[-1].call_id
        _record(seen, at, is_first=True)
    return 0


def _record(seen: list[_Seen], at: datetime, *, is_first: bool = False) -> int:
    news, snapshots = [], []
    for one in seen:
        try:
            told = _told(one, at, is_first)
        except RuleError:
            # Use cases refuse such a call: only a hand in the database can write it. The others go on.
            logger.exception("the call %s cannot be told", one.call_id)
            continue
        is_same = one.known == one.content
        snapshots.append(
            CallSnapshot(
                call_id=one.call_id,
                content=one.content,
                taken_at=one.taken_at if is_same else at,
                next_at=told.next_at,
            )
        )
        news += [
            CallNews(
                call_id=one.call_id,
                round_id=fact.round_id if any(fact.round_id == r["id"] for r in one.content["rounds"]) else None,
                kind=fact.kind,
                key=f"{one.call_id}:{fact.key}",
                before=fact.before,
                after=fact.after,
                due_at=fact.due_at,
                recorded_at=at,
                is_late=fact.is_late,
            )
            for fact in told.facts
        ]
    CallNews.objects.bulk_create(news, ignore_conflicts=True)
    CallSnapshot.objects.bulk_create(
        snapshots, update_conflicts=True, unique_fields=["call"], update_fields=["content", "taken_at", "next_at"]
    )
    return len(news)


def _told(one: _Seen, at: datetime, is_first: bool) -> story.Told:
    after = KnownCall.read(one.content)
    if is_first:
        return story.baseline(after, at)
    if one.known is None:
        return story.tell(None, after, since=None, at=at)
    is_newer = one.changed_at is not None and one.taken_at is not None and one.changed_at > one.taken_at
    return story.tell(
        KnownCall.read(one.known),
        after,
        since=one.next_at,
        at=at,
        stamp=one.taken_at.strftime("%Y%m%dT%H%M%S%f") if one.taken_at else "",
        changed_at=one.changed_at if is_newer else None,
    )


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _seen(at: datetime, after: int, limit: int) -> list[_Seen]:
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, {"at": at, "after": after, "limit": limit})
        return [
            _Seen(call_id, _read(known), taken_at, next_at, changed_at, _read(content))
            for call_id, known, taken_at, next_at, changed_at, content in cursor.fetchall()
        ]


def _read(content: str | dict | None) -> dict | None:
    return json.loads(content) if isinstance(content, str) else content


# Calls that are new, changed, or have something due. A draft has no place here; an archived scheme only once it was
# known. Instants are written by PostgreSQL in the connection's zone, which Django sets to UTC.
_SEEN = """
    SELECT called.id, known.content, known.taken_at, known.next_at, held.updated_at, found.content
    FROM funding_call called
    JOIN funding_scheme held ON held.id = called.scheme_id
    LEFT JOIN funding_callsnapshot known ON known.call_id = called.id
    CROSS JOIN LATERAL (
        SELECT jsonb_build_object(
            'is_published', held.state = 'published',
            'valid_from', held.valid_from,
            'valid_until', held.valid_until,
            'end_is_known', held.end_is_known,
            'is_permanent', called.is_permanent,
            'suspended_from', called.suspended_from,
            'suspended_until', called.suspended_until,
            'exhausted_from', called.exhausted_from,
            'rounds', coalesce(
                (
                    SELECT jsonb_agg(
                        jsonb_build_object(
                            'id', one.id,
                            'label', one.label,
                            'opens_at', one.opens_at,
                            'closes_at', one.closes_at,
                            'zone', one.zone,
                            'results_on', one.results_on,
                            'exhausted_from', one.exhausted_from,
                            'announced_for', one.announced_for
                        ) ORDER BY one.id
                    )
                    FROM funding_round one WHERE one.call_id = called.id
                ),
                '[]'::jsonb
            )
        ) AS content
    ) found
    WHERE called.id > %(after)s
        AND (held.state = 'published' OR (held.state = 'archived' AND known.id IS NOT NULL))
        AND (known.id IS NULL OR known.content IS DISTINCT FROM found.content OR known.next_at <= %(at)s)
    ORDER BY called.id
    LIMIT %(limit)s
"""
