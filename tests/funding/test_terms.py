"""Rows become rules: criteria, perimeters, amounts, calls; in few queries."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from funding import listing, rulebooks, schemes, terms
from funding.eligibility import amounts
from funding.eligibility.errors import RuleError
from funding.eligibility.situation import Situation
from funding.models import AmountRule, Criterion, Round, Scheme
from tests.funding.drafts import AT, FIRMS, draft, published

pytestmark = pytest.mark.django_db


def read(scheme: Scheme) -> Scheme:
    return terms.with_rules(Scheme.objects.filter(pk=scheme.pk)).get()


def test_the_perimeter_of_a_scheme_is_a_criterion_of_place():
    scheme = published({"included_codes": ["REG-28"], "excluded_codes": ["COM-76540"]})
    place, audience = terms.terms_of(read(scheme)).criteria
    assert (place.values, place.excluded, place.hard) == ({"REG-28"}, {"COM-76540"}, True)
    assert audience.values == {"firm"}


def test_a_perimeter_that_covers_nothing_is_refused_and_one_that_only_excludes_too():
    for values in ({"included_codes": []}, {"included_codes": [], "excluded_codes": ["REG-28"]}):
        with pytest.raises(RuleError, match="included_codes"):
            terms.terms_of(read(draft(values)))


def test_a_criterion_of_place_that_only_excludes_means_everywhere_but_there():
    scheme = published(rows={"criteria": [FIRMS, {"kind": "place", "excluded": ["REG-28"]}]})
    assert any(c.excluded == {"REG-28"} and not c.values for c in terms.terms_of(read(scheme)).criteria)


def test_bounds_come_back_as_numbers():
    rows = {"criteria": [FIRMS, {"kind": "staff_range", "lower": 10, "upper": 250}]}
    criterion = terms.terms_of(read(published(rows=rows))).criteria[-1]
    assert (criterion.lower, criterion.upper) == (10, 250)
    assert isinstance(criterion.lower, int)


def test_calls_carry_their_instants_their_life_and_their_place():
    spent = datetime(2021, 1, 5, tzinfo=UTC)
    rounds = [{"closes_at": AT, "zone": "America/Cayenne", "exhausted_from": spent}, {"announced_for": "2027"}]
    national = {"slug": "a", "name": "A", "suspended_from": spent, "suspended_until": AT, "rounds": rounds}
    variant = {"slug": "v", "name": "V", "is_permanent": True, "variant_of": "a", "included_codes": ["REG-03"]}
    values = {"valid_from": date(2020, 1, 1), "valid_until": date(2026, 12, 31), "end_is_known": False}
    one, other = terms.terms_of(read(published(values, {"calls": [variant, national]}))).calls
    assert (one.key, one.variant_of, one.perimeter, one.suspended_from, one.suspended_until) == (
        "a",
        None,
        None,
        spent,
        AT,
    )
    assert [(r.closes_at, r.zone, r.exhausted_from, r.announced_for) for r in one.rounds] == [
        (AT, "America/Cayenne", spent, ""),
        (None, "Europe/Paris", None, "2027"),
    ]
    assert one.exists_from == datetime(2019, 12, 31, 23, tzinfo=UTC)
    assert (one.exists_until, one.end_is_known) == (datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC), False)
    assert (other.variant_of, other.perimeter.included) == ("a", {"REG-03"})


def test_amounts_in_every_form():
    is_small = {"condition_kind": "eu_size", "condition_values": ["small"], "text": "petite entreprise"}
    rows = [
        {"kind": "rate", "rate": "0.2", "lower": 100, "upper": 5000, "base_cap": 20_000, "is_ceiling": True},
        {"kind": "rate_bonus", "rate": "0.1", **is_small},
        {"kind": "monthly", "amount": 100, "months": 12, "is_ceiling": True},
        {"kind": "flat", "amount": "4000"},
        {"kind": "bonus", "amount": 8000, "condition_kind": "ecological_transition"},
        {"kind": "span", "lower": 10, "upper": 20},
    ]
    rate, monthly, flat, bonus, span = terms.amount_rules_of(read(published(rows={"amounts": rows})))
    assert (rate.rate, rate.floor, rate.cap, rate.base_cap) == (Decimal("0.2"), 100, 5000, 20_000)
    assert (rate.bonuses[0].rate, rate.bonuses[0].condition.values) == (Decimal("0.1"), {"small"})
    assert monthly == amounts.Monthly(Decimal(100), 12, True)
    assert flat == amounts.Flat(Decimal(4000))
    assert (bonus.amount, bonus.condition.expected) == (8000, True)
    assert span == amounts.Span(Decimal(10), Decimal(20))


def test_points_of_rate_without_a_rate_are_refused():
    with pytest.raises(RuleError):
        terms.amount_rules([AmountRule(kind="rate_bonus", rate=Decimal("0.1"))])


@pytest.mark.parametrize("size", [1, 3])
def test_rules_load_in_the_same_queries_whatever_the_number(size, django_assert_num_queries):
    for _ in range(size):
        published()
    with django_assert_num_queries(5):
        loaded = terms.load_terms()
    assert [one.key for one in loaded] == sorted(Scheme.objects.published().values_list("slug", flat=True))


def test_what_a_hand_in_the_database_broke_is_left_out_and_logged(caplog):
    scheme = published()
    Criterion.objects.filter(scheme=scheme).update(values=[])
    assert scheme.slug not in {one.key for one in terms.load_terms()}
    assert scheme.slug in caplog.text


def test_rules_are_compiled_once_for_a_version(django_assert_num_queries):
    published()
    kept = rulebooks.current()
    with django_assert_num_queries(1):
        assert rulebooks.current() is kept
    scheme = published()
    assert rulebooks.current() is not kept
    assert scheme.slug in rulebooks.current().rulebook.verdicts(Situation(), AT).states()
    schemes.archive_scheme(scheme_id=scheme.pk, actor=None, at=AT)
    assert scheme.slug not in rulebooks.current().amounts


def held() -> dict:
    return {one.key: one for one in rulebooks.current().rulebook.terms}


def test_only_what_was_written_is_read_again():
    first, second = published(), published()
    before = held()
    schemes.save_scheme(scheme_id=first.pk, rows={"criteria": [FIRMS | {"text": "Autre"}]}, actor=None, at=AT)
    between = held()
    assert [key for key in between if between[key] is not before[key]] == [first.slug]
    # A hand in the database, and only the version raised: seen all the same.
    Round.objects.create(call=second.calls.get(), closes_at=AT)
    listing.bump_version()
    after = held()
    assert [key for key in after if after[key] is not between[key]] == [second.slug]
    assert after[second.slug].calls[0].rounds[0].closes_at == AT
    assert list(after) == sorted(after)


def test_what_is_no_longer_published_is_forgotten():
    scheme = published()
    rulebooks.current()
    Scheme.objects.filter(pk=scheme.pk).update(state="archived")
    listing.bump_version()
    assert scheme.slug not in rulebooks.current().amounts
