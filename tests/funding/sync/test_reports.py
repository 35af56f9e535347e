import pytest

from funding.enums import Rhythm, RunTrigger
from funding.models import SyncRun
from funding.sync.reports import ill_count, sources_panel
from funding.sync.runs import File, run_source
from tests.funding.sync.makers import AT, days, read, row, source

PAGE = File(b"<html>", "page.html", "text/html")


def test_a_source_whose_last_reading_went_wrong_is_counted_until_it_goes_well(db):
    given = source()
    assert ill_count() == 0
    run_source(source_id=given.pk, trigger=RunTrigger.UPLOAD, at=AT, content=PAGE)
    assert ill_count() == 1
    run_source(source_id=given.pk, trigger=RunTrigger.UPLOAD, at=days(1), content=PAGE, dry_run=True)
    assert ill_count() == 1
    read(given, row(1), at=days(2))
    assert ill_count() == 0


@pytest.mark.parametrize("size", [1, 3])
def test_the_panel_names_each_source_in_as_many_queries(db, django_assert_num_queries, size):
    for number in range(size):
        given = source(name=f"Source {number}", slug=f"s{number}", rhythm=Rhythm.DAILY, url="https://exemple.fr/a.csv")
        run_source(source_id=given.pk, trigger=RunTrigger.UPLOAD, at=AT, content=PAGE)
    assert SyncRun.objects.count() == size
    with django_assert_num_queries(2):
        panel = sources_panel(AT)
    assert [row[0].text for row in panel.rows] == [f"Source {number}" for number in range(size)]
    assert all(row[2].is_grave and "page web" in row[2].text for row in panel.rows)
