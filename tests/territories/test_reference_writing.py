"""The writer of reference tables, on a tiny country in the published form."""

import pytest
from django.core.management import CommandError, call_command

from territories.reference_tables.open_data import OpenData, OpenDataError
from territories.reference_tables.tables import COLUMNS, read_table, render_table
from territories.reference_tables.writing import make_tables
from tests.territories.tiny_open_data import commune, write_open_data


@pytest.fixture
def tables(tmp_path):
    return make_tables(OpenData(write_open_data(tmp_path)))


def test_every_table_is_made(tables):
    assert tables.keys() == COLUMNS.keys()


def test_communes_have_their_groups_and_point(tables):
    assert tables["communes"][0] == {
        "code": "01001",
        "name": "Un-et-Deux",
        "departement": "01",
        "epci": "200000001",
        "ept": "",
        "siren": "210100011",
        "postcodes": "01400 01500",
        "population": "10",
        "longitude": "2.5",
        "latitude": "46.5",
    }
    assert tables["communes"][1]["ept"] == "200000009"


def test_a_commune_without_siren_group_or_point_is_kept(tables):
    row = tables["communes"][2]
    assert (row["code"], row["siren"], row["epci"], row["population"], row["longitude"]) == ("98411", "", "", "", "")


def test_former_communes_lead_to_todays(tables):
    assert [tuple(row.values()) for row in tables["former_communes"]] == [
        ("01001", "Un", "deleguee", "01001"),
        ("01002", "Deux", "deleguee", "01001"),
        ("01009", "", "ancien_code", "01001"),
        ("01203", "Trois 2e", "arrondissement", "01003"),
    ]


def test_members_are_told_apart_by_kind_and_a_single_commune_gets_its_code(tables):
    assert [tuple(row.values()) for row in tables["territory_members"] if row["edition"] == "2024-07"] == [
        ("2024-07", "8401", "commune", "01003"),
        ("2024-07", "8401", "ept", "200000009"),
        ("2024-07", "8402", "epci", "200000001"),
    ]


def test_editions_know_their_wave(tables):
    assert {(row["edition"], row["wave"]) for row in tables["territories"]} == {
        ("2018", "2018"),
        ("2023-11", "2023"),
        ("2024-07", "2023"),
    }


def test_territories_with_a_common_arc_are_neighbours(tables):
    assert tables["territory_neighbours"] == [{"wave": "2023", "number_a": "8401", "number_b": "8402"}]


def test_outlines_are_written_at_both_scales(tables):
    assert [row["code"] for row in tables["outlines_national"]] == [
        "DEP-01",
        "DEP-02",
        "REG-27",
        "REG-84",
        "TI-2023-8401",
        "TI-2023-8402",
    ]
    detailed = {row["code"]: row["rings"] for row in tables["outlines_detailed"]}
    assert detailed["EPCI-200000001"] == "3000 46000 0 500 0 500 -1000 0 0 -1000"


def test_staff_bands_end_before_the_next_one(tables):
    assert [tuple(row.values()) for row in tables["staff_bands"]] == [
        ("NN", "Unités non employeuses", "", ""),
        ("00", "0 à 9", "0", "9"),
        ("11", "10 et plus", "10", ""),
    ]


def test_activities_are_sorted_by_level(tables):
    assert [row["code"] for row in tables["naf"]] == ["C", "10"]


def edit(name, position, **values):
    return lambda files: files[name][position].update(values)


MEMBERS = "territoires_industrie/ti_2023-11_membres.csv"
TERRITORIES = "territoires_industrie/ti_2023-11_territoires.csv"
POINTS = "geo/communes_points_2026.csv"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (edit(MEMBERS, 0, siren_membre="200000777"), "membre inconnu 200000777"),
        (edit(MEMBERS, 0, id_ti="ti-8409"), "territoire inconnu ti-8409"),
        (edit(MEMBERS, 0, id_ti="8402"), "Identifiant de territoire inattendu : 8402"),
        (edit(TERRITORIES, 0, code_region="99"), "région inconnue 99"),
        (edit(POINTS, 0, population_2023="11"), "01001 : deux populations, 10 et 11"),
        (edit(POINTS, 0, code_commune="01777"), "Communes inconnues"),
        (edit("cog/epci.json.gz", 0, membres=[{"code": "01001"}]), "01001 : membre de 200000002 et 200000001"),
        (edit("cog/communes.json.gz", 3, chefLieu="01999"), "sans commune actuelle : 01002"),
        (edit("nomenclatures/naf_rev2_hierarchie.csv", 0, code_parent="Z"), "activités sans parent : 10"),
        (edit("nomenclatures/tranches_effectif_insee.csv", 1, effectif_min=""), "tranches sans effectif : NN, 11"),
        (lambda files: files.pop("cog/ept.json"), "cog/ept.json"),
        (lambda files: files.update({POINTS: [{"code": "01001"}]}), "colonnes absentes"),
    ],
)
def test_data_that_does_not_hold_together_is_refused(tmp_path, change, words):
    with pytest.raises(OpenDataError, match=words):
        make_tables(OpenData(write_open_data(tmp_path, change)))


def test_a_truncated_file_is_refused_by_name(tmp_path):
    path = write_open_data(tmp_path) / "cog/communes.json.gz"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(OpenDataError, match=r"cog/communes.json.gz : illisible"):
        make_tables(OpenData(tmp_path))


def test_the_command_writes_the_same_bytes_whatever_the_order_of_the_input(tmp_path, capsys):
    def reverse(files):
        for name, content in files.items():
            if isinstance(content, list):
                files[name] = content[::-1]

    call_command("write_reference_tables", write_open_data(tmp_path / "data"), target=tmp_path / "first")
    call_command("write_reference_tables", write_open_data(tmp_path / "other", reverse), target=tmp_path / "second")

    assert "communes : 3 lignes" in capsys.readouterr().out
    first = {path.name: path.read_bytes() for path in (tmp_path / "first").iterdir()}
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "second").iterdir()}
    assert first.keys() == {f"{name}.csv" for name in COLUMNS}


def test_the_command_checks_without_writing(tmp_path, capsys):
    data, target = write_open_data(tmp_path / "data"), tmp_path / "tables"
    with pytest.raises(CommandError, match="communes"):
        call_command("write_reference_tables", data, target=target, check=True)
    assert not target.exists()

    call_command("write_reference_tables", data, target=target)
    call_command("write_reference_tables", data, target=target, check=True)
    assert "14 tables à jour" in capsys.readouterr().out

    (target / "naf.csv").write_bytes(b"code\r\n")
    with pytest.raises(CommandError, match=r"ne sont pas à jour : naf$"):
        call_command("write_reference_tables", data, target=target, check=True)


def test_the_command_says_what_is_wrong_and_writes_nothing(tmp_path):
    data = write_open_data(tmp_path / "data", edit(MEMBERS, 0, siren_membre="1"))
    with pytest.raises(CommandError, match="membre inconnu 1"):
        call_command("write_reference_tables", data, target=tmp_path / "tables")
    assert not (tmp_path / "tables").exists()


def test_a_new_commune_without_a_point_is_written(tmp_path):
    data = write_open_data(
        tmp_path, lambda files: files["cog/communes.json.gz"].append(commune("01004", "Quatre", "210100044", 4))
    )
    row = next(row for row in make_tables(OpenData(data))["communes"] if row["code"] == "01004")
    assert (row["epci"], row["longitude"], row["population"]) == ("", "", "4")


def test_a_row_with_other_columns_is_never_written():
    with pytest.raises(ValueError, match="regions"):
        render_table("regions", [{"code": "84", "name": "X"}])


def test_a_table_with_another_header_is_not_read(tmp_path):
    (tmp_path / "regions.csv").write_text("code;name;zone\n", encoding="utf-8")
    with pytest.raises(ValueError, match="header"):
        list(read_table("regions", tmp_path))
