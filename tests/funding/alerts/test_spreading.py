from datetime import UTC, datetime, timedelta

import pytest

from funding.alerts.spreading import spread
from funding.enums import NewsKind
from funding.models import Alert, Call, CallNews, Follow, KeptCheck
from territories.models import Place
from tests.funding.alerts.people import SINCE, follow, person
from tests.funding.drafts import published

AT = datetime(2027, 3, 10, 9, tzinfo=UTC)
OPEN = [{"opens_at": AT - timedelta(days=20), "closes_at": AT + timedelta(days=20)}]


def news(call: Call, kind: str = NewsKind.MOVED, key: str = "") -> CallNews:
    return CallNews.objects.create(
        call=call, kind=kind, key=key or f"{call.pk}:{kind}", due_at=AT, recorded_at=AT, after={"closes_at": None}
    )


def told() -> set[tuple[int, int]]:
    """Pairs of a fact and of the follow that says why."""
    sum(spread(at=AT))
    return set(Alert.objects.values_list("news_id", "follow_id"))


def check(**answers) -> KeptCheck:
    number = KeptCheck.objects.count()
    return KeptCheck.objects.create(
        token=f"check-{number}", facts=answers, verdicts={}, as_of=AT, rules_version="1", data_version=1, created_at=AT
    )


@pytest.fixture
def scheme(db):
    """Everywhere in France, but with a call of its own in Occitanie; only for firms."""
    national = {"slug": "national", "name": "Appel national", "rounds": OPEN}
    regional = {"slug": "occitanie", "name": "Appel Occitanie", "rounds": OPEN, "included_codes": ["REG-76"]}
    return published(rows={"calls": [national, {**regional, "variant_of": "national"}]})


@pytest.fixture
def national(scheme) -> Call:
    return scheme.calls.get(slug="national")


@pytest.fixture
def regional(scheme) -> Call:
    return scheme.calls.get(slug="occitanie")


def place(code: str) -> Place:
    return Place.objects.get(code=code)


def test_followers_of_the_call_and_of_its_scheme_are_told(scheme, national, regional):
    of_call, of_scheme, other = follow(call=national), follow(scheme=scheme), follow(call=regional)

    fact = news(national)

    assert told() == {(fact.pk, of_call.pk), (fact.pk, of_scheme.pk)}
    assert told() == {(fact.pk, of_call.pk), (fact.pk, of_scheme.pk)}
    assert other.subscriber.alerts.count() == 0
    fact.refresh_from_db()
    assert fact.spread_at == AT


def test_places_are_told_of_the_calls_that_count_there(national, regional):
    nevers = Place.objects.get(kind="territory", valid_until=None, name__startswith="Nevers")
    gard = Place.objects.filter(kind="territory", valid_until=None, ancestor_codes__contains=["DEP-30"]).first()
    follows = {where.code: follow(place=where) for where in (nevers, gard, place("REG-76"), place("REG-27"))}
    facts = {news(national).pk: {nevers.code, "REG-27"}, news(regional).pk: {gard.code, "REG-76"}}

    assert told() == {(pk, follows[code].pk) for pk, codes in facts.items() for code in codes}


def test_places_left_out_are_told_nothing(db):
    scheme = published({"included_codes": ["PAYS-99100"], "excluded_codes": ["REG-28"]})
    here, elsewhere = follow(place=place("REG-27")), follow(place=place("REG-28"))

    fact = news(scheme.calls.get())

    assert told() == {(fact.pk, here.pk)}
    assert elsewhere.subscriber.alerts.count() == 0


def test_kept_checks_are_judged_by_the_rules_of_now(national):
    fits = follow(kept_check=check(audience="firm"))
    unsure = follow(kept_check=check(staff="40"))
    refused = follow(kept_check=check(audience="epci"))

    fact = news(national)

    assert told() == {(fact.pk, fits.pk), (fact.pk, unsure.pk)}
    assert refused.subscriber.alerts.count() == 0


def test_one_person_is_told_once_by_the_most_precise_follow(scheme, national):
    somebody = person()
    follow(somebody, kept_check=check(audience="firm"))
    follow(somebody, place=place("REG-27"))
    follow(somebody, scheme=scheme)
    of_call = follow(somebody, call=national)

    fact = news(national)

    assert told() == {(fact.pk, of_call.pk)}


@pytest.mark.parametrize(
    ("whose", "how"),
    [
        ({"confirmed_at": None}, {}),
        ({"stopped_at": SINCE, "stop_reason": "unsubscribed"}, {}),
        ({"kinds": [NewsKind.J3]}, {}),
        ({"kinds": []}, {}),
        ({}, {"confirmed_at": None}),
        ({}, {"confirmed_at": AT + timedelta(minutes=1)}),
    ],
)
def test_who_asked_for_nothing_is_told_nothing(national, whose, how):
    bait = follow(call=national)
    follow(person(**whose), call=national, **how)

    fact = news(national)

    assert told() == {(fact.pk, bait.pk)}


def test_batches_of_one_tell_the_same(scheme, national, regional):
    follow(scheme=scheme)
    follow(call=national)
    news(national)
    news(national, NewsKind.J3)
    news(regional)

    assert list(spread(at=AT, batch=1)) == [2, 2, 1]
    assert list(spread(at=AT, batch=1)) == []


def test_the_facts_of_a_batch_are_read_in_as_many_queries_as_one(national, regional, django_assert_num_queries):
    follow(call=national)
    for size in (1, 3):
        for number in range(size):
            news(regional, key=f"{size}-{number}")
        with django_assert_num_queries(QUERIES):
            list(spread(at=AT))


# Facts, scheme and its four lists, ancestors, the tables, followed checks, alerts, stamp; the empty batch that ends it.
QUERIES = 17


def test_an_archived_scheme_still_reaches_its_places(scheme, national):
    here = follow(place=place("REG-27"))
    scheme.state = "archived"
    scheme.save()

    fact = news(national, NewsKind.CANCELLED)

    assert told() == {(fact.pk, here.pk)}
    assert Follow.objects.count() == 1
