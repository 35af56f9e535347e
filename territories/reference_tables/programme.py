"""The programme's territories and their members, edition by edition, and which territories touch."""

from itertools import combinations
from typing import Any

from territories.reference_tables import open_data
from territories.reference_tables.open_data import EDITIONS, OpenData, OpenDataError
from territories.reference_tables.tables import Row
from territories.reference_tables.topojson import Topology

OUTLINED_WAVE = "2023"


def territory_number(identifier: str) -> str:
    """`ti-0101` → `0101`. Numbers are not stable between waves: the key is (wave, number)."""
    prefix, _dash, number = identifier.partition("-")
    if prefix != "ti" or len(number) != 4 or not number.isdigit():
        raise OpenDataError(f"Identifiant de territoire inattendu : {identifier}")
    return number


def territory_rows(data: OpenData, regions: list[Row]) -> list[Row]:
    """Territories of every edition; `region` is the one code the official list gives (some cross régions)."""
    known = {region["code"] for region in regions}
    rows = []
    for edition, (published, wave) in EDITIONS.items():
        name = open_data.TERRITORIES.format(published)
        for row in data.csv(name, ("id_ti", "lib_ti", "code_region")):
            if row["code_region"] not in known:
                raise OpenDataError(f"{name} : région inconnue {row['code_region']} ({row['id_ti']})")
            rows.append(
                {
                    "edition": edition,
                    "wave": wave,
                    "number": territory_number(row["id_ti"]),
                    "name": row["lib_ti"],
                    "region": row["code_region"],
                }
            )
    return sorted(rows, key=lambda row: (row["edition"], row["number"]))


def member_rows(data: OpenData, territories: list[Row], intercommunalites: list[Row], communes: list[Row]) -> list[Row]:
    """Members of every edition: EPCI and EPT by SIREN, single communes by INSEE code.

    The list identifies its members by SIREN only. One that is neither an intercommunalité nor a commune of
    today, or that belongs to no listed territory, is refused.
    """
    known = {(row["edition"], row["number"]) for row in territories}
    members = {row["siren"]: ("ept" if row["kind"] == "EPT" else "epci", row["siren"]) for row in intercommunalites}
    members |= {row["siren"]: ("commune", row["code"]) for row in communes if row["siren"]}
    rows = []
    for edition, (published, _wave) in EDITIONS.items():
        name = open_data.TERRITORY_MEMBERS.format(published)
        for row in data.csv(name, ("id_ti", "siren_membre")):
            number = territory_number(row["id_ti"])
            if (edition, number) not in known:
                raise OpenDataError(f"{name} : territoire inconnu {row['id_ti']}")
            if row["siren_membre"] not in members:
                raise OpenDataError(f"{name} : membre inconnu {row['siren_membre']} ({row['id_ti']})")
            kind, code = members[row["siren_membre"]]
            rows.append({"edition": edition, "number": number, "member_kind": kind, "member_code": code})
    return sorted(rows, key=lambda row: (row["edition"], row["number"], row["member_kind"], row["member_code"]))


def neighbour_rows(topology: Topology) -> list[Row]:
    """Pairs of territories with a common border line (a common point is not enough), smaller number first."""
    users: dict[int, set[str]] = {}
    for shape in topology.shapes:
        number = outlined_number(shape.properties)
        for arc in shape.arc_numbers():
            users.setdefault(arc, set()).add(number)
    pairs = {pair for numbers in users.values() for pair in combinations(sorted(numbers), 2)}
    return [{"wave": OUTLINED_WAVE, "number_a": a, "number_b": b} for a, b in sorted(pairs)]


def outlined_number(properties: dict[str, Any]) -> str:
    """Number of the territory a shape of the outline file belongs to."""
    return territory_number(properties["id_territoire"])
