"""Lines of a file and projects of a list: who is whom. Pure."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations, product

import pytest

from funding.funded_projects.columns import Columns
from funding.funded_projects.plan import Known, plan
from funding.funded_projects.reading import Draft, Line, Sheet

BASE = Draft("100", "100", "Lampes", "legal_person", "ALES", "213000078", 1, "30007", "30", Decimal(10), "", "")


def drafts(*changes: dict) -> list[Draft]:
    return [replace(BASE, **change) for change in changes]


def sheet(found: list[Draft]) -> Sheet:
    return Sheet(Columns({}), tuple(Line(number, draft) for number, draft in enumerate(found, 2)))


def known(found: list[Draft], **more) -> list[Known]:
    return [Known(rank, rank, draft, **more) for rank, draft in enumerate(found, 1)]


def compared(file: list[Draft], there: list[Draft]):
    return plan(sheet(file), known(there), list_id=1)


THREE = drafts({"amount": Decimal(1)}, {"amount": Decimal(2)}, {"amount": Decimal(2), "commune_code": "30008"})


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_lines_of_one_file_number_in_any_order_change_nothing(order):
    assert compared([THREE[place] for place in order], THREE).is_empty


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_one_line_that_changes_is_one_change(order):
    file = [THREE[0], replace(THREE[1], amount=Decimal(7)), THREE[2]]
    found = compared([file[place] for place in order], THREE)
    assert [(item.known.id, item.fields) for item in found.changed] == [(2, ("amount",))]
    assert not found.new
    assert not found.gone


def test_same_lines_are_as_many_projects_and_one_less_is_one_gone():
    twins = [BASE, BASE, BASE]
    first = compared(twins, [])
    assert [item.rank for item in first.new] == [1, 2, 3]
    assert compared(twins, twins).is_empty
    assert len(compared(twins[:2], twins).gone) == 1
    assert len(compared([*twins, BASE], twins).new) == 1


def test_a_rank_that_is_taken_is_not_given_again():
    found = plan(sheet([BASE, BASE]), [Known(9, 2, BASE)], list_id=1)
    assert [item.rank for item in found.new] == [1]


def test_applying_always_leads_to_the_file():
    """Whatever was there: what is kept, changed and added is exactly the lines of the file."""
    pool = drafts({}, {"amount": Decimal(2)}, {"commune_code": "30008"}, {"key": "200", "title": "Four"})
    some = [list(found) for size in range(3) for found in product(pool, repeat=size)]
    for there, file in product(some, some):
        found = compared(file, there)
        left = {row.id: row.draft for row in known(there)}
        ranks = {row.id: (row.draft.key, row.rank) for row in known(there)}
        for row in found.gone:
            del left[row.id]
        for item in found.changed:
            left[item.known.id] = item.line.draft
        told = [*left.values(), *(item.line.draft for item in found.new)]
        assert sorted(map(repr, told)) == sorted(map(repr, file)), (there, file)
        keys = [*ranks.values(), *((item.line.draft.key, item.rank) for item in found.new)]
        assert len(keys) == len(set(keys))


def test_what_had_gone_comes_back():
    found = plan(sheet([BASE]), known([BASE], is_gone=True), list_id=1)
    assert [item.fields for item in found.changed] == [()]
    assert not plan(sheet([]), known([BASE], is_gone=True), list_id=1).gone


@pytest.mark.parametrize(("kept", "asks"), [(10, False), (8, False), (7, True), (0, True)])
def test_a_file_that_lost_more_than_a_fifth_asks_for_a_confirmation(kept, asks):
    ten = drafts(*({"key": str(rank)} for rank in range(10)))
    assert compared(ten[:kept], ten).needs_confirmation is asks
