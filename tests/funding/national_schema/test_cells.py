from datetime import UTC, date, datetime

import pytest

from funding.national_schema import cells
from funding.national_schema.cells import Fault


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("", None),
        ("2026-01-05", datetime(2026, 1, 5, 22, 59, 59, tzinfo=UTC)),
        ("2026-07-05", datetime(2026, 7, 5, 21, 59, 59, tzinfo=UTC)),
        # Midnight in Paris is how programs write a day.
        ("2026-01-04T23:00:00.000Z", datetime(2026, 1, 5, 22, 59, 59, tzinfo=UTC)),
        ("2026-01-05T00:00:00", datetime(2026, 1, 5, 22, 59, 59, tzinfo=UTC)),
        ("2025-10-15T15:00:00Z", datetime(2025, 10, 15, 15, tzinfo=UTC)),
        ("2025-10-15T12:00:00-03:00", datetime(2025, 10, 15, 15, tzinfo=UTC)),
        ("2025-10-15 12:00", datetime(2025, 10, 15, 10, tzinfo=UTC)),
    ],
)
def test_a_closing_day_counts_to_its_end_in_paris(text, instant):
    assert cells.closing(text) == instant


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-05", datetime(2026, 1, 4, 23, tzinfo=UTC)),
        ("2026-01-04T23:00:00.000Z", datetime(2026, 1, 4, 23, tzinfo=UTC)),
        ("2025-10-15T15:00:00Z", datetime(2025, 10, 15, 15, tzinfo=UTC)),
    ],
)
def test_a_day_opens_at_midnight_in_paris(text, instant):
    assert cells.opening(text) == instant


@pytest.mark.parametrize("text", ["15/10/2025", "demain", "2025-13-01", "0001-01-01", "9999-12-31T23:00:00Z", "2025"])
def test_what_is_not_a_date_is_said(text):
    with pytest.raises(Fault, match=r"date|année"):
        cells.closing(text)


def test_the_day_of_an_instant_is_the_one_in_paris():
    assert cells.day_in_paris("2025-10-05T22:30:00Z") == date(2025, 10, 6)
    assert cells.day_in_paris("2025-10-06") == date(2025, 10, 6)


@pytest.mark.parametrize(("text", "number"), [("", None), ("10", 10), ("1 000", 1000), ("1\u202f000", 1000), ("0", 0)])
def test_whole_numbers(text, number):
    assert cells.integer(text) == number


@pytest.mark.parametrize("text", ["-1", "1,5", "dix", "9" * 13, "10 à 20", "²"])
def test_other_numbers_are_refused(text):
    with pytest.raises(Fault, match="entier"):
        cells.integer(text)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("CMA FRANCE (APCM)", ("CMA FRANCE", "APCM")),
        ("REGION BRETAGNE", ("REGION BRETAGNE", "")),
        ("Conseil (ancien nom)", ("Conseil (ancien nom)", "")),
        ("X (A)", ("X (A)", "")),
    ],
)
def test_an_acronym_in_brackets_is_told_apart(name, parts):
    assert cells.split_acronym(name) == parts


@pytest.mark.parametrize(
    "text", ["ftp://exemple.fr", "exemple.fr", "https://", "https://a b", "javascript:x", "http://[x"]
)
def test_other_addresses_are_refused(text):
    with pytest.raises(Fault, match="adresse"):
        cells.address(text)


def test_place_codes_are_known_or_listed():
    assert cells.place_codes("REG-76| reg-93 |COM-99999|REG-76", {"REG-76", "REG-93"}) == (
        ("REG-76", "REG-93"),
        ("COM-99999",),
    )


@pytest.mark.parametrize(("given", "kept"), [("552100554", "552100554"), ("552 100 554", "552100554"), ("", "")])
def test_siren(given, kept):
    assert cells.siren(given) == kept


def test_a_false_siren_is_said():
    with pytest.raises(Fault, match="SIREN"):
        cells.siren("123456789")
