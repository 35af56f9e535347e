"""The reference tables in the project: complete, consistent with one another, true to the official counts."""

from collections import Counter
from datetime import date
from functools import cache

import pytest

from territories.geometry import frame_of
from territories.reference_tables.tables import COLUMNS, read_table, table_path

KEYS = {
    "regions": ("code",),
    "departements": ("code",),
    "communes": ("code",),
    "former_communes": ("code", "kind"),
    "intercommunalites": ("siren",),
    "territories": ("edition", "number"),
    "territory_members": ("edition", "member_code"),
    "territory_neighbours": ("wave", "number_a", "number_b"),
    "naf": ("code",),
    "legal_categories": ("code",),
    "staff_bands": ("code",),
    "outlines_national": ("code",),
    "outlines_detailed": ("code",),
    "sources": ("code",),
}


@cache
def rows(name):
    return tuple(read_table(name))


def column(name, key="code"):
    return {row[key] for row in rows(name)}


def by_edition(name, edition):
    return [row for row in rows(name) if row["edition"] == edition]


@pytest.mark.parametrize("name", COLUMNS)
def test_table_is_utf8_with_unix_lines_and_unique_keys(name):
    content = table_path(name).read_bytes()
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert not content.startswith(b"\xef\xbb\xbf")
    keys = Counter(tuple(row[key] for key in KEYS[name]) for row in rows(name))
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("regions", 26),
        ("departements", 109),
        ("communes", 34_969),
        ("intercommunalites", 1_255 + 11),
        ("territories", 149 + 183 + 183),
        ("territory_members", 588 + 630 + 641),
        ("naf", 1_728),
        ("legal_categories", 310),
        ("staff_bands", 16),
    ],
)
def test_table_has_the_official_count(name, count):
    assert len(rows(name)) == count


def test_places_are_in_known_containers():
    assert column("departements", "region") == column("regions")
    assert column("communes", "departement") == column("departements")
    kinds = {row["siren"]: row["kind"] for row in rows("intercommunalites")}
    assert Counter(kinds.values()) == {"CC": 989, "CA": 230, "METRO": 21, "CU": 14, "EPT": 11, "MET69": 1}
    assert column("communes", "epci") - {""} == {siren for siren, kind in kinds.items() if kind != "EPT"}
    assert column("communes", "ept") - {""} == {siren for siren, kind in kinds.items() if kind == "EPT"}


def test_only_four_islands_and_overseas_collectivities_are_in_no_epci():
    zones = {row["code"]: row["zone"] for row in rows("regions")}
    overseas = {row["code"] for row in rows("departements") if zones[row["region"]] == "com"}
    alone = {row["code"] for row in rows("communes") if not row["epci"] and row["departement"] not in overseas}
    assert alone == {"22016", "29083", "29155", "85113"}


def test_communes_have_the_form_that_the_portal_relies_on():
    for row in rows("communes"):
        assert len(row["code"]) == 5, row
        assert row["name"].strip() == row["name"] != "", row
        assert row["siren"] == "" or (len(row["siren"]) == 9 and row["siren"].isdigit()), row
        assert all(len(postcode) == 5 and postcode.isdigit() for postcode in row["postcodes"].split()), row
        assert row["population"] == "" or int(row["population"]) >= 0, row
        assert (row["longitude"] == "") == (row["latitude"] == ""), row


def test_the_public_notice_states_what_the_table_lacks():
    zones = {row["code"]: row["zone"] for row in rows("regions")}
    overseas = {row["code"] for row in rows("departements") if zones[row["region"]] == "com"}
    communes = rows("communes")
    assert sum(row["departement"] in overseas for row in communes) == 94
    assert {row["siren"] == "" for row in communes if row["departement"] in overseas} == {True}
    assert {row["siren"] == "" for row in communes if row["departement"] not in overseas} == {False}
    assert sum(row["population"] == "" for row in communes) == 6
    without_point = [row["departement"] in overseas for row in communes if not row["longitude"]]
    assert Counter(without_point) == {True: 94, False: 11}


def test_every_commune_point_is_on_one_of_the_maps():
    lost = [
        row["code"]
        for row in rows("communes")
        if row["longitude"] and frame_of(float(row["longitude"]), float(row["latitude"])) is None
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("code", "name", "kind", "current"),
    [
        ("75102", "Paris 2e Arrondissement", "arrondissement", "75056"),
        ("13201", "Marseille 1er Arrondissement", "arrondissement", "13055"),
        ("01025", "Bâgé-la-Ville", "deleguee", "01025"),
        ("02285", "Escaufourt", "associee", "59545"),
        ("69232", "", "ancien_code", "69123"),
    ],
)
def test_a_former_commune_leads_to_todays(code, name, kind, current):
    assert {"code": code, "name": name, "kind": kind, "current_code": current} in rows("former_communes")


def test_former_communes_all_lead_to_a_current_one_and_none_hides_it():
    current = column("communes")
    assert column("former_communes", "current_code") <= current
    assert [row for row in rows("former_communes") if row["kind"] == "ancien_code" and row["code"] in current] == []
    # Same code as a current commune: only its own commune déléguée or associée.
    assert [
        row for row in rows("former_communes") if row["code"] in current and row["code"] != row["current_code"]
    ] == []


@pytest.mark.parametrize(
    ("edition", "territories", "kinds"),
    [
        ("2018", 149, {"epci": 547, "ept": 3, "commune": 38}),
        ("2023-11", 183, {"epci": 627, "ept": 3}),
        ("2024-07", 183, {"epci": 626, "ept": 3, "commune": 12}),
    ],
)
def test_every_member_of_an_edition_is_a_known_place(edition, territories, kinds):
    members = by_edition("territory_members", edition)
    groups = {row["siren"]: "ept" if row["kind"] == "EPT" else "epci" for row in rows("intercommunalites")}
    known = groups | dict.fromkeys(column("communes"), "commune")

    assert Counter(row["member_kind"] for row in members) == kinds
    assert [row for row in members if known.get(row["member_code"]) != row["member_kind"]] == []
    numbers = {row["number"] for row in by_edition("territories", edition)}
    assert len(numbers) == territories
    assert {row["number"] for row in members} == numbers
    assert {row["region"] for row in by_edition("territories", edition)} <= column("regions")


def test_from_november_2023_to_july_2024_one_name_and_three_memberships_change():
    def names(edition):
        return {row["number"]: row["name"] for row in by_edition("territories", edition)}

    def members(edition):
        found = {}
        for row in by_edition("territory_members", edition):
            found.setdefault(row["number"], set()).add(row["member_code"])
        return found

    before, after = names("2023-11"), names("2024-07")
    assert before.keys() == after.keys()
    assert [number for number in before if before[number] != after[number]] == ["8412"]
    before, after = members("2023-11"), members("2024-07")
    assert sorted(number for number in before if before[number] != after[number]) == ["2707", "7506", "7613"]


def test_neighbours_are_pairs_of_territories_in_force():
    numbers = {row["number"] for row in by_edition("territories", "2024-07")}
    for row in rows("territory_neighbours"):
        assert row["wave"] == "2023"
        assert row["number_a"] < row["number_b"]
        assert {row["number_a"], row["number_b"]} <= numbers


def test_neighbours_do_not_cross_the_sea():
    """Basse-Terre touches Cap Excellence; no island touches the mainland."""
    pairs = {(row["number_a"], row["number_b"]) for row in rows("territory_neighbours")}
    assert ("0101", "0102") in pairs
    overseas = {"01", "02", "03", "04", "06"}
    assert [pair for pair in pairs if (pair[0][:2] in overseas) and pair[0][:2] != pair[1][:2]] == []


def test_activities_form_a_tree_down_from_sections():
    levels = {row["code"]: int(row["level"]) for row in rows("naf")}
    assert Counter(levels.values()) == {1: 21, 2: 88, 3: 272, 4: 615, 5: 732}
    for row in rows("naf"):
        assert levels[row["section"]] == 1, row
        assert (levels[row["parent"]] == levels[row["code"]] - 1) if row["parent"] else row["level"] == "1", row


def test_staff_bands_follow_one_another_without_gap():
    counted = [row for row in rows("staff_bands") if row["lower"]]
    assert [row["upper"] for row in counted[:-1]] == [str(int(row["lower"]) - 1) for row in counted[1:]]
    assert counted[0]["lower"] == "0"
    assert counted[-1]["upper"] == ""
    assert [row["code"] for row in rows("staff_bands") if not row["lower"]] == ["NN"]


@pytest.mark.parametrize("scale", ["outlines_national", "outlines_detailed"])
def test_every_territory_departement_and_region_with_land_on_a_map_has_an_outline(scale):
    codes = column(scale)
    zones = {row["code"]: row["zone"] for row in rows("regions")}
    assert {f"TI-2023-{row['number']}" for row in by_edition("territories", "2024-07")} <= codes
    assert {f"REG-{code}" for code, zone in zones.items() if zone != "com"} <= codes
    assert {f"DEP-{row['code']}" for row in rows("departements") if zones[row["region"]] != "com"} <= codes
    others = {code for code in codes if not code.startswith(("TI-", "REG-", "DEP-"))}
    epci = {f"EPCI-{row['siren']}" for row in rows("intercommunalites") if row["kind"] != "EPT"}
    assert others == (epci if scale == "outlines_detailed" else set())


def test_outline_tables_stay_small():
    assert sum(table_path(name).stat().st_size for name in ("outlines_national", "outlines_detailed")) < 700_000


def test_every_table_has_a_source_for_the_public_notice():
    named = {table for row in rows("sources") for table in row["tables"].split()}
    assert named == COLUMNS.keys() - {"sources"}
    for row in rows("sources"):
        date.fromisoformat(row["read_on"])
        assert [key for key, value in row.items() if not value] == []
        assert "/" not in row["note"]
