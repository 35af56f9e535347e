"""The rows that the catalogue reads agree with the rules, at random places and instants."""

import random
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from funding import listing, rulebooks, schemes, statuses
from funding.eligibility import calls
from funding.eligibility.codes import AudienceCode, CriterionKind, ProjectNature
from funding.eligibility.criteria import from_row
from funding.eligibility.situation import Situation
from funding.models import Listing, Scheme
from funding.terms import call_of, with_rules
from territories.models import Place
from tests.funding.drafts import AT, FIRMS, PERMANENT, draft, good_rows, published

PERIMETERS = [["PAYS-99100"], ["ZON-TI-2018"], ["ZON-TI-2023"], ["REG-28", "REG-53"], ["DEP-30"], ["TI-2018-2706"]]
COMMUNES = ["COM-30007", "COM-76540", "COM-58194", "COM-22278", "COM-75056", "COM-97302", "COM-2A004", "COM-67482"]


def day(offset: int, hour: int = 0) -> datetime:
    return datetime(2020, 12, 15, hour, tzinfo=UTC) + timedelta(days=offset)


def random_call(chance: random.Random, slug: str) -> dict:
    rounds = []
    for _ in range(chance.randrange(3)):
        opens = chance.choice([None, day(chance.randrange(-200, 200), 8)])
        closes = chance.choice([None, (opens or day(-100)) + timedelta(days=chance.randrange(1, 120), hours=5)])
        words = "" if opens or closes else "bientôt"
        zone = chance.choice(["Europe/Paris", "America/Cayenne"])
        rounds.append({"opens_at": opens, "closes_at": closes, "announced_for": words, "zone": zone})
    call = {"slug": slug, "name": slug, "rounds": rounds, "is_permanent": not rounds or chance.random() < 0.1}
    if chance.random() < 0.2:
        call["suspended_from"] = day(chance.randrange(-50, 50))
        call["suspended_until"] = chance.choice([None, call["suspended_from"] + timedelta(days=20)])
    if chance.random() < 0.2:
        call["exhausted_from"] = day(chance.randrange(-50, 50))
    return call


def random_scheme(chance: random.Random) -> Scheme:
    national = [random_call(chance, f"national-{n}") for n in range(chance.randrange(3))]
    places = chance.sample([["REG-28"], ["REG-76"], ["DEP-58", "COM-22278"], ["REG-53", "REG-44"]], chance.randrange(3))
    if national and chance.random() < 0.3:
        for call in national:
            call["excluded_codes"] = ["REG-93", "REG-01"]
    local = []
    for number, codes in enumerate(places):
        local.append(random_call(chance, f"local-{number}") | {"included_codes": codes})
        if national and chance.random() < 0.7:
            local[-1]["variant_of"] = chance.choice(national)["slug"]
        if not national and chance.random() < 0.3:
            local[-1]["excluded_codes"] = ["COM-76540"]
    # A place in two perimeters at once would be refused: Saint-Brieuc is in Bretagne.
    if ["DEP-58", "COM-22278"] in places and ["REG-53", "REG-44"] in places:
        local = local[:1]
    values = {
        "included_codes": chance.choice(PERIMETERS),
        "excluded_codes": chance.choice([[], [], ["COM-30007"]]),
        "valid_from": chance.choice([None, None, day(-60).date()]),
        "valid_until": chance.choice([None, None, day(60).date()]),
        "end_is_known": chance.random() < 0.5,
    }
    return published(values, {"calls": [*national, *local] or [PERMANENT]})


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_the_row_that_applies_says_what_the_verdict_says(seed):
    chance = random.Random(seed)
    made = [random_scheme(chance) for _ in range(12)]
    found = with_rules(Scheme.objects.filter(pk__in=[one.pk for one in made]))
    judged = {one.slug: one for one in found}
    moments = {at for one in found for call in one.calls.all() for at in calls.changes(call_of(call, one))}
    instants = chance.sample(sorted(moments), min(len(moments), 12)) + [day(offset, 3) for offset in (-300, 0, 300)]
    rulebook = rulebooks.current().rulebook
    places = dict(Place.objects.filter(code__in=COMMUNES).values_list("code", "ancestor_codes"))
    assert len(places) == len(COMMUNES)
    for place, ancestors in [(None, None), *places.items()]:
        rows = Listing.objects.main() if place is None else Listing.objects.covering(ancestors)
        shown = {}
        for row in rows.filter(scheme__in=made).select_related("scheme"):
            assert row.scheme.slug not in shown, "a commune meets each scheme once"
            shown[row.scheme.slug] = row
        codes = None if ancestors is None else frozenset(ancestors)
        for at in instants:
            verdicts = rulebook.verdicts(Situation(place=codes), at)
            for slug, one in judged.items():
                status = verdicts[slug].call
                assert statuses.status_here(one, at, ancestors) == status
                if slug in shown:
                    phase = statuses.phase_at(shown[slug].phases, at)
                    assert (phase.state, phase.closes_at, phase.call) == (
                        status.state,
                        status.closes_at,
                        status.call_key,
                    )
                else:
                    outside = any(f.criterion.kind == CriterionKind.PLACE for f in verdicts[slug].obstacles)
                    assert outside or status.state == "no_call", (place, slug)


@pytest.mark.django_db
def test_each_scheme_shows_exactly_once_when_no_place_is_chosen():
    published(rows={"calls": [PERMANENT | {"included_codes": ["REG-28"]}]})
    rows = Listing.objects.main()
    assert rows.count() == Scheme.objects.published().count()
    assert rows.get(call=None).included_codes == []


@pytest.mark.django_db
def test_a_regional_call_of_a_scheme_of_the_territories_stays_within_them():
    scheme = published({"included_codes": ["ZON-TI-2018"]}, {"calls": [PERMANENT, VARIANT]})
    row = Listing.objects.get(scheme=scheme, call__slug="normandie")
    assert (row.included_codes, row.within_codes) == (["REG-28"], ["ZON-TI-2018"])
    assert Listing.objects.get(scheme=scheme, is_main=True).excluded_codes == ["REG-28"]
    nested = published({"included_codes": ["REG-28"]}, {"calls": [PERMANENT, VARIANT | {"included_codes": ["DEP-76"]}]})
    assert Listing.objects.get(scheme=nested, call__slug="normandie").within_codes == []


VARIANT = {
    "slug": "normandie",
    "name": "Normandie",
    "variant_of": "guichet",
    "included_codes": ["REG-28"],
    "is_permanent": True,
}


@pytest.mark.django_db
def test_facets_come_from_the_criteria_and_amounts():
    scheme = published(
        rows={
            "criteria": [
                FIRMS | {"values": ["firm", "epci"]},
                {"kind": "project_nature", "values": ["brownfield", "site_layout"]},
                {"kind": "expense_nature", "values": ["land"], "applies_to": ["epci"]},
                {"kind": "project_nature", "excluded": ["site_layout"]},
            ],
            "amounts": [{"kind": "rate", "rate": "0.3", "upper": 50_000}, {"kind": "flat", "amount": 1000}],
        }
    )
    row = Listing.objects.get(scheme=scheme)
    assert (row.audiences, row.project_natures, row.expense_natures) == (["firm", "epci"], ["brownfield"], [])
    assert (row.highest_amount, row.help_kinds) == (Decimal(51_000), ["grant"])
    assert row.funders == [scheme.roles.get(role="funder").organisation_id]


def test_only_hard_criteria_that_bind_everybody_restrict_a_facet():
    kind, codes = CriterionKind.PROJECT_NATURE, ProjectNature
    soft = from_row({"kind": kind, "values": ["brownfield"], "hard": False})
    some = from_row({"kind": kind, "values": ["brownfield"], "applies_to": [AudienceCode.FIRM]})
    assert listing.admitted([soft], kind, codes, ["firm"]) == []
    assert listing.admitted([some], kind, codes, ["firm", "epci"]) == []
    assert listing.admitted([some], kind, codes, ["firm"]) == ["brownfield"]


@pytest.mark.django_db
def test_search_reads_folded_french_and_ranks_names_first():
    named = published({"name": "Rénovation des forges", "summary": "x"})
    told = published({"name": "Autre", "description": "<p>Pour rénover une forge.</p>"})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT scheme_id FROM funding_listing WHERE search @@ websearch_to_tsquery('french', 'renovation forge') "
            "OR search @@ websearch_to_tsquery('french', 'renover forge') "
            "ORDER BY ts_rank(search, websearch_to_tsquery('french', 'forge')) DESC, scheme_id"
        )
        assert [pk for (pk,) in cursor.fetchall()] == [named.pk, told.pk]


@pytest.mark.django_db
def test_rebuilding_writes_the_same_rows_and_raises_the_version():
    before = list(Listing.objects.order_by("scheme_id", "call_id").values_list("scheme_id", "call_id", "phases"))
    version = rulebooks.version()
    assert listing.rebuild_all() == len(before)
    assert (
        list(Listing.objects.order_by("scheme_id", "call_id").values_list("scheme_id", "call_id", "phases")) == before
    )
    assert rulebooks.version() > version


@pytest.mark.django_db
def test_a_draft_has_no_row():
    scheme = draft()
    assert listing.rebuild([scheme.pk]) == 0


def test_rebuilds_at_once_wait_for_each_other(committed_db):
    scheme = published(rows=good_rows())
    ids = list(Scheme.objects.order_by("pk").values_list("pk", flat=True))
    failures, versions = [], []

    def work(order: list[int]):
        try:
            for _ in range(3):
                listing.rebuild(order)
                versions.append(listing.bump_version())
                schemes.save_scheme(scheme_id=scheme.pk, values={"summary": str(len(versions))}, actor=None, at=AT)
        except Exception as error:  # noqa: BLE001 - told by the main thread
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(order,)) for order in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert len(set(versions)) == 6
    assert Listing.objects.filter(scheme=scheme).count() == 1
