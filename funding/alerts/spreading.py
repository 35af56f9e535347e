"""From a fact to the people who are to know it: one alert per person and fact, whatever they follow that it touches.

Who: followers of the call, of its scheme, of the territories and régions where the call counts (as their pages list it,
a regional variant hiding the national call), and of kept checks whose verdict on the scheme is not « non éligible »
under the rules of now. Only confirmed follows, of people who are confirmed, have not stopped, and chose this kind.

PostgreSQL writes the alerts from the tables themselves: nothing grows here with the number of followers.
"""

import logging
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import connection, transaction

from funding import cells, listing, terms
from funding.answers import as_data
from funding.eligibility.codes import VerdictState
from funding.eligibility.errors import RuleError
from funding.eligibility.rulebook import Rulebook
from funding.eligibility.situation import Situation
from funding.eligibility.verdict import Terms
from funding.forms.reading import read_answers
from funding.models import CallNews, Follow, KeptCheck, Scheme
from funding.models.follows import SCHEME_TEXTS

BATCH = 250
CHECKS_AT_A_TIME = 200
KEPT_SITUATIONS = 2_000

logger = logging.getLogger(__name__)


def spread(*, at: datetime, batch: int = BATCH) -> Iterator[int]:
    """Write the alerts of the facts that nobody was told yet; give their number for each batch, once committed.

    Facts and their alerts are settled together: killed anywhere, the next run goes on with what is left.
    """
    situations = _Situations()
    while True:
        with transaction.atomic():
            news = list(
                CallNews.objects.filter(spread_at=None)
                .select_for_update(skip_locked=True, of=("self",))
                .select_related("call")
                .order_by("recorded_at", "pk")[:batch]
            )
            if not news:
                return
            written = _spread(news, at, situations)
            CallNews.objects.filter(pk__in=[fact.pk for fact in news]).update(spread_at=at)
        yield written


def _spread(news: list[CallNews], at: datetime, situations: "_Situations") -> int:
    touched = Scheme.objects.filter(pk__in={fact.call.scheme_id for fact in news}).defer(*SCHEME_TEXTS)
    schemes = terms.with_rules(touched).order_by("pk")
    rules = dict(_rules(schemes))
    named = {code for scheme, _ in rules.values() for call in scheme.calls.all() for code in call.included_codes}
    ancestors = cells.ancestors_of(named)
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        _copy("news_place", [row for fact in news for row in _places(fact, rules, ancestors)])
        for rows in _checks(news, rules, at, situations):
            _copy("news_check", rows)
        cursor.execute(_SPREAD, {"news": [fact.pk for fact in news], "at": at})
        return cursor.rowcount


def _copy(table: str, rows: Sequence[tuple]) -> None:
    # Rows are there already: while a COPY runs, its connection answers no question.
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _rules(schemes: Iterable[Scheme]) -> Iterator[tuple[int, tuple[Scheme, Terms]]]:
    for scheme in schemes:
        try:
            yield scheme.pk, (scheme, terms.terms_of(scheme))
        except RuleError:
            # Such a scheme is in no catalogue either: followers of its call and of itself are told all the same.
            logger.exception("the scheme %s cannot be judged", scheme.slug)


def _places(fact: CallNews, rules, ancestors) -> Iterator[tuple]:
    scheme, judged = rules.get(fact.call.scheme_id, (None, None))
    if scheme is None:
        return
    for cell in cells.cells_of(judged.calls, ancestors):
        if any(call.key == fact.call.slug for call in cell.shown):
            where = listing.perimeter_of(scheme, cell, ancestors)
            yield fact.pk, where["included_codes"], where["excluded_codes"], where.get("within_codes", [])


def _checks(news: list[CallNews], rules, at: datetime, situations: "_Situations") -> Iterator[list[tuple[int, int]]]:
    """Pairs of a fact and of a followed check that the scheme is not out of reach of, some checks at a time."""
    by_slug: dict[str, list[int]] = {}
    for fact in news:
        if fact.call.scheme_id in rules:
            by_slug.setdefault(rules[fact.call.scheme_id][1].key, []).append(fact.pk)
    rulebook = Rulebook.compile(judged for _, judged in rules.values())
    for some in situations.batches():
        reached = []
        for check_id, situation in some.items():
            refused = set(rulebook.verdicts(situation, at).keys(VerdictState.NOT_ELIGIBLE))
            reached += [(pk, check_id) for slug, facts in by_slug.items() if slug not in refused for pk in facts]
        yield reached


class _Situations:
    """Facts of the followed checks, read from the answers; the last ones read are kept from batch to batch."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Situation] = OrderedDict()

    def batches(self) -> Iterator[dict[int, Situation]]:
        followed = Follow.objects.exclude(kept_check=None).exclude(confirmed_at=None)
        ids = list(followed.order_by("kept_check_id").values_list("kept_check_id", flat=True).distinct())
        for start in range(0, len(ids), CHECKS_AT_A_TIME):
            wanted = ids[start : start + CHECKS_AT_A_TIME]
            missing = [pk for pk in wanted if pk not in self._kept]
            self._kept |= dict(self._read(missing)) if missing else {}
            yield {pk: self._kept[pk] for pk in wanted if pk in self._kept}
            while len(self._kept) > KEPT_SITUATIONS:
                self._kept.popitem(last=False)

    def _read(self, ids: list[int]) -> Iterator[tuple[int, Situation]]:
        exclusions = terms.exclusions()
        for pk, facts in KeptCheck.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "facts"):
            answered, _ = read_answers(as_data(facts), exclusions)
            yield pk, answered.situation


_TABLES = """
    DROP TABLE IF EXISTS pg_temp.news_place, pg_temp.news_check;
    CREATE TEMPORARY TABLE news_place
        (news_id bigint, included text[], excluded text[], within text[]) ON COMMIT DROP;
    CREATE TEMPORARY TABLE news_check (news_id bigint, kept_check_id bigint) ON COMMIT DROP;
"""

# Of several follows of one person, the most precise says why: call, scheme, place, check. Somebody who follows since
# after the fact was found has read it on the page.
_SPREAD = """
    WITH fresh AS MATERIALIZED (
        SELECT news.id, news.kind, news.recorded_at, news.call_id, called.scheme_id
        FROM funding_callnews news JOIN funding_call called ON called.id = news.call_id
        WHERE news.id = ANY(%(news)s)
    ),
    followed AS MATERIALIZED (
        SELECT place.id, place.ancestor_codes::text[] AS codes FROM territories_place place
        WHERE place.id IN (SELECT place_id FROM funding_follow WHERE place_id IS NOT NULL)
    ),
    reached AS (
        SELECT DISTINCT news_place.news_id, followed.id AS place_id FROM news_place JOIN followed
        ON followed.codes && included AND NOT followed.codes && excluded
            AND (within = '{}' OR followed.codes && within)
    ),
    touched AS (
        SELECT fresh.*, follow.id AS follow_id, follow.subscriber_id, follow.confirmed_at, 1 AS distance
        FROM fresh JOIN funding_follow follow ON follow.call_id = fresh.call_id
        UNION ALL
        SELECT fresh.*, follow.id, follow.subscriber_id, follow.confirmed_at, 2
        FROM fresh JOIN funding_follow follow ON follow.scheme_id = fresh.scheme_id
        UNION ALL
        SELECT fresh.*, follow.id, follow.subscriber_id, follow.confirmed_at, 3
        FROM reached JOIN fresh ON fresh.id = reached.news_id
        JOIN funding_follow follow ON follow.place_id = reached.place_id
        UNION ALL
        SELECT fresh.*, follow.id, follow.subscriber_id, follow.confirmed_at, 4
        FROM news_check JOIN fresh ON fresh.id = news_check.news_id
        JOIN funding_follow follow ON follow.kept_check_id = news_check.kept_check_id
    )
    INSERT INTO funding_alert (subscriber_id, news_id, follow_id, state, created_at, message_key)
    SELECT DISTINCT ON (person.id, touched.id) person.id, touched.id, touched.follow_id, 'waiting', %(at)s, ''
    FROM touched JOIN funding_subscriber person ON person.id = touched.subscriber_id
    WHERE touched.confirmed_at <= touched.recorded_at
        AND person.confirmed_at IS NOT NULL
        AND person.stopped_at IS NULL
        AND touched.kind = ANY(person.kinds)
    ORDER BY person.id, touched.id, touched.distance, touched.follow_id
    ON CONFLICT DO NOTHING
"""
