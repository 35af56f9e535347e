"""Which column says what."""

import pytest

from funding.funded_projects.columns import recognised
from ti_portal.core.spreadsheets import UnreadableTable


def test_headers_are_recognised_however_they_are_typed():
    columns = recognised(("Nom du projet", "MONTANT ENGAGÉ", "Code_INSEE", "Remarque"), {})
    assert columns.headers == {"title": "Nom du projet", "amount": "MONTANT ENGAGÉ", "commune_code": "Code_INSEE"}
    assert columns.ignored == ("Remarque",)


def test_what_a_list_remembers_comes_first_and_may_be_nothing():
    headers = ("projet", "montant", "Aide votée", "siren", "Lieu-dit")
    columns = recognised(headers, {"amount": "aide votee", "siren": "", "axis": "disparue"})
    assert columns.headers == {"title": "projet", "amount": "Aide votée"}
    assert columns.remembered == {"title": "projet", "amount": "Aide votée", "siren": ""}


def test_a_needed_column_that_is_absent_is_named():
    with pytest.raises(UnreadableTable, match=r"Aucune colonne ne dit : Montant \(€\)\. .*somme"):
        recognised(("projet", "somme"), {})


def test_a_column_is_not_read_twice():
    with pytest.raises(UnreadableTable, match="lue deux fois"):
        recognised(("projet", "montant"), {"axis": "projet"})
