"""From the tables to the rules: what `funding.eligibility` judges, made from the rows of a scheme.

Perimeters have two readings, kept apart here and nowhere else:

* a scheme's perimeter says where it applies. Without an included code it covers nothing, and only a draft may be so:
  `terms_of` refuses it with RuleError, as the database refuses its publication;
* a call's perimeter narrows that of its scheme. Without any code the call is answered wherever the scheme applies;
  with excluded codes only, everywhere there but in those.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace

from django.db import connection
from django.db.models import Prefetch

from funding.eligibility import amounts, calls
from funding.eligibility.codes import CriterionKind
from funding.eligibility.criteria import Criterion, from_row
from funding.eligibility.cumul import Exclusion
from funding.eligibility.errors import Refusal, RuleError
from funding.eligibility.places import Perimeter
from funding.eligibility.verdict import Terms
from funding.enums import AmountKind, EditorialState
from funding.models import AmountRule, Call, Round, Scheme, SchemeExclusion
from funding.models import Criterion as CriterionRow

logger = logging.getLogger(__name__)


def terms_of(scheme: Scheme) -> Terms:
    """What the rules know of a scheme, under its slug. Raises RuleError when it cannot be judged as written."""
    criteria = [place_criterion(scheme), *(criterion_of(row) for row in scheme.criteria.all())]
    return Terms(scheme.slug, tuple(criteria), tuple(call_of(call, scheme) for call in scheme.calls.all()))


Rules = tuple[Terms, tuple[amounts.AmountRule, ...]]


def load_terms() -> list[Terms]:
    """Terms of the published schemes, in the order of their slugs, in five queries."""
    return [terms for terms, _ in load_rules(Scheme.objects.published()).values()]


def load_rules(schemes) -> dict[int, Rules]:
    """Terms and amounts of a queryset of schemes by id, in the order of their slugs, in five queries.

    One that cannot be judged is left out and logged: use cases refuse it, so only a hand in the database can do that.
    """
    loaded = {}
    for scheme in with_rules(schemes).order_by("slug"):
        try:
            loaded[scheme.pk] = terms_of(scheme), amount_rules_of(scheme)
        except RuleError:
            logger.exception("The scheme %s cannot be judged", scheme.slug)
    return loaded


def stamps() -> dict[int, int]:
    """A number for each published scheme that changes when any row of its rules is written, in one query.

    Made of where PostgreSQL keeps each row and of the transaction that wrote it: nothing to maintain, nothing missed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STAMPS)
        return {scheme_id: int(stamp) for scheme_id, stamp in cursor.fetchall()}


_STAMPS = """
    WITH written AS (
        SELECT id AS scheme_id, 'scheme' AS kind, xmin, ctid FROM funding_scheme
        UNION ALL SELECT scheme_id, 'criterion', xmin, ctid FROM funding_criterion
        UNION ALL SELECT scheme_id, 'amount', xmin, ctid FROM funding_amountrule
        UNION ALL SELECT scheme_id, 'call', xmin, ctid FROM funding_call
        UNION ALL SELECT called.scheme_id, 'round', held.xmin, held.ctid
        FROM funding_round held JOIN funding_call called ON called.id = held.call_id
    )
    SELECT scheme_id, sum(hashtextextended(kind || xmin::text || ctid::text, 0))
    FROM written WHERE scheme_id IN (SELECT id FROM funding_scheme WHERE state = 'published')
    GROUP BY scheme_id
"""


def with_rules(schemes):
    """A queryset of schemes with all that `terms_of` and `amount_rules_of` read."""
    return schemes.prefetch_related(
        Prefetch("criteria", CriterionRow.objects.order_by("position", "pk")),
        Prefetch("calls", Call.objects.order_by("slug", "pk")),
        Prefetch("calls__rounds", Round.objects.order_by("pk")),
        Prefetch("amounts", AmountRule.objects.order_by("position", "pk")),
    )


def place_criterion(scheme: Scheme) -> Criterion:
    """The scheme's perimeter. Raises RuleError(NO_VALUES) when it covers nothing."""
    if not scheme.included_codes:
        raise RuleError(Refusal.NO_VALUES, "included_codes")
    return from_row({"kind": CriterionKind.PLACE, "values": scheme.included_codes, "excluded": scheme.excluded_codes})


def criterion_of(row: CriterionRow) -> Criterion:
    """A criterion from its row. Raises RuleError."""
    return from_row(
        {
            "kind": row.kind,
            "values": row.values,
            "excluded": row.excluded,
            "lower": row.lower,
            "upper": row.upper,
            "expected": row.expected,
            "hard": row.is_hard,
            "applies_to": row.applies_to,
            "contact": row.contact,
            "text": row.text,
            "link": row.link,
        }
    )


def call_of(call: Call, scheme: Scheme | None = None) -> calls.Call:
    """A call and its rounds for the rules; its life is that of its scheme. Raises RuleError.

    `variant_of` names the national call by slug when the calls of the scheme were prefetched, at no query.
    """
    scheme = scheme or call.scheme
    perimeter = None
    if call.included_codes or call.excluded_codes:
        perimeter = Perimeter(frozenset(call.included_codes), frozenset(call.excluded_codes))
    return calls.Call(
        key=call.slug,
        rounds=tuple(round_of(round_) for round_ in call.rounds.all()),
        is_permanent=call.is_permanent,
        suspended_from=call.suspended_from,
        suspended_until=call.suspended_until,
        exhausted_from=call.exhausted_from,
        exists_from=scheme.valid_from and calls.first_instant(scheme.valid_from),
        exists_until=scheme.valid_until and calls.last_instant(scheme.valid_until),
        end_is_known=scheme.end_is_known,
        perimeter=perimeter,
        variant_of=_slug_of_national(call, scheme),
    )


def round_of(row: Round) -> calls.Round:
    """A round for the rules. Raises RuleError."""
    return calls.Round(row.opens_at, row.closes_at, row.zone, row.exhausted_from, row.announced_for)


def amount_rules_of(scheme: Scheme) -> tuple[amounts.AmountRule, ...]:
    """How a scheme's amount is computed, in the order written. Raises RuleError."""
    return amount_rules(scheme.amounts.all())


def amount_rules(rows: Iterable[AmountRule]) -> tuple[amounts.AmountRule, ...]:
    """The same from rows alone. Points of rate belong to the rate written before them."""
    rules: list[amounts.AmountRule] = []
    for row in rows:
        if row.kind != AmountKind.RATE_BONUS:
            rules.append(_AMOUNTS[row.kind](row))
            continue
        if not rules or not isinstance(rules[-1], amounts.Rate):
            raise RuleError(Refusal.BAD_RATE, "rate", row.rate)
        bonus = amounts.RateBonus(row.rate, _condition(row))
        rules[-1] = replace(rules[-1], bonuses=(*rules[-1].bonuses, bonus))
    return tuple(rules)


def exclusions() -> tuple[Exclusion, ...]:
    """Pairs of published schemes that one project cannot have together."""
    published = EditorialState.PUBLISHED
    pairs = SchemeExclusion.objects.filter(first__state=published, second__state=published).order_by("pk")
    rows = pairs.values_list("first__slug", "second__slug", "reason", "link")
    return tuple(Exclusion(frozenset((first, second)), reason, link) for first, second, reason, link in rows)


def _slug_of_national(call: Call, scheme: Scheme) -> str | None:
    if call.variant_of_id is None:
        return None
    siblings = getattr(scheme, "_prefetched_objects_cache", {}).get("calls", ())
    known = next((other.slug for other in siblings if other.pk == call.variant_of_id), None)
    return known or call.variant_of.slug


def _condition(row: AmountRule) -> Criterion:
    condition = {
        "kind": row.condition_kind,
        "values": row.condition_values,
        "lower": row.condition_lower,
        "upper": row.condition_upper,
        "expected": row.condition_expected,
        "text": row.text,
    }
    return from_row(condition)


_AMOUNTS = {
    AmountKind.FLAT: lambda row: amounts.Flat(row.amount, row.is_ceiling),
    AmountKind.MONTHLY: lambda row: amounts.Monthly(row.amount, row.months, row.is_ceiling),
    AmountKind.RATE: lambda row: amounts.Rate(row.rate, row.lower, row.upper, row.base_cap, (), row.is_ceiling),
    AmountKind.BONUS: lambda row: amounts.Bonus(row.amount, _condition(row)),
    AmountKind.SPAN: lambda row: amounts.Span(row.lower, row.upper),
}
