"""Amounts, SIREN and codes of places, as people write them."""

from decimal import Decimal

import pytest

from funding.funded_projects import cells


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("21667", "21667.00"), ("23828.9", "23828.90"), ("98708.70000000001", "98708.70"),
        ("1 234 567,89 €", "1234567.89"),
        ("1\u202f234,5", "1234.50"), ("1.234.567,89", "1234567.89"), ("1,234,567.89", "1234567.89"),
        ("1.234.567", "1234567"),
        ("1234.567", "1234.57"), ("0", "0"), ("0,125", "0.13"),
    ],
)  # fmt: skip
def test_amounts(written, expected):
    assert cells.amount(written) == Decimal(expected)


@pytest.mark.parametrize("written", ["", "NULL", "-5", "beaucoup", "1,234", "12.345", "1e9", "NaN", "999999999999"])
def test_an_amount_that_is_none_or_reads_two_ways_is_refused(written):
    with pytest.raises(cells.Fault):
        cells.amount(written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("213000078", "213000078"), ("213 000 078", "213000078"), ("213000078.0", "213000078"),
     ("21300007800005", "213000078"), ("#", ""), ("NULL", ""), ("", "")],
)  # fmt: skip
def test_siren(written, expected):
    assert cells.siren(written) == expected


@pytest.mark.parametrize("written", ["213000079", "1090992001", "12", "21300007800099"])
def test_a_siren_whose_key_is_wrong_is_refused(written):
    with pytest.raises(cells.Fault, match="n’est ni un SIREN ni un SIRET"):
        cells.siren(written)


def test_codes_of_places():
    assert cells.departement("1") == "01"
    assert cells.departement("2a") == "2A"
    assert cells.departement("NULL") == ""
    assert cells.commune("30007", "30") == "30007"
    assert cells.commune("1004", "01") == "01004"
    assert cells.commune("1004", "") == "1004"
    assert cells.commune("1004", "10") == "1004"
    assert cells.commune("COM-2a004", "2A") == "2A004"
    assert cells.commune("NULL", "30") == ""
