"""A tiny country in the published form of the open data: two communes nouvelles, two EPCI, one EPT, two territories."""

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Files = dict[str, Any]

# Two unit squares side by side, one degree wide, that share the arc 0.
SQUARES = {
    "type": "Topology",
    "transform": {"scale": [0.5, 0.5], "translate": [2.0, 46.0]},
    "arcs": [
        [[2, 0], [0, 1], [0, 1]],
        [[2, 2], [-2, 0], [0, -2], [2, 0]],
        [[2, 0], [2, 0], [0, 2], [-2, 0]],
    ],
}


def squares(name: str, left: dict[str, str], right: dict[str, str]) -> dict[str, Any]:
    geometries = [
        {"type": "Polygon", "arcs": [[0, 1]], "properties": left},
        {"type": "MultiPolygon", "arcs": [[[2, ~0]]], "properties": right},
    ]
    return {**SQUARES, "objects": {name: {"type": "GeometryCollection", "geometries": geometries}}}


def commune(code: str, name: str, siren: str, population: int, **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "nom": name,
        "type": "commune-actuelle",
        "zone": "metro",
        "departement": "01",
        "region": "84",
        "siren": siren,
        "codesPostaux": ["01500", "01400"],
        "population": population,
        **more,
    }


def tiny_files() -> Files:
    """Contents by file name: JSON documents as such, CSV files as a list of dictionaries."""
    files: Files = {
        "cog/regions.json": [{"code": "84", "nom": "Auvergne-Rhône-Alpes", "zone": "metro"}],
        "cog/departements.json": [{"code": "01", "nom": "Ain", "region": "84"}],
        "cog/communes.json.gz": [
            commune("01003", "Trois", "210100033", 30),
            commune("01001", "Un-et-Deux", "210100011", 10, anciensCodes=["01002", "01009"]),
            {"code": "01001", "nom": "Un", "type": "commune-deleguee", "chefLieu": "01001"},
            {"code": "01002", "nom": "Deux", "type": "commune-deleguee", "chefLieu": "01001"},
            {"code": "01203", "nom": "Trois 2e", "type": "arrondissement-municipal", "commune": "01003"},
            {"code": "98411", "nom": "Îles", "type": "commune-actuelle", "zone": "com", "departement": "01"},
        ],
        "cog/epci.json.gz": [
            {"code": "200000002", "nom": "CC de Trois", "type": "CC", "membres": [{"code": "01003"}]},
            {"code": "200000001", "nom": "CA d'Un", "type": "CA", "membres": [{"code": "01001"}]},
        ],
        "cog/ept.json": [{"code": "200000009", "nom": "Neuf", "type": "EPT", "membres": [{"code": "01003"}]}],
        "geo/communes_points_2026.csv": [
            {"code_commune": "01001", "population_2023": "10", "lon": "2.5", "lat": "46.5"},
            {"code_commune": "01003", "population_2023": "30", "lon": "3.5", "lat": "46.5"},
        ],
        "geo/epci_2026.topojson": squares("epci", {"epci": "200000001"}, {"epci": "200000002"}),
        "geo/departements_2026_bd.topojson": squares("departements", {"dep": "01"}, {"dep": "02"}),
        "geo/regions_2026_bd.topojson": squares("regions", {"reg": "84"}, {"reg": "27"}),
        "territoires_industrie/ti_2024-07_bd.topojson": squares(
            "ti_2024-07_contours", {"id_territoire": "ti-8402"}, {"id_territoire": "ti-8401"}
        ),
        "nomenclatures/naf_rev2_hierarchie.csv": [
            {"niveau": "2", "code": "10", "libelle": "Aliments", "code_parent": "C", "code_section": "C"},
            {"niveau": "1", "code": "C", "libelle": "Industrie", "code_parent": "", "code_section": "C"},
        ],
        "nomenclatures/categories_juridiques.csv": [{"code": "5710", "libelle": "SAS"}],
        "nomenclatures/tranches_effectif_insee.csv": [
            {"code": "NN", "libelle": "Unités non employeuses", "effectif_min": ""},
            {"code": "11", "libelle": "10 et plus", "effectif_min": "10"},
            {"code": "00", "libelle": "0 à 9", "effectif_min": "0"},
        ],
    }
    for published in ("2018-2022", "2023-11", "2024-07"):
        files[f"territoires_industrie/ti_{published}_territoires.csv"] = [
            {"id_ti": "ti-8402", "lib_ti": "Ouest, et plus", "code_region": "84"},
            {"id_ti": "ti-8401", "lib_ti": "Est", "code_region": "84"},
        ]
        files[f"territoires_industrie/ti_{published}_membres.csv"] = [
            {"id_ti": "ti-8402", "siren_membre": "200000001"},
            {"id_ti": "ti-8401", "siren_membre": "200000009"},
            {"id_ti": "ti-8401", "siren_membre": "210100033"},
        ]
    return files


def write_open_data(folder: Path, change: Callable[[Files], object] = lambda files: None) -> Path:
    """Write the tiny country, after a change if one is given. Returns the folder."""
    files = tiny_files()
    change(files)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".csv"):
            with path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(content[0]))
                writer.writeheader()
                writer.writerows(content)
        else:
            text = json.dumps(content).encode()
            path.write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    return folder
