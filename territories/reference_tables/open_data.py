"""The open data the reference tables are made from: which files, and their contents as read.

Every name is relative to the folder the files were downloaded to. Licences and vintages: `sources.py`.
"""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

from territories.reference_tables.tables import Row

COMMUNES = "cog/communes.json.gz"
EPCI = "cog/epci.json.gz"
EPT = "cog/ept.json"
DEPARTEMENTS = "cog/departements.json"
REGIONS = "cog/regions.json"
COMMUNE_POINTS = "geo/communes_points_2026.csv"
EPCI_OUTLINES = "geo/epci_2026.topojson"
DEPARTEMENT_OUTLINES = "geo/departements_2026_bd.topojson"
REGION_OUTLINES = "geo/regions_2026_bd.topojson"
TERRITORY_OUTLINES = "territoires_industrie/ti_2024-07_bd.topojson"
TERRITORIES = "territoires_industrie/ti_{}_territoires.csv"
TERRITORY_MEMBERS = "territoires_industrie/ti_{}_membres.csv"
NAF = "nomenclatures/naf_rev2_hierarchie.csv"
LEGAL_CATEGORIES = "nomenclatures/categories_juridiques.csv"
STAFF_BANDS = "nomenclatures/tranches_effectif_insee.csv"

# Edition of the list of territories → (part of the published file name, first year of the wave).
EDITIONS = {
    "2018": ("2018-2022", "2018"),
    "2023-11": ("2023-11", "2023"),
    "2024-07": ("2024-07", "2023"),
}

EDITION_FILES = tuple(
    pattern.format(published) for published, _wave in EDITIONS.values() for pattern in (TERRITORIES, TERRITORY_MEMBERS)
)

FILES = (
    COMMUNES,
    EPCI,
    EPT,
    DEPARTEMENTS,
    REGIONS,
    COMMUNE_POINTS,
    EPCI_OUTLINES,
    DEPARTEMENT_OUTLINES,
    REGION_OUTLINES,
    TERRITORY_OUTLINES,
    *EDITION_FILES,
    NAF,
    LEGAL_CATEGORIES,
    STAFF_BANDS,
)


class OpenDataError(Exception):
    """The open data is not what the writer expects. The message is for the person who runs the command."""


class OpenData:
    """A folder of downloaded open data, read file by file."""

    def __init__(self, folder: Path) -> None:
        """Refuse at once a folder where any of FILES is missing."""
        self.folder = folder
        missing = [name for name in FILES if not (folder / name).is_file()]
        if missing:
            raise OpenDataError(f"Fichiers absents de {folder} : {', '.join(missing)}")

    def json(self, name: str) -> Any:
        """Contents of a JSON (or gzipped JSON) file."""
        content = (self.folder / name).read_bytes()
        try:
            return json.loads(gzip.decompress(content) if name.endswith(".gz") else content)
        except (ValueError, OSError, EOFError) as error:
            raise OpenDataError(f"{name} : illisible ({error})") from error

    def csv(self, name: str, columns: tuple[str, ...]) -> list[Row]:
        """Rows of a CSV file that must have at least these columns."""
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = set(columns) - set(reader.fieldnames or ())
            if missing:
                raise OpenDataError(f"{name} : colonnes absentes : {', '.join(sorted(missing))}")
            return list(reader)
