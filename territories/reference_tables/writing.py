"""All reference tables, from a folder of open data to a folder of tables."""

from pathlib import Path

from territories.reference_tables import nomenclatures, open_data, places, programme
from territories.reference_tables.open_data import OpenData
from territories.reference_tables.outlines import outline_tables
from territories.reference_tables.sources import source_rows
from territories.reference_tables.tables import Row, render_table, table_path, write_table
from territories.reference_tables.topojson import decode_topology

Tables = dict[str, list[Row]]


def make_tables(data: OpenData) -> Tables:
    """Rows of every table. Refuses (OpenDataError) data that does not hold together."""
    tables = {
        "regions": places.region_rows(data),
        "departements": places.departement_rows(data),
        "communes": places.commune_rows(data),
        "former_communes": places.former_commune_rows(data),
        "intercommunalites": places.intercommunalite_rows(data),
        "naf": nomenclatures.naf_rows(data),
        "legal_categories": nomenclatures.legal_category_rows(data),
        "staff_bands": nomenclatures.staff_band_rows(data),
        "sources": source_rows(),
    }
    tables["territories"] = programme.territory_rows(data, tables["regions"])
    tables["territory_members"] = programme.member_rows(
        data, tables["territories"], tables["intercommunalites"], tables["communes"]
    )
    territories = decode_topology(data.json(open_data.TERRITORY_OUTLINES), "ti_2024-07_contours")
    tables["territory_neighbours"] = programme.neighbour_rows(territories)
    return tables | outline_tables(data)


def write_tables(tables: Tables, target: Path) -> dict[str, int]:
    """Write every table in `target` (created if absent). Returns rows written by table."""
    target.mkdir(parents=True, exist_ok=True)
    return {name: write_table(name, rows, target) for name, rows in tables.items()}


def changed_tables(tables: Tables, target: Path) -> list[str]:
    """Names of the tables whose file in `target` is absent or is not these rows, byte for byte."""
    return [
        name
        for name, rows in tables.items()
        if not (path := table_path(name, target)).is_file() or path.read_bytes() != render_table(name, rows).encode()
    ]
