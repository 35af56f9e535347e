"""The index of a process follows the database, reading again only what was written."""

import pytest
from django.db import connection

from funding import listing, schemes
from funding.catalogue import loading
from funding.models import Listing, Scheme
from tests.funding.drafts import AT, published


@pytest.fixture(autouse=True)
def _own_index(db):
    Listing.objects.all().delete()
    loading.forget()
    yield
    loading.forget()


def shown(catalogue) -> dict[int, int]:
    return {row.scheme_id: row.stamp for row in catalogue.index.rows if row is not None}


def test_nothing_is_read_while_nothing_changes(django_assert_num_queries):
    published()
    first = loading.current()
    with django_assert_num_queries(1):
        assert loading.current() is first


def test_a_change_reads_the_rows_that_changed_and_no_other(django_assert_num_queries):
    kept, changed, gone = published(), published(), published()
    before = loading.current()
    listing.bump_version()
    with django_assert_num_queries(3):
        assert loading.current().index is before.index
    schemes.save_scheme(scheme_id=changed.pk, values={"help_kinds": ["loan"]}, actor=None, at=AT)
    schemes.archive_scheme(scheme_id=gone.pk, actor=None, at=AT)
    new = published()
    after = loading.current()
    assert set(shown(after)) == {kept.pk, changed.pk, new.pk}
    same = {row.scheme_id: row for row in before.index.rows if row is not None}
    assert next(row for row in after.index.rows if row and row.scheme_id == kept.pk) is same[kept.pk]
    assert after.index.having("aide", "loan").bit_count() == 1


def test_a_row_written_by_hand_is_seen_once_the_version_moves():
    scheme = published()
    loading.current()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE funding_listing SET help_kinds = '{guarantee}' WHERE scheme_id = %s", [scheme.pk])
    listing.bump_version()
    assert loading.current().index.having("aide", "guarantee").bit_count() == 1


def test_what_is_kept_is_what_a_fresh_process_reads():
    made = [published() for _ in range(6)]
    loading.current()
    for scheme in made[::2]:
        schemes.archive_scheme(scheme_id=scheme.pk, actor=None, at=AT)
    Scheme.objects.filter(pk=made[1].pk).update(summary="x")
    listing.rebuild([made[1].pk])
    kept = shown(loading.current())
    loading.forget()
    assert shown(loading.current()) == kept
