from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from territories.models import Place, Zoning
from territories.perimeters import applies, covering, describe

ROUEN = ["COM-76540", "EPCI-200023414", "DEP-76", "REG-28", "PAYS-99100"]


@pytest.mark.parametrize(
    ("included", "excluded", "expected"),
    [
        (["PAYS-99100"], [], True),
        (["REG-28"], [], True),
        (["REG-28", "REG-53"], ["DEP-14"], True),
        (["PAYS-99100"], ["COM-76540"], False),
        # An exclusion wins whatever the scales.
        (["COM-76540"], ["REG-28"], False),
        (["REG-53"], [], False),
        ([], [], False),
        ([], ["REG-53"], False),
    ],
)
def test_a_perimeter_covers_upward_and_exclusion_wins(included, excluded, expected):
    assert applies(included, excluded, ROUEN) is expected


CODES = st.lists(st.sampled_from([*ROUEN, "REG-53", "DEP-14", "TI-2023-2802"]), max_size=4)


@given(included=CODES, excluded=CODES, ancestors=CODES)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sql_and_python_agree(db, included, excluded, ancestors):
    zoning = Zoning.objects.order_by("pk").first()
    Zoning.objects.filter(pk=zoning.pk).update(included_codes=included, excluded_codes=excluded)

    found = Zoning.objects.filter(covering(SimpleNamespace(ancestor_codes=ancestors)), pk=zoning.pk).exists()

    assert found is applies(included, excluded, ancestors)


@pytest.mark.parametrize(
    ("included", "excluded", "expected"),
    [
        (["REG-28"], [], "Normandie"),
        (["REG-28", "REG-53"], ["COM-76540"], "Normandie et Bretagne, sauf Rouen"),
        (["REG-28", "REG-53", "REG-52"], [], "Normandie, Bretagne et Pays de la Loire"),
        ([], ["COM-76540"], "Aucun lieu"),
        (["COM-99999"], [], "COM-99999"),
        (["REG-28", "REG-28"], [], "Normandie"),
    ],
)
def test_a_perimeter_is_told_in_french(db, included, excluded, expected):
    names = Place.objects.names_by_code([*included, *excluded])

    assert describe(included, excluded, names) == expected
