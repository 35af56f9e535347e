"""Files of the national schema read at an address."""

import pytest

from funding.enums import LineOutcome
from funding.fetching import Client
from funding.sources.kinds import CHOICES, KINDS, kind_of
from funding.sources.reading import UnreadableSource
from tests.funding.fetching.servers import LIMITS, Answer, serving
from tests.funding.national_schema.files import file, key, row
from tests.funding.sources.makers import source


@pytest.mark.django_db
def test_a_file_is_fetched_once_and_read_row_by_row(settings):
    settings.SOURCES_ALLOW_PRIVATE_ADDRESSES = True
    data = file(row(1), row(2, eligibilite_geographique="DEP-999"), row(3, titre=""), row(4), row(4))
    with serving() as server, Client(LIMITS) as client:
        server.respond = lambda request: (
            Answer(status=304)
            if request.headers.get("if-none-match") == '"v1"'
            else Answer(data, headers={"ETag": '"v1"'})
        )
        held = source("national_csv", url=server.url)
        content = kind_of(held).fetch(held, client)
        held.etag = content.etag
        assert kind_of(held).fetch(held, client).is_unchanged
    found = kind_of(held).read(content.data, held)
    assert [item.key for item in found.entries] == [key(1)]
    assert [(problem.position, problem.outcome) for problem in found.problems] == [
        (3, LineOutcome.UNPLACED), (4, LineOutcome.REFUSED), (5, LineOutcome.REFUSED), (6, LineOutcome.REFUSED),
    ]  # fmt: skip
    assert found.is_whole
    assert found.keys == {key(1), key(2), key(3), key(4)}


@pytest.mark.parametrize(
    "data", [b"", b"<html><body>Bienvenue</body></html>", b"a;b\n1;2\n", b"\x00\x01", b"PK\x03\x04"]
)
def test_what_is_no_such_file(data):
    held = source("national_csv")
    with pytest.raises(UnreadableSource):
        kind_of(held).read(data, held)


def test_the_kinds():
    assert [name for name, _ in CHOICES] == [
        "aides_territoires", "aides_territoires_1", "national_csv", "spreadsheet", "icalendar", "atom",
    ]  # fmt: skip
    assert all(kind.label and kind.file_name for kind in KINDS.values())
    with pytest.raises(UnreadableSource) as caught:
        kind_of(source("oubliee"))
    assert caught.value.code == "unknown_kind"
