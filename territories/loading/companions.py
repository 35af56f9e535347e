"""What goes with places: outlines, neighbours, zonings, nomenclatures, sources."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from territories.enums import PlaceKind
from territories.loading import wanted
from territories.loading.wanted import Tables
from territories.models import Adjacency, DataSource, NomenclatureEntry, Outline, Place, Zoning
from ti_portal.core.bulk import copy_rows, update_rows

SCALES = {"national": "outlines_national", "local": "outlines_detailed"}


def bring_outlines(tables: Tables) -> int:
    """Outlines of territories are those of the current wave."""
    ids = dict(Place.objects.values_list("code", "pk"))
    rows = []
    for scale, table in SCALES.items():
        for row in tables[table]:
            kind, _dash, number = row["code"].partition("-")
            code = f"TI-2023-{number}" if kind == "TI" and len(number) == 4 else row["code"]
            if code in ids:
                rows.append((ids[code], scale, row["rings"]))
    return _bring(Outline, ["place", "scale"], ["rings"], rows)


def bring_adjacencies(tables: Tables) -> int:
    ids = dict(Place.objects.of_kind(PlaceKind.TERRITORY).values_list("code", "pk"))
    rows = []
    for row in tables["territory_neighbours"]:
        pair = sorted(f"TI-{row['wave']}-{row[side]}" for side in ("number_a", "number_b"))
        if all(code in ids for code in pair):
            rows.append(tuple(ids[code] for code in pair))
    return _bring(Adjacency, ["first", "second"], [], rows)


def bring_zonings(tables: Tables) -> int:
    """Create the zonings that are missing; those the délégation may have changed are left as they are."""
    made = 0
    for code, (name, included, note) in wanted.zonings(tables).items():
        place, is_new = Place.objects.get_or_create(
            code=code,
            defaults={
                "kind": PlaceKind.ZONING,
                "name": name,
                "slug": code.removeprefix("ZON-").lower(),
                "ancestor_codes": [code],
            },
        )
        if is_new:
            Zoning.objects.create(place=place, included_codes=included, note=note)
            made += 1
    return made


def bring_nomenclatures(tables: Tables) -> int:
    values = ["label", "level", "parent_code", "lower", "upper"]
    return _bring(NomenclatureEntry, ["nomenclature", "code"], values, list(wanted.nomenclatures(tables)))


def bring_sources(tables: Tables) -> int:
    values = ["title", "producer", "licence", "vintage", "read_on", "tables", "note"]
    rows = [
        (row["code"], *(row[name].split() if name == "tables" else row[name] for name in values))
        for row in tables["sources"]
    ]
    return _bring(DataSource, ["code"], values, rows)


def _bring(model: type[models.Model], key: Sequence[str], values: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Make the table equal to `rows` (key then values): add, update, remove. Return how many rows were touched.

    These tables hold no fact with a date: a row that vanished is removed.
    """
    size = len(key)
    desired = {tuple(row[:size]): tuple(row[size:]) for row in rows}
    known = {
        tuple(row[1 : size + 1]): (row[0], tuple(row[size + 1 :]))
        for row in model.objects.values_list("pk", *key, *values)
    }
    fresh = [(*row_key, *row) for row_key, row in desired.items() if row_key not in known]
    changed = [
        (known[row_key][0], *row)
        for row_key, row in desired.items()
        if row_key in known and [str(value) for value in known[row_key][1]] != [str(value) for value in row]
    ]
    gone = [pk for row_key, (pk, _row) in known.items() if row_key not in desired]
    model.objects.filter(pk__in=gone).delete()
    copy_rows(model, [*key, *values], fresh)
    if values:
        update_rows(model, values, changed)
    return len(fresh) + len(changed) + len(gone)
