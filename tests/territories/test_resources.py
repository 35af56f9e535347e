"""Cells of the délégation's tables: how they are read and written."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from territories.models import Territory
from territories.resources.mandates import MandateResource
from territories.resources.territories import TerritoryResource, read_links, read_sectors, with_facts, write_links
from ti_portal.core.table_resources import read_date


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", []),
        ("Ferroviaire", ["rail"]),
        ("ferroviaire | EAU", ["rail", "water"]),
        ("Bois, ameublement, papier\nÉlectronique", ["wood", "electronics"]),
        ("rail|water", ["rail", "water"]),
    ],
)
def test_sectors_are_read_by_name_or_code(text, codes):
    assert read_sectors(text) == codes


def test_an_unknown_sector_is_named():
    with pytest.raises(ValidationError, match="« Chocolat » n’est pas une filière"):
        read_sectors("Eau | Chocolat")


def test_links_are_read_as_they_are_written():
    links = [("Agglomération", "https://www.ales.fr"), ("Un | deux", "https://example.fr/")]

    assert read_links(write_links(links)) == links
    assert read_links("\n\n") == []


def test_a_link_without_address_is_named():
    with pytest.raises(ValidationError, match="un lien par ligne"):
        read_links("Agglomération https://www.ales.fr")


@pytest.mark.parametrize(
    ("text", "day"), [("", None), ("24/11/2026", date(2026, 11, 24)), ("2026-11-24", date(2026, 11, 24))]
)
def test_dates_are_read_in_both_forms(text, day):
    assert read_date(text) == day


@pytest.mark.parametrize("text", ["hier", "31/02/2026", "11/24/2026", "2026"])
def test_what_is_no_date_is_named(text):
    with pytest.raises(ValidationError, match="n’est pas une date"):
        read_date(text)


def test_computed_columns_are_never_importable():
    assert TerritoryResource.importable_columns() == ["Code", "Présentation", "Filières", "Liens"]
    assert "Nom" not in MandateResource.importable_columns()


def test_an_export_asks_as_many_queries_for_all_territories_as_for_a_few(db):
    def queries(number: int) -> int:
        rows = with_facts(Territory.objects.filter(pk__in=Territory.objects.order_by("pk")[:number])).order_by("pk")
        with CaptureQueriesContext(connection) as captured:
            assert len(TerritoryResource().export(rows)) == number
        return len(captured)

    assert queries(90) == queries(10)
