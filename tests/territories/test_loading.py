"""The whole of France is there, once, with its history."""

from datetime import date

from territories.models import Place


def test_all_of_france_is_loaded(db):
    assert Place.objects.of_kind("commune").count() == 34_969
    assert Place.objects.get(code="COM-58194").ancestor_codes == [
        "COM-58194",
        "EPCI-245804406",
        "TI-2023-2707",
        "TI-2018-2706",
        "DEP-58",
        "REG-27",
        "PAYS-99100",
        "ZON-TI-2023",
        "ZON-TI-2018",
        "ZON-METROPOLE",
    ]
    assert Place.objects.get(code="TI-2018-2706").valid_until == date(2022, 12, 31)
