import pytest

from territories import names
from territories.enums import NameKind
from territories.models import Place, PlaceName
from territories.names import CLOSED_RANK, Fact, Named, rows_for


def folded(name, kind="commune", facts=()):
    return {(row[1], row[3]) for row in rows_for(Named(1, kind, name, 1000), facts)}


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("Nevers", "commune", {("official", "nevers")}),
        ("Le Havre", "commune", {("official", "le havre"), ("word", "havre")}),
        (
            "L'Haÿ-les-Roses",
            "commune",
            {
                ("official", "l hay les roses"),
                ("word", "hay les roses"),
                ("word", "roses"),
                ("word", "lhay les roses"),
            },
        ),
        (
            "La Roche-sur-Yon",
            "commune",
            {("official", "la roche sur yon"), ("word", "roche sur yon"), ("word", "yon")},
        ),
        ("CA de Nevers", "epci", {("official", "ca de nevers"), ("word", "nevers")}),
        (
            "CA de La Rochelle",
            "epci",
            {("official", "ca de la rochelle"), ("word", "la rochelle"), ("word", "rochelle")},
        ),
        (
            "St-Étienne s/ Mer",
            "commune",
            {("official", "saint etienne sur mer"), ("word", "etienne sur mer"), ("word", "mer")},
        ),
    ],
)
def test_a_place_is_entered_by_its_name_and_by_each_word_that_says_something(name, kind, expected):
    assert folded(name, kind) == expected


def test_former_names_and_codes_lead_to_the_place():
    facts = [Fact("former", "Arbignieu", "01015"), Fact("former", "", "01018"), Fact("former", "Arboys", "01020")]

    rows = {(row[1], row[3], row[4]) for row in rows_for(Named(1, "commune", "Arboys", 700), facts)}

    assert rows == {
        ("official", "arboys", ""),
        ("former", "arbignieu", "01015"),
        ("former", "", "01018"),
        # The same name as the place's own: only its code is of use.
        ("former", "", "01020"),
    }


def test_rank_is_by_population_own_name_before_a_part_before_the_past_and_closed_last():
    ranks = {
        row[3]: row[5] for row in rows_for(Named(1, "commune", "Mont Doré", 4000), [Fact("former", "Puy", "00001")])
    }

    assert ranks["mont dore"] < ranks["dore"] < ranks["puy"] < 0
    assert all(row[5] >= CLOSED_RANK for row in rows_for(Named(1, "territory", "Mont Doré", 9000, is_closed=True)))


def test_rebuild_finds_nothing_to_change_in_what_was_loaded(db):
    assert names.rebuild() == 0


def test_rebuild_follows_a_new_name_and_keeps_the_past(db):
    place = Place.objects.get(code="TI-2023-8412")
    Place.objects.filter(pk=place.pk).update(name="Léman Industrie")

    names.rebuild([place.code])

    rows = set(PlaceName.objects.filter(place=place).values_list("kind", "folded"))
    assert {("official", "leman industrie"), ("word", "industrie")} <= rows
    assert (NameKind.RENAMED, "pays de gex genevois pays bellegardien") in rows
    assert not any("valserhone" in text for _kind, text in rows)


def test_districts_are_known_by_name_and_code(db):
    row = PlaceName.objects.get(code="75102", folded__startswith="paris")

    assert (row.kind, row.place.code, row.label) == ("district", "COM-75056", "Paris 2e Arrondissement")
