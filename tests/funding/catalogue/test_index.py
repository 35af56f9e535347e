"""The index against plain loops over the same rows, at random."""

import random
from math import inf

import pytest

from funding.catalogue.bits import flags_of, in_order, mask_of
from funding.catalogue.index import FACETS, Index
from funding.catalogue.rows import Phase, Row

CODES = ["PAYS-99100", "REG-76", "REG-28", "DEP-30", "COM-30007"]
STATES = ["open", "closing_soon", "permanent", "upcoming", "closed"]


def row(draw: random.Random, listing_id: int) -> Row:
    def some(values) -> tuple:
        return tuple(draw.sample(values, draw.randint(0, len(values))))

    starts = [-inf, *sorted(draw.sample(range(1, 50), 3))]
    phases = tuple(
        Phase(since, draw.choice(STATES), draw.choice([None, draw.randint(1, 90)]), "appel") for since in starts
    )
    return Row(
        listing_id, draw.randint(1, 9), listing_id // 2, None, draw.random() < 0.5, some(CODES), some(CODES[1:]),
        some(CODES[:2]), some(["firm", "epci"]), some(["grant", "loan"]), some(["brownfield"]), some(["land"]),
        some([1, 2, 3]), draw.choice([None, 10, 20]), phases,
    )  # fmt: skip


def applies(one: Row, codes: list[str]) -> bool:
    here = set(codes)
    is_within = not one.within or here & set(one.within)
    return bool(here & set(one.included) and is_within and not here & set(one.excluded))


def assert_says_the_same(index: Index, kept: dict[int, Row]) -> None:
    rows = {position: found for position, found in enumerate(index.rows) if found is not None}
    assert {found.listing_id: found for found in rows.values()} == kept
    assert index.positions == {found.listing_id: position for position, found in rows.items()}
    for codes in (["PAYS-99100"], ["COM-30007", "DEP-30", "REG-76", "PAYS-99100"], ["REG-28"], []):
        assert index.at_place(codes) == mask_of((p for p, one in rows.items() if applies(one, codes)), index.size)
    for facet, name in FACETS.items():
        values = {value for one in rows.values() for value in getattr(one, name)}
        for value in values:
            expected = {
                p for p, one in rows.items()
                if value in getattr(one, name) or (facet == "public" and not one.audiences)
            }  # fmt: skip
            assert index.having(facet, value) == mask_of(expected, index.size)
    assert index.main == mask_of((p for p, one in rows.items() if one.is_main), index.size)
    for at in (0.0, 7.0, 25.0, 49.0, 1000.0):
        moment = index.moment(at)
        assert moment.begins <= at < moment.ends
        for state in STATES:
            expected = {p for p, one in rows.items() if one.phases[one.phase_number(at)].state == state}
            assert moment.states.get(state, 0) == mask_of(expected, index.size)
        assert sorted(moment.by_closing) == sorted(rows)
        early = {
            p for p, one in rows.items()
            if (phase := one.phases[one.phase_number(at)]).state in ("open", "closing_soon", "permanent")
            and phase.closes_at is not None and phase.closes_at < 40
        }  # fmt: skip
        assert moment.closing_before(40, index.size) == mask_of(early, index.size)


@pytest.mark.parametrize("seed", range(5))
def test_the_index_says_what_loops_say_after_any_change(seed):
    draw = random.Random(seed)
    kept = {number: row(draw, number) for number in range(1, 60)}
    index = Index().updated(gone=(), come=kept.values())
    assert_says_the_same(index, kept)
    for step in range(4):
        gone = draw.sample(sorted(kept), 12)
        changed = gone[:5]
        come = [row(draw, number) for number in (*changed, *range(100 * (step + 1), 100 * (step + 1) + 8))]
        before = dict(index.masks["aide"])
        newer = index.updated(gone=gone, come=come)
        assert index.masks["aide"] == before
        kept = {number: one for number, one in kept.items() if number not in gone}
        kept |= {one.listing_id: one for one in come}
        index = newer
        assert_says_the_same(index, kept)


def test_bits():
    assert mask_of([0, 3, 8], 9) == 0b100001001
    assert list(flags_of(0b1001, 6)) == [1, 0, 0, 1, 0, 0]
    assert in_order(0b1011, [3, 2, 1, 0], 4, 0, 2) == [3, 1]
    assert in_order(0b1011, [3, 2, 1, 0], 4, 2, 9) == [0]
    assert list(flags_of(0, 0)) == [0]
    assert in_order(0, [], 0, 0, 20) == []
