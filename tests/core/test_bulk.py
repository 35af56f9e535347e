from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from territories.models import NomenclatureEntry, Place, ReferenceLoad
from ti_portal.core.bulk import copy_rows, update_rows

FIELDS = ["nomenclature", "code", "label", "level", "parent_code", "lower", "upper"]


def entries():
    return list(
        NomenclatureEntry.objects.filter(code__startswith="ZZ").order_by("code").values_list("code", "label", "lower")
    )


def test_rows_are_written_and_changed_whatever_their_signs(db):
    rows = [
        ("naf", "ZZ1", 'tab\t, "quoted" \\N \\ and\nline', 1, "", None, 0),
        ("naf", "ZZ2", "l’été", 1, "", 3, None),
    ]

    assert copy_rows(NomenclatureEntry, FIELDS, iter(rows)) == 2
    assert entries() == [("ZZ1", rows[0][2], None), ("ZZ2", "l’été", 3)]

    keys = dict(NomenclatureEntry.objects.filter(code__startswith="ZZ").values_list("code", "pk"))
    assert (
        update_rows(NomenclatureEntry, ["label", "lower"], [(keys["ZZ1"], "one", 7), (keys["ZZ2"], "two", None)]) == 2
    )
    assert entries() == [("ZZ1", "one", 7), ("ZZ2", "two", None)]


def test_arrays_and_empty_ones_keep_their_shape(db):
    place = Place.objects.get(code="COM-58194")

    update_rows(Place, ["postcodes", "ancestor_codes"], [(place.pk, ["58000", "58001"], [])])

    place.refresh_from_db()
    assert (place.postcodes, place.ancestor_codes) == (["58000", "58001"], [])


def test_nothing_to_write_is_no_query(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert update_rows(Place, ["name"], []) == 0


def test_a_constraint_refuses_the_whole_copy(db):
    before = ReferenceLoad.objects.count()
    row = ("x", "{}", datetime(2026, 11, 24, tzinfo=UTC))

    with pytest.raises(IntegrityError), transaction.atomic():
        copy_rows(ReferenceLoad, ["digest", "counts", "loaded_at"], [row, (None, "{}", row[2])])

    assert ReferenceLoad.objects.count() == before
