"""Régions, départements, intercommunalités and communes, from the official geographic code.

Source: the package @etalab/decoupage-administratif (INSEE, DGCL, La Poste) and a file of commune points.
"""

from collections.abc import Iterator
from typing import Any

from territories.reference_tables import open_data
from territories.reference_tables.open_data import OpenData, OpenDataError
from territories.reference_tables.tables import Row

CURRENT = "commune-actuelle"

# Kinds of the source that point at their commune, and the field that does.
ATTACHED_KINDS = {
    "arrondissement-municipal": ("arrondissement", "commune"),
    "commune-associee": ("associee", "chefLieu"),
    "commune-deleguee": ("deleguee", "chefLieu"),
}


def region_rows(data: OpenData) -> list[Row]:
    """Every région, overseas collectivities included (zone `com`: their code is their département's)."""
    rows = [
        {"code": region["code"], "name": region["nom"], "zone": region["zone"]}
        for region in data.json(open_data.REGIONS)
    ]
    return sorted(rows, key=lambda row: row["code"])


def departement_rows(data: OpenData) -> list[Row]:
    """Every département, overseas collectivities included."""
    rows = [
        {"code": departement["code"], "name": departement["nom"], "region": departement["region"]}
        for departement in data.json(open_data.DEPARTEMENTS)
    ]
    return sorted(rows, key=lambda row: row["code"])


def intercommunalite_rows(data: OpenData) -> list[Row]:
    """EPCI with own taxation and EPT. Their population is the sum of their communes': the source's is older."""
    groups = [*data.json(open_data.EPCI), *data.json(open_data.EPT)]
    rows = [{"siren": group["code"], "name": group["nom"], "kind": group["type"]} for group in groups]
    return sorted(rows, key=lambda row: row["siren"])


def commune_rows(data: OpenData) -> list[Row]:
    """Current communes, overseas collectivities included, with their intercommunalité and an inner point.

    Population is the municipal population; longitude and latitude are degrees (WGS84). The municipal population
    of the commune list and of the point list must agree: two vintages in one table would be a trap.
    """
    communes = [commune for commune in data.json(open_data.COMMUNES) if commune["type"] == CURRENT]
    epci_of = group_of_commune(data.json(open_data.EPCI))
    ept_of = group_of_commune(data.json(open_data.EPT))
    points = {
        row["code_commune"]: row
        for row in data.csv(open_data.COMMUNE_POINTS, ("code_commune", "population_2023", "lon", "lat"))
    }
    codes = {commune["code"] for commune in communes}
    unknown = sorted({*epci_of, *ept_of, *points} - codes)
    if unknown:
        raise OpenDataError(f"Communes inconnues de {open_data.COMMUNES} : {', '.join(unknown)}")
    rows = []
    for commune in communes:
        code = commune["code"]
        point = points.get(code)
        population = str(commune.get("population", ""))
        if point and point["population_2023"] != population:
            raise OpenDataError(f"{code} : deux populations, {population} et {point['population_2023']}")
        rows.append(
            {
                "code": code,
                "name": commune["nom"],
                "departement": commune["departement"],
                "epci": epci_of.get(code, ""),
                "ept": ept_of.get(code, ""),
                "siren": commune.get("siren", ""),
                "postcodes": " ".join(sorted(commune.get("codesPostaux", []))),
                "population": population,
                "longitude": point["lon"] if point else "",
                "latitude": point["lat"] if point else "",
            }
        )
    return sorted(rows, key=lambda row: row["code"])


def group_of_commune(groups: list[dict[str, Any]]) -> dict[str, str]:
    """Commune code → SIREN of its group; a commune in two groups of the same list is refused."""
    found: dict[str, str] = {}
    for group in groups:
        for member in group["membres"]:
            if member["code"] in found:
                raise OpenDataError(f"{member['code']} : membre de {found[member['code']]} et {group['code']}")
            found[member["code"]] = group["code"]
    return found


def former_commune_rows(data: OpenData) -> list[Row]:
    """Codes and names that are no longer a commune's own, with the commune they lead to today.

    A commune déléguée may bear the code of its commune under another name. An old code that is also a commune
    déléguée or associée is kept as that: it has a name, and its commune today is the one in force. Other old
    codes have no name in the source.
    """
    communes = data.json(open_data.COMMUNES)
    rows = [*attached_commune_rows(communes)]
    named = {row["code"] for row in rows}
    current = {commune["code"] for commune in communes if commune["type"] == CURRENT}
    for commune in communes:
        if commune["type"] != CURRENT:
            continue
        rows += [
            {"code": code, "name": "", "kind": "ancien_code", "current_code": commune["code"]}
            for code in commune.get("anciensCodes", [])
            if code not in named and code not in current
        ]
    lost = sorted(row["code"] for row in rows if row["current_code"] not in current)
    if lost:
        raise OpenDataError(f"Anciennes communes sans commune actuelle : {', '.join(lost)}")
    return sorted(rows, key=lambda row: (row["code"], row["kind"], row["name"], row["current_code"]))


def attached_commune_rows(communes: list[dict[str, Any]]) -> Iterator[Row]:
    """Municipal arrondissements, communes associées and communes déléguées."""
    for commune in communes:
        if commune["type"] in ATTACHED_KINDS:
            kind, field = ATTACHED_KINDS[commune["type"]]
            yield {
                "code": commune["code"],
                "name": commune["nom"],
                "kind": kind,
                "current_code": commune[field],
            }
